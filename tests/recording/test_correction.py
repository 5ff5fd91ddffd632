"""An operator sets which energy of a session counts; it stays, and the price follows."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from sessions_app.domain.energy_correction import EnergyCorrection, EnergySource
from sessions_app.domain.flags import Flag
from sessions_app.models import ActionAudit, ChargingSession, Manager
from sessions_app.queries.price_view import price_view
from sessions_app.recording import record, repricing
from sessions_app.recording.correction import CHANGED_SINCE, CorrectionResult, correct_session, preview_corrections
from tests.recording.test_repricing import costs
from tests.support import builders, event_builders
from tests.support.builders import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> Manager:
    return builders.operator()


def charged(*, stop_wh: float | None = 20_000) -> ChargingSession:
    """Record 10 kWh by the readings and 19 kWh by the stop, in two hours at 22 kW."""
    station = builders.station()
    session_id = event_builders.start(station)
    for quarter in range(9):
        record([event_builders.measured(station, session_id, (15 * quarter, 1000 + 1250 * quarter))])
    record([event_builders.stopped(station, session_id, minute=120, wh=stop_wh)])
    return ChargingSession.objects.get(pk=session_id)


def correction(source: EnergySource, by: Manager, wh: str | None = None) -> EnergyCorrection:
    energy_wh = None if wh is None else Decimal(wh)
    return EnergyCorrection(source, str(by), NOON + timedelta(days=1), "The meter was replaced.", energy_wh)


def correct(session: ChargingSession, source: EnergySource, by: Manager, wh: str | None = None) -> CorrectionResult:
    chosen = correction(source, by, wh)
    [previewed] = preview_corrections(session.pk, [chosen])
    result = correct_session(session.pk, chosen, by=by, previewed=previewed)
    session.refresh_from_db()
    return result


@pytest.mark.parametrize(
    ("source", "wh", "energy_wh", "price"),
    [
        (EnergySource.READINGS, None, "10000", "3.50"),
        (EnergySource.STOP, None, "19000", "6.65"),
        (EnergySource.BY_HAND, "12345.678", "12345.678", "4.32"),
        (EnergySource.BY_HAND, "4000", "4000", "1.40"),
        (EnergySource.BY_HAND, "40000", "40000", "14.00"),
        (EnergySource.BY_HAND, "0", "0", "0.00"),
    ],
)
def test_chosen_energy_counts(olga: Manager, source: EnergySource, wh: str | None, energy_wh: str, price: str) -> None:
    builders.policy()
    session = charged()

    correct(session, source, olga, wh)

    assert (session.energy_wh, session.price) == (Decimal(energy_wh), Decimal(price))
    assert session.samples.latest("at").energy_wh <= session.energy_wh


def test_correction_is_stored_audited_and_shown(olga: Manager) -> None:
    builders.policy()
    session = charged()

    correct(session, EnergySource.BY_HAND, olga, "12000")

    assert price_view(session).energy_set == (
        "Energy set by olga on 2026-03-04 23:00:00 AEDT (Australia/Sydney): by hand, 12.00 kWh. The meter was replaced."
    )
    audit = ActionAudit.objects.get()
    assert (audit.manager, audit.action, audit.outcome) == (olga, "correct energy", "corrected")
    assert audit.detail == (
        "19.00 kWh, $6.65 (by the rules) → 12.00 kWh, $4.20 (by hand, 12.00 kWh): The meter was replaced."
    )


def test_price_follows_the_stored_tariff(olga: Manager) -> None:
    policy = builders.policy()
    session = charged()
    costs(policy, "9.99")

    correct(session, EnergySource.BY_HAND, olga, "10000")

    assert session.price == Decimal("3.50")


def late_reading(session: ChargingSession) -> None:
    record([event_builders.measured(session.station, session.pk, (50, 5200), received=130)])


def recomputed(session: ChargingSession) -> None:
    call_command("recompute_sessions", session.pk, "--apply", verbosity=0)


def repriced(session: ChargingSession) -> None:
    repricing.reprice_session(session.pk, by=Manager.objects.get(), at=NOON)


@pytest.mark.parametrize("later", [late_reading, recomputed, repriced])
def test_correction_outlasts_what_comes_later(olga: Manager, later: Callable[[ChargingSession], None]) -> None:
    builders.policy()
    session = charged()
    correct(session, EnergySource.BY_HAND, olga, "12000")
    stored = session.energy_correction

    later(session)

    session.refresh_from_db()
    assert (session.energy_wh, session.price, session.energy_correction) == (12_000, Decimal("4.20"), stored)


def test_late_reading_is_drawn_within_the_energy(olga: Manager) -> None:
    session = charged()
    correct(session, EnergySource.BY_HAND, olga, "12000")

    late_reading(session)

    energies = list(session.samples.order_by("at").values_list("energy_wh", flat=True))
    assert len(energies) == 10
    assert energies == sorted(energies)


def test_rules_decide_again_after_undo(olga: Manager) -> None:
    builders.policy()
    session = charged()
    before = ChargingSession.objects.values().get()
    correct(session, EnergySource.BY_HAND, olga, "12000")

    correct(session, EnergySource.RULES, olga)

    assert ChargingSession.objects.values().get() == before
    assert price_view(session).energy_set == ""
    assert ActionAudit.objects.count() == 2


def test_corrected_energy_needs_no_look(olga: Manager) -> None:
    session = charged(stop_wh=21_000)
    assert session.flags & Flag.STOP_DIFFERS

    correct(session, EnergySource.READINGS, olga)
    corrected = session.flags
    correct(session, EnergySource.RULES, olga)

    assert not corrected & Flag.STOP_DIFFERS
    assert session.flags & Flag.STOP_DIFFERS


def test_more_than_the_connector_can_deliver_is_refused(olga: Manager) -> None:
    session = charged()
    most = Decimal("66550.000")  # 1.5 × 22 kW over two hours and one minute

    result = correct(session, EnergySource.BY_HAND, olga, "66550.001")

    assert result.refusal == "The connector could have delivered 66.55 kWh at most."
    assert session.energy_wh == 19_000
    assert ActionAudit.objects.get().outcome == "refused"
    assert correct(session, EnergySource.BY_HAND, olga, str(most)).refusal == ""


@pytest.mark.parametrize(
    ("stop_wh", "refusal"),
    [
        (None, "The station reported no register at the start or at the stop."),
        (900_000_000, "Stop − start is 899,999.00 kWh: the connector could have delivered 66.55 kWh at most."),
        (500, "Stop − start is -0.50 kWh: the connector could have delivered 66.55 kWh at most."),
    ],
)
def test_implausible_stop_is_refused(olga: Manager, stop_wh: float | None, refusal: str) -> None:
    session = charged(stop_wh=stop_wh)
    before = session.energy_wh

    assert correct(session, EnergySource.STOP, olga).refusal == refusal
    assert session.energy_wh == before


def test_session_in_progress_is_refused(olga: Manager) -> None:
    station = builders.station()
    session = ChargingSession.objects.get(pk=event_builders.start(station))

    assert correct(session, EnergySource.BY_HAND, olga, "10").refusal.startswith("The session is in progress.")


def test_session_without_its_readings_is_refused(olga: Manager) -> None:
    imported = builders.session(price=Decimal("2.50"), currency="AUD")

    assert correct(imported, EnergySource.BY_HAND, olga, "10").refusal.startswith("Some readings are missing")
    assert imported.energy_wh == 7410


def test_session_changed_since_the_preview_is_refused(olga: Manager) -> None:
    session = charged()
    mine, theirs = correction(EnergySource.BY_HAND, olga, "12000"), correction(EnergySource.BY_HAND, olga, "15000")
    [previewed] = preview_corrections(session.pk, [mine])
    correct(session, EnergySource.BY_HAND, olga, "15000")

    result = correct_session(session.pk, mine, by=olga, previewed=previewed)

    session.refresh_from_db()
    assert result.refusal == CHANGED_SINCE
    assert session.energy_wh == theirs.energy_wh


def test_preview_changes_nothing(olga: Manager) -> None:
    session = charged()
    before = ChargingSession.objects.values().get()

    preview_corrections(session.pk, [correction(EnergySource.BY_HAND, olga, "12000")])

    assert ChargingSession.objects.values().get() == before
    assert not ActionAudit.objects.exists()


def test_energy_can_be_set_without_any_reading(olga: Manager) -> None:
    station = builders.station()
    session = ChargingSession.objects.get(pk=event_builders.start(station))
    record([event_builders.stopped(station, session.pk, minute=60, wh=None)])

    correct(session, EnergySource.BY_HAND, olga, "5000")

    assert session.energy_wh == 5_000
