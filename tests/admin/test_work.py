"""What an operator does in the admin, done as the forms do it."""

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
from tests import factories
from tests.admin.forms import rows, station_form

pytestmark = pytest.mark.django_db


def knock(identity: str = "CP 1/ü", password: str = "s3cret") -> PendingStation:
    return PendingStation.objects.create(
        identity=identity,
        password_digest=password_digest(password) if password else "",
        first_at=factories.NOON,
        last_at=factories.NOON,
    )


def let_in(operator: Client, *knocks: PendingStation, at: SiteArea | None) -> str:
    answer = operator.post(
        reverse("admin:sessions_app_pendingstation_changelist"),
        {
            "action": "let_in",
            "_selected_action": [each.pk for each in knocks],
            "site_area": "" if at is None else at.pk,
        },
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_sets_up_a_site_with_its_areas_and_who_looks_after_it(operator: Client) -> None:
    company, dana = factories.company(), factories.manager()

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


def test_it_refuses_a_time_zone_that_is_none(operator: Client) -> None:
    answer = operator.post(
        reverse("admin:sessions_app_site_add"),
        {
            "company": factories.company().pk,
            "name": "Harbour Towers",
            "time_zone": "Mars/Olympus",
            **rows("areas"),
            **rows("memberships"),
            **rows("electricity_costs"),
        },
    )

    assert "time_zone" in answer.context["adminform"].form.errors


def test_it_stores_the_digest_of_a_stations_password_and_shows_neither(operator: Client) -> None:
    operator.post(
        reverse("admin:sessions_app_chargingstation_add"),
        station_form(factories.area(), password="long and random"),
    )

    station = ChargingStation.objects.get(identity="HT-B1-03")
    shown = operator.get(reverse("admin:sessions_app_chargingstation_change", args=[station.pk]))
    assert matches(station.password_digest, b"long and random")
    assert "long and random" not in shown.content.decode()
    assert station.password_digest not in shown.content.decode()
    assert station.connectors.get().max_power_w == 22_000


def test_it_keeps_a_stations_password_when_the_field_stays_empty(operator: Client) -> None:
    station = factories.station("HT-B1-03", connectors=0, password_digest=password_digest("kept"))

    operator.post(
        reverse("admin:sessions_app_chargingstation_change", args=[station.pk]),
        station_form(station.site_area, identity="HT-B1-04"),
    )

    station.refresh_from_db()
    assert station.identity == "HT-B1-04"
    assert matches(station.password_digest, b"kept")


def test_it_lets_a_knocking_station_in_with_the_password_it_presented(operator: Client) -> None:
    area = factories.area()

    text = let_in(operator, knock(), at=area)

    station = ChargingStation.objects.get()
    assert "CP 1/ü</a> is in" in text
    assert station.site_area == area
    assert matches(station.password_digest, b"s3cret")
    assert station.connectors.get().number == 1
    assert not PendingStation.objects.exists()


def test_it_lets_in_nobody_without_a_place(operator: Client) -> None:
    text = let_in(operator, knock(), at=None)

    assert "Choose the site area" in text
    assert PendingStation.objects.exists()
    assert not ChargingStation.objects.exists()


def test_it_says_that_a_station_let_in_without_a_password_needs_one(operator: Client) -> None:
    assert "set one" in let_in(operator, knock(password=""), at=factories.area())


def test_it_leaves_a_station_as_it_is_that_was_added_meanwhile(operator: Client) -> None:
    factories.station("CP 1/ü", password_digest=password_digest("its own"))

    text = let_in(operator, knock(), at=factories.area())

    assert "was known already" in text
    assert matches(ChargingStation.objects.get().password_digest, b"its own")


def test_it_makes_an_operator_with_one_tick(operator: Client) -> None:
    dana = factories.manager()

    operator.post(
        reverse("admin:sessions_app_manager_change", args=[dana.pk]),
        {"username": "dana", "is_active": "on", "is_superuser": "on", **rows("memberships")},
    )

    dana.refresh_from_db()
    assert dana.is_staff


def test_it_adds_a_manager_with_a_hashed_password(operator: Client) -> None:
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


def test_it_offers_to_delete_only_what_no_session_points_to(operator: Client) -> None:
    used, unused = factories.session().station, factories.station()
    change, delete = "admin:sessions_app_chargingstation_change", "admin:sessions_app_chargingstation_delete"

    assert operator.post(reverse(delete, args=[used.pk]), {"post": "yes"}).status_code == 403
    assert reverse(delete, args=[used.pk]) not in operator.get(reverse(change, args=[used.pk])).content.decode()
    assert operator.post(reverse(delete, args=[unused.pk]), {"post": "yes"}).status_code == 302


def test_it_blocks_tags(operator: Client) -> None:
    tag = factories.id_tag()

    operator.post(reverse("admin:sessions_app_idtag_changelist"), {"action": "block", "_selected_action": [tag.pk]})

    assert IdTag.objects.get().is_blocked


def found(operator: Client, **asked: object) -> set[int]:
    answer = operator.get(reverse("admin:sessions_app_chargingsession_changelist"), asked)
    return {session.pk for session in answer.context["cl"].queryset}


def test_it_finds_sessions_by_person_station_tag_and_number(operator: Client) -> None:
    hers = factories.session(driver=factories.driver("Priya Raman", unit="1204"), id_tag_value="CARD1")
    other = factories.session(on=factories.station("GARAGE-7"))

    assert found(operator, q="priya 1204") == {hers.pk}
    assert found(operator, q="priya garage") == set()
    assert found(operator, q="card1") == {hers.pk}
    assert found(operator, q="garage") == {other.pk}
    assert other.pk in found(operator, q=str(other.pk))


def test_a_search_longer_than_the_dashboard_s_is_refused(operator: Client) -> None:
    factories.session()

    answer = operator.get(reverse("admin:sessions_app_chargingsession_changelist"), {"q": "9" * 5_000})

    assert not answer.context["cl"].queryset
    assert "Search for at most 200 letters." in answer.content.decode()


def test_it_offers_nothing_that_reads_every_session(operator: Client) -> None:
    factories.session()

    page = operator.get(reverse("admin:sessions_app_chargingsession_changelist")).content.decode()

    assert set(re.findall(r"[?]o=-?(\d+)", page)) == {"1", "2"}  # id and started
    assert "_facets" not in page


def test_it_finds_sessions_that_need_a_look(operator: Client) -> None:
    flagged = factories.session(flags=Flag.NO_PRICE | Flag.NO_DRIVER)
    factories.session()

    assert found(operator, flag="any") == {flagged.pk}
    assert found(operator, flag=str(Flag.NO_DRIVER.value)) == {flagged.pk}
    assert found(operator, flag=str(Flag.NO_ENERGY.value)) == set()
    page = operator.get(reverse("admin:sessions_app_chargingsession_changelist"))
    assert "No pricing policy applies" in page.content.decode()


def test_it_changes_no_session(operator: Client) -> None:
    session = factories.session()

    answer = operator.post(reverse("admin:sessions_app_chargingsession_change", args=[session.pk]), {"energy_wh": "1"})

    assert answer.status_code == 403
    assert ChargingSession.objects.get().energy_wh == session.energy_wh


def test_it_leads_from_a_session_to_its_graph(operator: Client) -> None:
    session = factories.session()

    page = operator.get(reverse("admin:sessions_app_chargingsession_change", args=[session.pk]))

    assert f'href="{reverse("session", args=[session.pk])}"' in page.content.decode()


def test_it_counts_no_further_than_anybody_turns_pages(operator: Client, monkeypatch) -> None:
    monkeypatch.setattr(CappedPaginator, "most", 2)
    station = factories.station()
    for _ in range(3):
        factories.session(on=station)

    page = operator.get(reverse("admin:sessions_app_chargingsession_changelist"))

    assert page.context["cl"].result_count == 2
