"""The page of a session's energy previews each choice, and applies only what it has shown."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.recording import record
from tests.recording.test_correction import charged
from tests.support import builders, event_builders

pytestmark = pytest.mark.django_db
BY_HAND = {"source": "by hand", "energy_kwh": "12", "reason": "The meter was replaced."}


def address(session_id: int) -> str:
    return reverse("admin:sessions_app_chargingsession_correct_energy", args=[session_id])


def preview(operator: Client, session: ChargingSession, **fields: str) -> Any:
    return operator.post(address(session.pk), BY_HAND | fields)


def confirm(operator: Client, page: Any, session: ChargingSession, **fields: str) -> Any:
    data = BY_HAND | {"confirm": "1", "previewed": page.context["digest"]} | fields
    return operator.post(address(session.pk), data)


def energy(session: ChargingSession) -> float:
    return float(ChargingSession.objects.get(pk=session.pk).energy_wh)


def test_page_shows_what_each_source_gives(operator: Client) -> None:
    builders.policy()
    session = charged()

    page = operator.get(address(session.pk)).content.decode()

    for text in ("By the rules", "19.00 kWh", "$6.65", "From the readings", "10.00 kWh", "$3.50", "By hand"):
        assert text in page
    assert page.count("checked") == 1
    assert 'name="confirm"' not in page


def test_energy_is_set_after_its_preview(operator: Client) -> None:
    builders.policy()
    session = charged()

    page = preview(operator, session)
    energy_then = energy(session)
    answer = confirm(operator, page, session)

    for text in ("by the rules → by hand, 12.00 kWh", "19.00 kWh", "-7.00 kWh", "$6.65", "$4.20", "-$2.45"):
        assert text in page.content.decode()
    assert (energy_then, energy(session)) == (19_000, 12_000)
    assert answer["Location"] == reverse("admin:sessions_app_chargingsession_change", args=[session.pk])
    shown = operator.get(answer["Location"]).content.decode()
    assert "Energy set by olga on " in shown
    assert "The meter was replaced." in shown


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"energy_kwh": "-1"}, "Energy cannot be negative."),
        ({"energy_kwh": "twelve"}, "Enter a number of kWh."),
        ({"energy_kwh": "NaN"}, "Enter a number of kWh."),
        ({"energy_kwh": "1e30"}, "No session takes that much energy."),
        ({"energy_kwh": "1e999999"}, "No session takes that much energy."),
        ({"energy_kwh": "1e-7"}, "Enter whole Wh: three decimals at most."),
        ({"energy_kwh": "66.551"}, "The connector could have delivered 66.55 kWh at most."),
        ({"energy_kwh": ""}, "Enter the energy."),
        ({"reason": " "}, "Say why."),
        ({"reason": "\x00"}, "Null characters are not allowed."),
        ({"reason": "x" * 501}, "Ensure this value has at most 500 characters"),
        ({"source": "guess"}, "Select a valid choice."),
        ({"source": ""}, "Choose which energy counts."),
    ],
)
def test_bad_input_is_explained_and_changes_nothing(operator: Client, fields: dict[str, str], error: str) -> None:
    session = charged()

    page = preview(operator, session, **fields)
    confirmed = confirm(operator, page, session, **fields)

    for answer in (page, confirmed):
        assert answer.status_code == 200
        assert error in answer.content.decode()
    assert energy(session) == 19_000
    assert not ActionAudit.objects.exists()


def test_other_energy_than_shown_is_previewed_again(operator: Client) -> None:
    session = charged()
    page = preview(operator, session)

    answer = confirm(operator, page, session, energy_kwh="13")

    assert "The session has changed since the preview. Check it again." in answer.content.decode()
    assert "by hand, 13.00 kWh" in answer.content.decode()
    assert energy(session) == 19_000


def test_session_changed_meanwhile_is_previewed_again(operator: Client) -> None:
    session = charged(stop_wh=None)
    page = preview(operator, session)
    record([event_builders.measured(session.station, session.pk, (120, 12_000), received=130)])
    record([event_builders.measured(session.station, session.pk, (119, 11_900), received=130)])
    changed = energy(session)

    answer = confirm(operator, page, session)

    assert changed != 10_000
    assert "The session has changed since the preview." in answer.content.decode()
    assert energy(session) == changed


def test_choosing_the_rules_undoes_a_correction(operator: Client) -> None:
    session = charged()
    confirm(operator, preview(operator, session), session)
    rules = {"source": "rules", "reason": "", "energy_kwh": ""}

    confirm(operator, preview(operator, session, **rules), session, **rules)

    assert energy(session) == 19_000
    assert [audit.outcome for audit in ActionAudit.objects.all()] == ["corrected", "corrected"]


def test_rules_that_change_nothing_cannot_be_set(operator: Client) -> None:
    session = charged()

    page = preview(operator, session, source="rules")
    confirm(operator, page, session, source="rules")

    assert "Nothing would change." in page.content.decode()
    assert not ActionAudit.objects.exists()


def test_session_in_progress_has_no_such_page(operator: Client) -> None:
    session = ChargingSession.objects.get(pk=event_builders.start(builders.station()))

    answer = operator.get(address(session.pk), follow=True)

    assert "Set its energy once it has ended." in answer.content.decode()
    assert address(session.pk) not in answer.content.decode()


def test_ended_session_links_to_the_page(operator: Client) -> None:
    session = charged()
    page = operator.get(reverse("admin:sessions_app_chargingsession_change", args=[session.pk]))
    assert address(session.pk) in page.content.decode()


def test_only_operators_correct_energy(client: Client) -> None:
    session = charged()
    staff = builders.manager(of=[session.site])
    staff.is_staff = True
    staff.save()

    for user, status in ((builders.other_manager(of=[session.site]), 302), (staff, 403)):
        client.force_login(user)
        assert client.post(address(session.pk), BY_HAND).status_code == status
    assert energy(session) == 19_000


def test_unknown_session_is_not_found(operator: Client) -> None:
    for session_id in (99_999, 10**25):
        assert operator.get(address(session_id)).status_code == 404
