"""Chosen sessions are recomputed by today's rules: first without writing, then for good."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.management.commands import recompute_sessions
from sessions_app.models import ActionAudit, ChargingSession, ChargingStation, MeterSample
from sessions_app.recording import recomputation, record
from tests.recording.test_repricing import costs
from tests.support import builders, event_builders

pytestmark = pytest.mark.django_db
LIFETIME_WH = 7_784_000  # the register of a meter that started with 0


def recompute(*ids: int, **options: Any) -> str:
    out = StringIO()
    call_command("recompute_sessions", *ids, stdout=out, **options)
    return out.getvalue()


def charged_by_old_rules(on: ChargingStation | None = None, *, connector: int = 1) -> ChargingSession:
    """Record 480 Wh, and store what was billed before: the meter's lifetime register."""
    station = on or builders.station()
    session_id = event_builders.start(station, wh=0, connector=connector)
    for minute in range(5):
        wh = LIFETIME_WH + 120 * minute
        record([event_builders.measured(station, session_id, (minute + 1, wh), connector=connector)])
    record([event_builders.stopped(station, session_id, minute=6, wh=LIFETIME_WH + 480)])
    billed = Decimal(LIFETIME_WH + 480)
    stored = ChargingSession.objects.filter(pk=session_id)
    price = Decimal("2724.57") if stored.get().price is not None else None
    stored.update(energy_wh=billed, price=price, idle_s=60, totals='{"at":1}', flags=0, flag_details="")
    MeterSample.objects.filter(session_id=session_id, number=5).update(energy_wh=billed)
    return stored.get()


def everything() -> list[Any]:
    models = (ChargingSession, MeterSample, ActionAudit)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_dry_run_tells_changes_and_writes_nothing() -> None:
    builders.policy()
    session = charged_by_old_rules()
    before = everything()

    told = recompute(session.pk)

    for text in (
        "1 of 1 sessions would change.",
        "energy: 1 sessions, in all -7,784.00 kWh",
        "price AUD: 1 sessions, in all -$2,724.40",
        f"  {session.pk} · ",
        "7,784.48 kWh → 0.48 kWh",
        "$2,724.57 → $0.17",
        "This was a dry run",
    ):
        assert text in told
    assert everything() == before


def test_applied_figures_follow_the_stored_tariff() -> None:
    policy = builders.policy()
    session = charged_by_old_rules()
    costs(policy, "9.99")

    told = recompute(session.pk, apply=True)

    session.refresh_from_db()
    assert (session.energy_wh, session.price, session.idle_s) == (Decimal(480), Decimal("0.17"), 0)
    assert session.flags & Flag.REGISTER_JUMPED
    assert session.samples.get(number=5).energy_wh == 480
    assert "1 of 1 sessions changed." in told
    audit = ActionAudit.objects.get()
    assert (audit.manager, audit.manager_name, audit.session_id) == (None, "manage.py recompute_sessions", session.pk)
    assert audit.detail == (
        "7,784.48 kWh, idle 1 m 00 s, held back 0 s, $2,724.57 → 0.48 kWh, idle 0 s, held back 0 s, $0.17"
    )


def test_second_run_changes_nothing() -> None:
    session = charged_by_old_rules()
    recompute(session.pk, apply=True)
    before = everything()

    told = recompute(session.pk, apply=True)

    assert "0 of 1 sessions changed." in told
    assert everything() == before


def test_changed_graph_alone_is_a_change() -> None:
    session = charged_by_old_rules()
    recompute(session.pk, apply=True)
    MeterSample.objects.filter(session=session, number=2).update(energy_wh=1)

    told = recompute(session.pk, apply=True)

    assert "1 of 1 sessions changed." in told
    assert session.samples.get(number=2).energy_wh == 120
    assert ActionAudit.objects.count() == 1


def test_incomplete_sessions_are_left_and_counted() -> None:
    station = builders.station()
    incomplete, gone = charged_by_old_rules(station), charged_by_old_rules(station, connector=2)
    imported = builders.session(on=station)
    MeterSample.objects.filter(session=incomplete, number=3).delete()
    MeterSample.objects.filter(session=gone).delete()
    before = everything()

    told = recompute(incomplete.pk, gone.pk, imported.pk, apply=True)

    assert "3 left as they are: their meter samples are incomplete or gone." in told
    assert everything() == before


def test_each_currency_has_its_own_sum() -> None:
    tokyo = builders.site(of=builders.company(currency="JPY"), time_zone="Asia/Tokyo")
    builders.policy()
    builders.policy(currency="JPY", site=tokyo)
    charged_by_old_rules()
    charged_by_old_rules(builders.station(at=tokyo))

    told = recompute(all=True)

    assert "price AUD: 1 sessions, in all -$2,724.40" in told
    assert "price JPY: 1 sessions, in all -JPY\N{NO-BREAK SPACE}2,725" in told


def test_interrupted_run_is_completed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    station = builders.station()
    first, second = charged_by_old_rules(station), charged_by_old_rules(station, connector=2)

    def interrupted(session_id: int, **options: Any) -> Any:
        if session_id == second.pk:
            raise KeyboardInterrupt
        return recomputation.recompute_session(session_id, **options)

    with monkeypatch.context() as patched:
        patched.setattr(recompute_sessions, "recompute_session", interrupted)
        with pytest.raises(CommandError, match="Interrupted"):
            recompute(all=True, apply=True)
    energies = [ChargingSession.objects.get(pk=session.pk).energy_wh for session in (first, second)]
    told = recompute(all=True, apply=True)

    assert energies == [480, second.energy_wh]
    assert "1 of 2 sessions changed." in told
    assert ChargingSession.objects.get(pk=second.pk).energy_wh == 480


def test_each_session_is_locked_by_its_station() -> None:
    session = charged_by_old_rules()

    with CaptureQueriesContext(connection) as queries:
        recompute(session.pk)

    locked = [each["sql"] for each in queries if "FOR NO KEY UPDATE" in each["sql"]]
    assert len(locked) == (1 if connection.vendor == "postgresql" else 0)


def test_sessions_come_in_pages_and_few_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        charged_by_old_rules()
    monkeypatch.setattr("sessions_app.queries.session_selection.IDS_PER_PAGE", 1)

    told = recompute(all=True, largest=1)

    assert [f"{number} of 3 sessions, {number} changed" in told for number in (1, 2, 3)] == [True] * 3
    assert told.count("7,784.48 kWh → ") == 1


@pytest.mark.parametrize("seed", range(8))
def test_newly_recorded_session_stays_as_it_is(seed: int) -> None:
    random, station = Random(seed), builders.station()
    builders.policy(
        {"dimension": "ENERGY", "price": Decimal("0.35")}, {"dimension": "PARKING_TIME", "price": Decimal(4)}
    )
    session_id = event_builders.start(station, wh=0)
    register = 0
    for minute in range(1, 40):
        if random.random() < 0.2:
            status = random.choice(["Charging", "SuspendedEV", "SuspendedEVSE"])
            record([event_builders.status(station, minute - 0.5, status)])
        register += random.choice([0, 0, 120, 240, 100_000])
        power_w = random.choice([None, 0.0, 7_200.0])
        at = event_builders.minutes(minute)
        reading = Reading(at=at, register_wh=Decimal(register) if random.random() < 0.6 else None, power_w=power_w)
        measured = event_builders.measured(station, session_id)
        record([msgspec.structs.replace(measured, at=at, readings=(reading,))])
    if seed % 2:
        record([event_builders.stopped(station, session_id, minute=41, wh=register, reason="Local")])
        record([event_builders.status(station, 60)])
    before = everything()

    assert "0 of 1 sessions changed." in recompute(session_id, apply=True)
    assert everything() == before


def test_sessions_are_chosen_by_place_day_and_flag() -> None:
    site = builders.site("Harbour Towers", time_zone="Australia/Sydney")
    station = builders.station("HT-01", at=site)
    late = builders.session(on=station, started_at=builders.NOON.replace(hour=13), flags=Flag.NO_PRICE)
    builders.session(started_at=builders.NOON - timedelta(days=2))
    cases: list[tuple[dict[str, Any], int]] = [
        ({"station": ["HT-01"]}, 1),
        ({"site": ["Harbour Towers"]}, 1),
        ({"site": [f"{site.company.name}/Harbour Towers"], "flag": ["no-driver"]}, 0),
        ({"flag": ["no-price", "no-driver"]}, 1),
        ({"first_day": "2026-03-04"}, 1),  # 13:00 UTC is the next day in Sydney
        ({"last_day": "2026-03-03"}, 1),
        ({"first_day": "2026-03-01", "last_day": "2026-03-04"}, 2),
        ({"all": True}, 2),
    ]

    for options, count in cases:
        days = {name: date.fromisoformat(text) for name, text in options.items() if "_day" in name}
        assert f"0 of {count} sessions would change." in recompute(**(options | days)), options
    assert "0 of 1 sessions would change." in recompute(late.pk)


@pytest.mark.parametrize(
    "options", [{}, {"station": ["NONE"]}, {"site": ["Nowhere"]}, {"all": True, "station": ["X"]}, {"largest": -1}]
)
def test_bad_choice_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        recompute(**options)
