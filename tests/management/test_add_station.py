from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sessions_app.models import ChargingStation, Site
from sessions_app.store.credentials import matches
from tests.support import builders

pytestmark = pytest.mark.django_db


def add(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("add_station", *args, stdout=out, **options)
    return out.getvalue()


def test_station_gets_connectors_rating_and_password() -> None:
    place = builders.site("Harbour Towers")

    output = add("HT-01", site="Harbour Towers", connectors=3, power_kw=7.4, password="pw", count=None)

    station = ChargingStation.objects.get(identity="HT-01")
    assert station.site_area.site == place
    assert [(c.number, c.max_power_w, c.phases) for c in station.connectors.order_by("number")] == [
        (1, 7400, 1),
        (2, 7400, 1),
        (3, 7400, 1),
    ]
    assert matches(station.password_digest, b"pw")
    assert not station.accepts_unknown_tags
    assert output == "HT-01 added at Harbour Towers\n"


def test_several_stations_are_numbered() -> None:
    builders.site()

    add("BENCH", count=3, password="pw", accept_unknown_tags=True)

    made = ChargingStation.objects.order_by("identity")
    assert [s.identity for s in made] == ["BENCH-001", "BENCH-002", "BENCH-003"]
    assert all(s.accepts_unknown_tags for s in made)


def test_generated_password_is_printed() -> None:
    builders.site()

    password = add("HT-01").rsplit(" ", 1)[1].strip()

    assert matches(ChargingStation.objects.get().password_digest, password.encode())


def test_repeated_command_changes_nothing() -> None:
    builders.site("Harbour Towers")
    add("HT-01", password="pw")
    before = ChargingStation.objects.values().get()

    output = add("HT-01")

    assert ChargingStation.objects.values().get() == before
    assert output == "HT-01 already exists at Harbour Towers\n"
    assert ChargingStation.objects.get().connectors.count() == 2


def test_new_password_replaces_the_old_one() -> None:
    builders.site()
    add("HT-01", password="old")

    add("HT-01", password="new")

    assert matches(ChargingStation.objects.get().password_digest, b"new")


def test_site_is_created_in_an_empty_database() -> None:
    add("CP-1", site="Depot", password="pw")

    assert Site.objects.get().name == "Depot"
    assert ChargingStation.objects.get().site_area.site.name == "Depot"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"site": "Nowhere"}, "There is no site Nowhere. Sites: Harbour Towers."),
        ({"connectors": 0}, "--connectors must be a number from 1 to 64."),
        ({"power_kw": 0}, "--power-kw must be a number from 0.1 to 4000."),
        ({"count": 0}, "--count must be a number from 1 to 10000."),
        ({"password": ""}, "--password must not be empty."),
    ],
)
def test_invalid_arguments_are_refused_in_one_line(options: dict[str, Any], error: str) -> None:
    builders.site("Harbour Towers")

    with pytest.raises(CommandError) as refused:
        add("HT-01", **options)

    assert str(refused.value) == error
    assert not ChargingStation.objects.exists()


def test_station_is_not_moved_to_another_site() -> None:
    builders.site("Harbour Towers")
    builders.site("Quay House")
    add("HT-01", site="Harbour Towers", password="pw")

    with pytest.raises(CommandError, match=r"^HT-01 already belongs to Harbour Towers\.$"):
        add("HT-01", site="Quay House")


def test_company_tells_sites_of_one_name_apart() -> None:
    for name in ("North", "South"):
        builders.site("Depot", of=builders.company(name))

    with pytest.raises(CommandError, match="2 sites are named Depot; choose one of: North/Depot, South/Depot"):
        add("CP-1", site="Depot")
    add("CP-1", site="South/Depot", password="pw")

    assert ChargingStation.objects.get().site_area.site.company.name == "South"
