from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.demo.cars import CARS, STANDBY_W, Car, Charge, Outlet

AT = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
OUTLETS = [Outlet(7_400, is_dc=False), Outlet(11_000, is_dc=False), Outlet(22_000, is_dc=False)]


def charge(car: Car, outlet: Outlet, battery: float = 20) -> Charge:
    return Charge(car, outlet, at=AT, battery=battery, register_wh=1_000_000, seed="a test")


@pytest.mark.parametrize("outlet", [*OUTLETS, Outlet(120_000, is_dc=True)])
@pytest.mark.parametrize("car", [car for car in CARS if car.dc_w])
def test_car_fills_up_within_the_rating_and_then_idles(car: Car, outlet: Outlet) -> None:
    one = charge(car, outlet)
    powers, registers = [], [one.register_wh]

    for minute in range(1, 24 * 60):
        one.advance(AT + timedelta(minutes=minute), offered_a=outlet.rating_a)
        powers.append(one.power_w)
        registers.append(one.register_wh)

    assert max(powers) <= outlet.rating_w
    assert max(powers) > 3_000
    assert one.is_full
    assert STANDBY_W in powers[-60:]
    assert registers == sorted(registers)


def test_the_last_percents_take_less_power() -> None:
    nearly_full, half_full = charge(CARS[1], OUTLETS[1], 98), charge(CARS[1], OUTLETS[1], 50)

    for one in (nearly_full, half_full):
        one.advance(AT + timedelta(minutes=10), offered_a=16)

    assert nearly_full.power_w < 0.7 * half_full.power_w


def test_a_lower_limit_lowers_the_power() -> None:
    one = charge(CARS[2], OUTLETS[1])

    one.advance(AT + timedelta(minutes=10), offered_a=8)

    assert one.power_w == pytest.approx(8 * 230 * 3, rel=0.05)
    assert one.reading().offered_a == 8


def test_the_same_seed_gives_the_same_readings() -> None:
    one, other = charge(CARS[2], OUTLETS[1]), charge(CARS[2], OUTLETS[1])

    for each in (one, other):
        each.advance(AT + timedelta(hours=2), offered_a=16)

    assert one.reading() == other.reading()


def test_dc_outlet_reports_state_of_charge_and_no_phases() -> None:
    one = charge(CARS[3], Outlet(60_000, is_dc=True), battery=30)
    one.advance(AT + timedelta(minutes=5), offered_a=261)

    reading = one.reading()

    assert reading.soc_percent is not None
    assert reading.soc_percent > 30
    assert reading.currents_a == (None, None, None)
