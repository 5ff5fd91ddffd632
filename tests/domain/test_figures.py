"""Energy, power, limit and inactivity of readings, calculated by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.domain import figures
from sessions_app.domain.flags import Flag
from sessions_app.domain.inactivity import inactivity_level
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_totals import BillingContext, SessionTotals, decode_totals

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
TERMS = BillingContext(zone="Australia/Sydney", rating_w=22_000, phases=3)


def reading(minute: float, wh: float | None = None, **fields: Any) -> Reading:
    register = None if wh is None else Decimal(str(wh)).quantize(Decimal("0.001"))
    return Reading(at=START + timedelta(minutes=minute), register_wh=register, **fields)


def session_state(
    stopped: float | None = None, stop_wh: float | None = None, unplugged: float | None = None
) -> SessionState:
    def at(minute: float | None) -> datetime | None:
        return None if minute is None else START + timedelta(minutes=minute)

    return SessionState(
        started_at=START,
        meter_start_wh=Decimal(1000),
        stopped_at=at(stopped),
        meter_stop_wh=None if stop_wh is None else Decimal(str(stop_wh)),
        unplugged_at=at(unplugged),
    )


def folded(*readings: Reading, of: SessionState | None = None, billing: BillingContext = TERMS) -> SessionTotals:
    return figures.fold(of or session_state(), readings, billing)[0]


def test_energy_is_the_sum_of_register_increases() -> None:
    assert folded(reading(1, 1100), reading(2, 1100), reading(3, 1500)).energy_wh == 500


def test_counting_continues_after_a_flagged_register_drop() -> None:
    result = folded(reading(1, 2000), reading(2, 3), reading(3, 103), reading(4, 203))

    assert result.energy_wh == 1000 + 100 + 100
    assert result.flags & Flag.REGISTER_FELL


def test_register_back_from_zero_adds_nothing() -> None:
    result = folded(reading(10, 2000), reading(11, 0), reading(13, 2100))

    assert result.energy_wh == 1000 + 100


@pytest.mark.parametrize("recovered", [1180, 1179.6])
def test_register_back_within_rounding_adds_nothing(recovered: float) -> None:
    result = folded(reading(1, 1180), reading(2, 0), reading(3, recovered), reading(4, 1190))

    assert result.energy_wh == 190


def test_register_drop_is_neither_idle_nor_a_peak() -> None:
    result = folded(*(reading(10 * n, 0 if n == 3 else 1000 + 1000 * n) for n in range(1, 7)))

    assert (result.energy_wh, result.clock.idle_s) == (6000, 0)
    assert result.peak_power_w == pytest.approx(6000)


def test_register_drop_does_not_cut_an_idle_run() -> None:
    assert folded(*(reading(10 * n, 0 if n == 3 else 2000) for n in range(1, 6))).clock.idle_s == 2400


def test_power_and_idle_time_restart_after_a_register_reset() -> None:
    rising = folded(reading(10, 3000), reading(20, 3), reading(30, 1003))
    standing = folded(reading(10, 3000), reading(20, 3), reading(60, 3))

    assert (rising.energy_wh, rising.power_w, rising.clock.idle_s) == (3000, None, 0)
    assert (standing.power_w, standing.clock.idle_s) == (0, 2400)


def test_rounding_to_whole_wh_is_not_a_register_drop() -> None:
    result = folded(reading(1, 1180.17), of=session_state(stopped=2, stop_wh=1180))

    assert result.energy_wh == Decimal("180.17")
    assert not result.flags


def test_stop_value_counts_as_energy_and_gives_no_power() -> None:
    result = folded(reading(1, 1180.17, power_w=7_000), of=session_state(stopped=1.001, stop_wh=1182))

    assert result.energy_wh == 182
    assert result.peak_power_w == 7_000


def test_stop_without_a_usable_value_keeps_the_energy() -> None:
    assert folded(reading(1, 1500), of=session_state(stopped=2)).energy_wh == 500


def test_register_gives_power_from_its_second_step_on() -> None:
    assert folded(reading(6, 2100)).power_w is None
    assert folded(reading(6, 2100), reading(12, 3200)).power_w == pytest.approx(11_000)


def test_volts_times_amps_precede_energy_over_time() -> None:
    steps = (reading(6, 2100), reading(12, 3200, voltage_v=230.0))
    assert folded(reading(6, 2100, voltage_v=230.0, currents_a=(16.0, 16.0, 16.0))).power_w == 11_040
    assert folded(*steps).power_w == pytest.approx(11_000)


def test_reading_without_power_keeps_the_power_of_the_register() -> None:
    steps = (reading(6, 2100), reading(12, 3200))
    assert folded(*steps, reading(13, soc_percent=50.0)).power_w == pytest.approx(11_000)


def test_reported_power_ends_when_it_is_no_longer_reported() -> None:
    powers = [reading(minute, power_w=7_000.0) for minute in range(1, 15)]

    assert folded(*powers, reading(14.5, 2750)).power_w == 7_000
    assert folded(*powers, reading(15, 2750)).power_w is None


@pytest.mark.parametrize(
    ("given_reading", "terms", "limit_a"),
    [
        (reading(1, offered_a=16.0), TERMS, 16.0),
        (reading(1, offered_w=11_040.0), TERMS, 16.0),
        (reading(1, offered_w=9_600.0, voltage_v=200.0), TERMS, 16.0),
        (reading(1, offered_w=11_040.0, voltage_v=0.3), TERMS, 16.0),  # an unpowered phase
        (reading(1, 1100), BillingContext(zone="UTC", rating_w=22_000, limit_a=20.0), 20.0),
        (reading(1, 1100), BillingContext(zone="UTC", rating_w=22_080), 32.0),
        (reading(1, 1100), BillingContext(zone="UTC"), None),
    ],
)
def test_grid_limit_prefers_offered_then_set_then_rated(
    given_reading: Reading, terms: BillingContext, limit_a: float | None
) -> None:
    assert folded(given_reading, billing=terms).metrics.limit_a == limit_a


def test_power_above_150_percent_of_the_rating_is_flagged() -> None:
    assert folded(reading(1, power_w=33_001.0)).flags & Flag.BEYOND_RATING
    assert not folded(reading(1, power_w=33_000.0)).flags


def test_idle_run_of_two_minutes_counts_from_its_start() -> None:
    charging = [reading(minute, 1000 + minute * 100, power_w=6000) for minute in range(1, 6)]
    short = [reading(6, 1500, power_w=0), reading(7.9, 1500, power_w=0)]
    longer = [*short, reading(8.1, 1500, power_w=0)]

    assert folded(*charging, *short).clock.idle_s == 0
    assert folded(*charging, *longer).clock.idle_s == pytest.approx(126)


def test_constant_register_beyond_its_step_is_idle() -> None:
    assert folded(reading(5, 2000), reading(10, 2000), reading(16, 2000)).clock.idle_s == 660
    coarse = [reading(4 * n, 1000 + 100 * (n // 2)) for n in range(1, 9)]
    assert folded(*coarse).clock.idle_s == 0


@pytest.mark.parametrize(("amps", "step_wh", "idle_s"), [(0.6, 0, 0), (0.0, 500, 1500)])
def test_volts_times_amps_outrank_the_register_for_idle_time(amps: float, step_wh: int, idle_s: int) -> None:
    result = folded(
        *(reading(5 * n, 2000 + n * step_wh, voltage_v=230.0, currents_a=(amps, None, None)) for n in range(1, 7))
    )

    assert result.clock.idle_s == idle_s


def test_unknown_interval_is_not_idle() -> None:
    assert folded(reading(30, soc_percent=50.0)).clock.idle_s == 0


@pytest.mark.parametrize(
    "silent",
    [{"soc_percent": 50.0}, {"voltage_v": 230.0}, {"offered_a": 16.0}, {"currents_a": (0.6, None, None)}],
)
@pytest.mark.parametrize("power_w", [None, 20.0])
def test_readings_without_data_do_not_cut_an_idle_run(silent: dict[str, Any], power_w: float | None) -> None:
    meter = [reading(minute, 2000, power_w=power_w) for minute in range(2, 44, 2)]
    others = [reading(minute, **silent) for minute in range(3, 43, 2)]

    result = folded(*sorted([*meter, *others], key=lambda each: each.at))

    assert result.clock.idle_s == folded(*meter).clock.idle_s >= 2400


def test_other_values_of_a_reading_apply_at_once() -> None:
    result = folded(reading(1, 2000), reading(2, soc_percent=50.0, offered_a=10.0))

    assert (result.metrics.battery, result.metrics.limit_a, result.metrics.interval_s) == (50, 10, 60)


def test_parked_time_counts_from_the_stop() -> None:
    result = folded(reading(40, soc_percent=80.0), of=session_state(stopped=31, stop_wh=5100, unplugged=50))

    assert result.clock.idle_s == 19 * 60


def test_the_interval_is_the_longer_of_the_last_two_gaps() -> None:
    every_five = [
        folded(*(reading(at, 1000) for at in times)).metrics.interval_s
        for times in (
            (0.05,),  # a reading at the start counts as no gap
            (0.05, 5),
            (0.05, 5, 10),
            (0.05, 5, 10, 14.9),
            (0.05, 5, 10, 14.9, 15),  # clock-aligned, just before another reading
            (0.05, 5, 10, 14.9, 15, 20),
        )
    ]

    assert every_five == pytest.approx([60, 297, 300, 300, 294, 300])


def test_figures_of_another_format_are_none() -> None:
    assert decode_totals("") is None
    assert decode_totals('{"at":"2026-03-03T12:00:00Z","register_wh":"1000"}') is None


def test_plugged_in_time_after_the_stop_is_idle() -> None:
    result = folded(reading(30, 5000, power_w=7000), of=session_state(stopped=31, stop_wh=5100, unplugged=50))

    assert result.clock.idle_s == 19 * 60


def test_levels_of_inactivity_depend_on_the_rating() -> None:
    minutes = {3_700: 120, 7_400: 60, 22_000: 30, 49_000: 30, 50_000: 15, 150_000: 15}

    for rating_w, patience in minutes.items():
        assert inactivity_level(patience * 60 - 1, rating_w) == ""
        assert inactivity_level(patience * 60, rating_w) == "warning"
        assert inactivity_level(2 * patience * 60, rating_w) == "high"


def test_peak_is_told_and_else_of_the_register() -> None:
    steps = [reading(1, 1100), reading(2, 1250), reading(3, 1300)]

    assert folded(*steps).peak_power_w == pytest.approx(7_500)
    assert folded(*steps, reading(4, 1340, power_w=2_000.0)).peak_power_w == 2_000


def test_battery_is_from_the_first_to_the_last_value() -> None:
    metrics = folded(reading(1, soc_percent=0.0), reading(2, soc_percent=40.0), reading(3, 1100)).metrics

    assert (metrics.battery_start, metrics.battery) == (0, 40)
