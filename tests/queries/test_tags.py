"""A tag is known in capitals and in small letters, and by the time at which it is shown."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sessions_app.domain import events
from sessions_app.models import ChargingSession, IdTag
from sessions_app.queries.tags import tags_shown
from sessions_app.recording import record
from tests import factories
from tests.recording.saying import minutes, started

pytestmark = pytest.mark.django_db(transaction=True)


def shown(*values: str) -> list[events.TagShown]:
    return [events.TagShown(station_id=1, at=minutes(0), id_tag=value) for value in values]


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
def test_it_is_known_however_it_is_spelled(entered: str, sent: str) -> None:
    tag = factories.id_tag(entered)

    assert [each.id for each in tags_shown(shown(sent)).values()] == [tag.pk]


def test_the_driver_is_found_by_a_tag_in_other_letters() -> None:
    priya = factories.driver()
    factories.id_tag("DeadBeef01", of=priya)

    record([started(factories.station(), tag="DEADBEEF01")])

    assert ChargingSession.objects.get().driver == priya


def test_each_is_judged_by_the_time_at_which_it_is_shown() -> None:
    station = factories.station()
    factories.id_tag("TAG", expires_at=minutes(10))
    times = (5, 20)

    outcomes, _ = record(
        [events.TagShown(station_id=station.pk, at=minutes(at), id_tag="TAG") for at in times]
    )

    assert [each.tag_status for each in outcomes] == ["Accepted", "Expired"]


def test_there_is_one_whatever_its_letters() -> None:
    factories.id_tag("DeadBeef01")

    with pytest.raises(ValidationError, match="This IdTag already exists"):
        IdTag(value="DEADBEEF01").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.id_tag("deadbeef01")


Make = Callable[..., Any]
OLD = ("sessions_app", "0002_history_indexes")


@pytest.fixture
def make_before() -> Iterator[Make]:
    """Give what puts rows into the database as it was before tags were one in any case."""
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate([OLD])
    models = executor.loader.project_state([OLD]).apps
    yield lambda kind, **facts: models.get_model("sessions_app", kind).objects.create(**facts)
    MigrationExecutor(connection).migrate(newest)


def test_those_that_differed_in_letters_only_are_joined(make_before: Make) -> None:
    site = make_before("Site", company=make_before("Company", name="C"), name="S")
    area = make_before("SiteArea", site=site, name="A")
    blocked = make_before("IdTag", value="DeadBeef01", is_blocked=True)
    kept = make_before("IdTag", value="DEADBEEF01", driver=make_before("Driver", name="Priya Raman"))
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

    found = IdTag.objects.order_by("pk").values_list("pk", "is_blocked")
    assert list(found) == [(kept.pk, True), (other.pk, False)]
    assert ChargingSession.objects.filter(pk=session.pk, id_tag=kept.pk).exists()
