"""A tag matches in upper and lower case; its status depends on the time of the event."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sessions_app.domain import events
from sessions_app.models import ChargingSession, IdTag
from sessions_app.queries.tags import load_tags
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import minutes, started

pytestmark = pytest.mark.django_db(transaction=True)


def shown(*values: str) -> list[events.AuthorizeRequested]:
    return [events.AuthorizeRequested(station_id=1, at=minutes(0), id_tag=value) for value in values]


@pytest.mark.parametrize(
    ("entered", "sent"),
    [
        ("DeadBeef01", "DEADBEEF01"),
        ("DEADBEEF01", "deadBEEF01"),
        ("deadbeef01", "DeAdBeEf01"),
        ("DeadBeef01", "deadbeef01;extra"),
        ("CafeBabe;1", "CAFEBABE;1"),
        ("Grün", "Grün"),
        ("Grün", "gRün"),
    ],
)
def test_tag_matches_in_any_case(entered: str, sent: str) -> None:
    tag = builders.id_tag(entered)

    assert [each.id for each in load_tags(shown(sent)).values()] == [tag.pk]


def test_driver_is_found_by_tag_in_other_case() -> None:
    priya = builders.driver()
    builders.id_tag("DeadBeef01", of=priya)

    record([started(builders.station(), tag="DEADBEEF01")])

    assert ChargingSession.objects.get().driver == priya


def test_tag_status_depends_on_the_event_time() -> None:
    station = builders.station()
    builders.id_tag("TAG", expires_at=minutes(10))
    times = (5, 20)

    outcomes, _ = record(
        [events.AuthorizeRequested(station_id=station.pk, at=minutes(at), id_tag="TAG") for at in times]
    )

    assert [each.tag_status for each in outcomes] == ["Accepted", "Expired"]


def test_tag_is_unique_in_any_case() -> None:
    builders.id_tag("DeadBeef01")

    with pytest.raises(ValidationError, match="This IdTag already exists"):
        IdTag(value="DEADBEEF01").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.id_tag("deadbeef01")


Make = Callable[..., Any]
OLD = ("sessions_app", "0002_history_indexes")


@pytest.fixture
def make_before() -> Iterator[Make]:
    """Give a function that creates rows in the schema before tags became case-insensitive."""
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate([OLD])
    models = executor.loader.project_state([OLD]).apps
    yield lambda kind, **facts: models.get_model("sessions_app", kind).objects.create(**facts)
    MigrationExecutor(connection).migrate(newest)


def test_migration_merges_tags_differing_in_case(make_before: Make) -> None:
    site = make_before("Site", company=make_before("Company", name="C"), name="S")
    area = make_before("SiteArea", site=site, name="A")
    blocked = make_before("IdTag", value="DeadBeef01", is_blocked=True)
    remaining = make_before("IdTag", value="DEADBEEF01", driver=make_before("Driver", name="Priya Raman"))
    other = make_before("IdTag", value="CAFE")
    session = make_before(
        "ChargingSession",
        station=make_before("ChargingStation", site_area=area, identity="ST"),
        site_area=area,
        site=site,
        started_at=minutes(0),
        id_tag=blocked,
    )

    MigrationExecutor(connection).migrate([("sessions_app", "0003_id_tag_any_case")])

    tags = IdTag.objects.order_by("pk").values_list("pk", "is_blocked")
    assert list(tags) == [(remaining.pk, True), (other.pk, False)]
    assert ChargingSession.objects.filter(pk=session.pk, id_tag=remaining.pk).exists()
