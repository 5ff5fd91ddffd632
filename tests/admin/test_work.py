"""An operator's work in the admin, with the data that its forms send."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from sessions_app.admin.base import CappedPaginator
from sessions_app.domain.flags import Flag
from sessions_app.models import (
    ChargingSession,
    ChargingStation,
    IdTag,
    Manager,
    Membership,
    PendingStation,
    Site,
    SiteArea,
)
from sessions_app.store.credentials import matches, password_digest
from tests.admin.forms import rows, station_form
from tests.support import builders

pytestmark = pytest.mark.django_db


def pending_station(identity: str = "CP 1/ü", password: str = "s3cret") -> PendingStation:
    return PendingStation.objects.create(
        identity=identity,
        password_digest=password_digest(password) if password else "",
        first_at=builders.NOON,
        last_at=builders.NOON,
    )


def accept(operator: Client, *stations: PendingStation, at: SiteArea | None) -> str:
    answer = operator.post(
        reverse("admin:sessions_app_pendingstation_changelist"),
        {
            "action": "let_in",
            "_selected_action": [each.pk for each in stations],
            "site_area": "" if at is None else at.pk,
        },
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_site_is_added_with_areas_and_members(operator: Client) -> None:
    company, dana = builders.company(), builders.manager()

    operator.post(
        reverse("admin:sessions_app_site_add"),
        {
            "company": company.pk,
            "name": "Harbour Towers",
            "time_zone": "Australia/Sydney",
            **rows("areas", {"name": "Basement 1"}, {"name": "Ground"}),
            **rows("memberships", {"manager": dana.pk, "role": "manager"}),
            **rows("electricity_costs"),
        },
    )

    site = Site.objects.get(name="Harbour Towers")
    assert set(site.areas.values_list("name", flat=True)) == {"Basement 1", "Ground"}
    assert Membership.objects.get(manager=dana).site == site


def test_unknown_time_zone_is_rejected(operator: Client) -> None:
    answer = operator.post(
        reverse("admin:sessions_app_site_add"),
        {
            "company": builders.company().pk,
            "name": "Harbour Towers",
            "time_zone": "Mars/Olympus",
            **rows("areas"),
            **rows("memberships"),
            **rows("electricity_costs"),
        },
    )

    assert "time_zone" in answer.context["adminform"].form.errors


def test_station_password_is_stored_as_hidden_digest(operator: Client) -> None:
    operator.post(
        reverse("admin:sessions_app_chargingstation_add"),
        station_form(builders.area(), password="long and random"),
    )

    station = ChargingStation.objects.get(identity="HT-B1-03")
    shown = operator.get(reverse("admin:sessions_app_chargingstation_change", args=[station.pk]))
    assert matches(station.password_digest, b"long and random")
    assert "long and random" not in shown.content.decode()
    assert station.password_digest not in shown.content.decode()
    assert station.connectors.get().max_power_w == 22_000


def test_empty_password_field_keeps_the_password(operator: Client) -> None:
    station = builders.station("HT-B1-03", connectors=0, password_digest=password_digest("unchanged"))

    operator.post(
        reverse("admin:sessions_app_chargingstation_change", args=[station.pk]),
        station_form(station.site_area, identity="HT-B1-04"),
    )

    station.refresh_from_db()
    assert station.identity == "HT-B1-04"
    assert matches(station.password_digest, b"unchanged")


def test_accepted_station_keeps_its_presented_password(operator: Client) -> None:
    area = builders.area()

    text = accept(operator, pending_station(), at=area)

    station = ChargingStation.objects.get()
    assert "CP 1/ü</a> was registered" in text
    assert station.site_area == area
    assert matches(station.password_digest, b"s3cret")
    assert station.connectors.get().number == 1
    assert not PendingStation.objects.exists()


def test_accepting_a_station_needs_a_site_area(operator: Client) -> None:
    text = accept(operator, pending_station(), at=None)

    assert "Select a site area" in text
    assert PendingStation.objects.exists()
    assert not ChargingStation.objects.exists()


def test_station_accepted_without_password_needs_one(operator: Client) -> None:
    assert "Set one" in accept(operator, pending_station(password=""), at=builders.area())


def test_accepting_leaves_an_existing_station_alone(operator: Client) -> None:
    builders.station("CP 1/ü", password_digest=password_digest("its own"))

    text = accept(operator, pending_station(), at=builders.area())

    assert "is already registered" in text
    assert matches(ChargingStation.objects.get().password_digest, b"its own")


def test_one_checkbox_makes_an_operator(operator: Client) -> None:
    dana = builders.manager()

    operator.post(
        reverse("admin:sessions_app_manager_change", args=[dana.pk]),
        {"username": "dana", "is_active": "on", "is_superuser": "on", **rows("memberships")},
    )

    dana.refresh_from_db()
    assert dana.is_staff


def test_manager_is_added_with_hashed_password(operator: Client) -> None:
    operator.post(
        reverse("admin:sessions_app_manager_add"),
        {
            "username": "priya",
            "usable_password": "true",
            "password1": "a long enough pass",
            "password2": "a long enough pass",
            **rows("memberships"),
            **rows("electricity_costs"),
        },
    )

    added = Manager.objects.get(username="priya")
    assert added.check_password("a long enough pass")
    assert not added.is_staff


def test_delete_is_offered_only_for_unused_stations(operator: Client) -> None:
    used, unused = builders.session().station, builders.station()
    change, delete = "admin:sessions_app_chargingstation_change", "admin:sessions_app_chargingstation_delete"

    assert operator.post(reverse(delete, args=[used.pk]), {"post": "yes"}).status_code == 403
    assert reverse(delete, args=[used.pk]) not in operator.get(reverse(change, args=[used.pk])).content.decode()
    assert operator.post(reverse(delete, args=[unused.pk]), {"post": "yes"}).status_code == 302


def test_action_blocks_tags(operator: Client) -> None:
    tag = builders.id_tag()

    operator.post(reverse("admin:sessions_app_idtag_changelist"), {"action": "block", "_selected_action": [tag.pk]})

    assert IdTag.objects.get().is_blocked


def listed(operator: Client, **query: str) -> set[int]:
    answer = operator.get(reverse("admin:sessions_app_chargingsession_changelist"), query)
    return {session.pk for session in answer.context["cl"].queryset}


def test_sessions_are_found_by_driver_station_tag_and_id(operator: Client) -> None:
    matching = builders.session(driver=builders.driver("Priya Raman", unit="1204"), id_tag_value="CARD1")
    other = builders.session(on=builders.station("GARAGE-7"))

    assert listed(operator, q="priya 1204") == {matching.pk}
    assert listed(operator, q="priya garage") == set()
    assert listed(operator, q="card1") == {matching.pk}
    assert listed(operator, q="garage") == {other.pk}
    assert other.pk in listed(operator, q=str(other.pk))


def test_too_long_search_is_rejected(operator: Client) -> None:
    builders.session()

    answer = operator.get(reverse("admin:sessions_app_chargingsession_changelist"), {"q": "9" * 5_000})

    assert not answer.context["cl"].queryset
    assert "Search for at most 200 characters." in answer.content.decode()


def test_session_list_has_no_slow_sort_or_facets(operator: Client) -> None:
    builders.session()

    page = operator.get(reverse("admin:sessions_app_chargingsession_changelist")).content.decode()

    assert set(re.findall(r"[?]o=-?(\d+)", page)) == {"1", "2"}  # id and started
    assert "_facets" not in page


def test_sessions_are_filtered_by_flag(operator: Client) -> None:
    flagged = builders.session(flags=Flag.NO_PRICE | Flag.NO_DRIVER)
    builders.session()

    assert listed(operator, flag="any") == {flagged.pk}
    assert listed(operator, flag=str(Flag.NO_DRIVER.value)) == {flagged.pk}
    assert listed(operator, flag=str(Flag.NO_ENERGY.value)) == set()
    page = operator.get(reverse("admin:sessions_app_chargingsession_changelist"))
    assert "No pricing policy applies" in page.content.decode()


def test_session_is_read_only(operator: Client) -> None:
    session = builders.session()

    answer = operator.post(reverse("admin:sessions_app_chargingsession_change", args=[session.pk]), {"energy_wh": "1"})

    assert answer.status_code == 403
    assert ChargingSession.objects.get().energy_wh == session.energy_wh


def test_session_page_links_to_its_graph(operator: Client) -> None:
    session = builders.session()

    page = operator.get(reverse("admin:sessions_app_chargingsession_change", args=[session.pk]))

    assert f'href="{reverse("session", args=[session.pk])}"' in page.content.decode()


def test_result_count_is_capped(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "most", 2)
    station = builders.station()
    for _ in range(3):
        builders.session(on=station)

    page = operator.get(reverse("admin:sessions_app_chargingsession_changelist"))

    assert page.context["cl"].result_count == 2
