"""The reference answers the reported cases as product.md says, by their numbers."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.domain.reference import Absence, Connector, MeterEvent, Result, Session, Status, work_out
from tests.domain.reference.building import (
    HOUR,
    MINUTE,
    charged,
    clock,
    event,
    names,
    price,
    reading,
    status,
    value,
)


def test_01_lifetime_register_after_start_zero_is_not_counted() -> None:
    messages = [reading(60 * (i + 1), register=7_784_023 + 120 * i, power=7200) for i in range(5)]
    result = charged(messages, event(330, 7_784_563))
    assert result.energy_wh == 540
    assert result.figure("register jumped") == 7_784_023
    assert result.decision.why == "stop − start is not plausible"


def test_02_readings_of_the_session_between_lifetime_values() -> None:
    messages = [reading(60 * (i + 1), register=120 * (i + 1)) for i in range(10)]
    result = charged(messages, event(630, 4_077_481), start=4_076_221)
    assert result.energy_wh == 1260
    assert result.decision.source == "stop − start"
    assert "stop and readings differ" in names(result)


def test_03_one_nonsensical_value_is_skipped() -> None:
    values = [895_000, 895_120, 900_000_000, 895_360, 895_480, 895_600]
    messages = [reading(60 * i, register=wh, power=7200) for i, wh in enumerate(values)]
    result = charged(messages, event(300, 895_600), start=895_000)
    assert result.energy_wh == 600
    assert names(result) == {"register jumped"}
    assert result.energy_at(clock(180)) == 360


def test_04_main_meter_without_transaction_id_is_ignored() -> None:
    own = [reading(60 * (i + 1), register=1000 + 128 * (i + 1)) for i in range(5)]
    main = [reading(60 * i + 30, register=4_518_000 + i, has_id=False) for i in range(5)]
    result = charged([*own, *main], event(300, 1640), start=1000)
    assert result.energy_wh == 640
    assert not result.flags


@pytest.mark.parametrize("inlet_first", [True, False])
def test_05_grid_side_does_not_count_beside_outlet(inlet_first: bool) -> None:
    messages = []
    for i in range(5):
        pair = [
            value("register", 120 + 120 * i, location="Outlet"),
            value("register", 50_163 + i, location="Inlet"),
        ]
        messages.append(reading(60 * (i + 1), *reversed(pair) if inlet_first else pair))
    inlet_only = reading(320, value("register", 50_200, location="Inlet"))
    result = charged([*messages, inlet_only], event(330, 660))
    assert result.energy_wh == 660
    assert not result.flags


def test_06_begin_value_in_each_message_is_no_reading() -> None:
    messages = [
        reading(
            60 * (i + 1),
            value("register", 1000 + 120 * (i + 1), context="Sample.Periodic"),
            value("register", 1000, context="Transaction.Begin"),
        )
        for i in range(10)
    ]
    result = charged(messages, start=None, now=clock(600))
    assert result.energy_wh == 1200
    assert result.count("idle") == 0


def test_07_station_ten_hours_behind_is_shifted() -> None:
    behind = timedelta(hours=10)
    result = work_out(
        Session(
            MeterEvent(clock(0), clock(0) - behind, 1000),
            stop=MeterEvent(clock(7), clock(7) - behind, 1000),
            statuses=[Status(clock(9), None, "Available")],
        )
    )
    assert result.duration_s == 9
    assert result.count("idle") == 0
    assert result.figure("station clock off") == 10 * HOUR


def test_08_power_is_not_shown_after_it_is_no_longer_told() -> None:
    drawing = [reading(60 * i, power=7200) for i in range(7)]
    paused = [reading(60 * i, offered=32) for i in range(7, 61)]
    suspended = [status(420, "SuspendedEV")]
    result = charged([*drawing, *paused], event(3600), statuses=suspended)
    assert result.power_by_reading[clock(360)] == 7200
    assert result.power_by_reading[clock(3600)] == 0
    assert result.count("idle") == 53 * MINUTE
    unexplained = charged([*drawing, *paused], event(3600))
    assert unexplained.power_by_reading[clock(3600)] is None


@pytest.mark.parametrize("first", [0, 600])
def test_09_power_spreads_energy_of_start_and_stop(first: int) -> None:
    messages = [reading(second, power=10_000) for second in range(first, 4 * HOUR, 600)]
    result = charged(messages, event(4 * HOUR, 40_000))
    assert price(result, lambda second, kw: 1 if second < 2 * HOUR else 10) == 220
    assert result.peak_w == 10_000


def test_10_coarse_register_at_low_power_is_not_idle() -> None:
    messages = [reading(t, register=1400 * t // HOUR // 100 * 100) for t in range(60, 2 * HOUR, 60)]
    result = charged(messages, event(2 * HOUR, 2800))
    assert result.count("idle") == 0
    assert result.energy_wh == 2800


def test_11_coarse_register_makes_no_peaks() -> None:
    messages = [reading(t, register=11_000 * t // HOUR // 100 * 100) for t in range(10, HOUR, 10)]
    result = charged(messages, event(HOUR, 11_000))
    assert result.peak_w is not None
    assert 10_000 < result.peak_w <= 12_000
    assert not result.flags


def test_12_reading_from_before_the_start_is_not_of_the_session() -> None:
    messages = [reading(60 * (i + 1), register=1000 + 120 * (i + 1)) for i in range(5)]
    result = charged([reading(-30, register=1090), *messages], event(300, 1600), start=1000)
    assert result.energy_wh == 600
    assert not result.flags
    assert result.peak_w == 7200


def test_13_energy_ends_at_the_stop() -> None:
    messages = [reading(60 * (i + 1), register=120 * (i + 1)) for i in range(5)]
    result = charged([*messages, reading(5 * HOUR, register=20_600)], event(300, 600))
    assert result.energy_wh == 600
    assert result.duration_s == 300


def test_14_stop_that_arrives_before_its_start() -> None:
    start = MeterEvent(clock(3605), clock(0), 1000)
    stop = MeterEvent(clock(3600), clock(3600), 8000)
    result = work_out(Session(start, stop=stop, connector=Connector(rating_w=11_000)))
    assert result.energy_wh == 7000
    assert result.duration_s == HOUR


def apart_by_a_second() -> Result:
    """Return an hour at 22 kW: power at :00, the register at :01 of each minute."""
    powers = [reading(60 * i, power=22_000) for i in range(60)]
    registers = [reading(60 * i + 1, register=22_000 * (60 * i + 1) // HOUR) for i in range(60)]
    return charged([*powers, *registers], event(HOUR, 22_000), rating_w=22_000)


def test_15_power_and_register_a_second_apart() -> None:
    result = apart_by_a_second()
    dear = price(result, lambda _, kw: Decimal("0.60") if kw >= 50 else Decimal("0.30"))
    assert dear == Decimal("6.60")


def test_16_power_spreads_a_quarter_of_an_hour() -> None:
    powers = [reading(60 * i, power=12_000 if i < 7 else 3_000) for i in range(15)]
    result = charged([*powers, reading(900, register=1825, power=3000)], event(900, 1825))
    first = Fraction(1825) * 6 * 12_000 + Fraction(1825) * (12_000 + 3_000) / 2
    expected = first / (6 * 12_000 + 7_500 + 8 * 3_000)
    assert abs(Fraction(result.energy_at(clock(420))) - expected) <= Fraction(1, 2000)


def test_17_fraction_of_a_second_makes_no_power() -> None:
    messages = [reading(60 * (i + 1), register=100 * (i + 1)) for i in range(10)]
    result = charged(messages, event(600.3, 1001))
    power = result.priced_power_w(clock(600.1))
    assert power == 6000
    assert result.peak_w == 6000


def test_18_power_is_compared_exactly_as_told() -> None:
    messages = [reading(t, value("power", "2.01", unit="kW")) for t in range(0, HOUR, 60)]
    result = charged(messages, event(HOUR, 2010))
    assert price(result, lambda second, kw: 1 if kw >= Fraction("2.01") else 0) == Decimal("2.01")


def test_19_peak_is_not_above_what_was_told() -> None:
    result = apart_by_a_second()
    assert result.peak_w == 22_000


@pytest.mark.parametrize("by_status", [True, False])
def test_20_held_back_is_not_idle(by_status: bool) -> None:
    offered = 32 if by_status else 5
    messages = [reading(t, power=0, offered=offered) for t in range(0, HOUR, 60)]
    said = [status(0, "SuspendedEVSE")] if by_status else []
    result = charged(messages, event(HOUR, 0), statuses=said)
    assert (result.count("held back"), result.count("idle")) == (HOUR, 0)


@pytest.mark.parametrize("told", [{"export": 5000, "power": 0}, {"power": -5000}, {"export": 5000}])
def test_21_car_that_gives_back_is_not_idle(told: dict[str, Any]) -> None:
    messages = [reading(t, **told) for t in range(0, 1800, 60)]
    result = charged(messages, event(1800, 0))
    assert result.count("idle") == 0
    assert result.energy_wh == 0


def test_22_idle_after_the_stop_ends_with_the_last_word() -> None:
    messages = [reading(60 * (i + 1), register=120 * (i + 1)) for i in range(10)]
    away = [Absence(clock(600 + 240), clock(600 + 14 * HOUR))]
    available = [status(600 + 14 * HOUR + 10, "Available")]
    result = charged(messages, event(600, 1200), statuses=available, absences=away)
    assert result.count("idle") == 240
    assert names(result) == {"unplugged while offline"}
    assert result.duration_s == 840
