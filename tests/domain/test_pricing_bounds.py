"""At which power, energy, minute, day and time of day a component begins and stops to apply; blocks and limits."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import Component, PriceLine, Tariff
from sessions_app.domain.pricing.tariff import overlap

TUESDAY_NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
REST = Component("ENERGY", Decimal(1))


def tariff(*components: Component, **fields: Any) -> Tariff:
    fields = {"currency": "AUD", "tax_percent": Decimal(0), **fields}
    return Tariff(
        1, "Any", entity_type="Site", entity_id="SIT-0001", valid_from=TUESDAY_NOON, components=components, **fields
    )


def interval(begin_s: float, end_s: float, wh: float = 0, **fields: Any) -> ClassifiedInterval:
    start, end = (TUESDAY_NOON + timedelta(seconds=count) for count in (begin_s, end_s))
    power_w = fields.pop("power_w", None)
    return ClassifiedInterval(Interval(start, end, Decimal(str(wh)), power_w), **{"is_idle": False, **fields})


def used(priced: Tariff, *intervals: ClassifiedInterval, zone: str = "UTC") -> list[int]:
    return list(pricing.add_intervals(priced, pricing.start_usage(priced), intervals, zone=zone).quantities)


def lines(priced: Tariff, *intervals: ClassifiedInterval) -> tuple[PriceLine, ...]:
    return pricing.calculate_lines(
        priced, pricing.add_intervals(priced, pricing.start_usage(priced), intervals, zone="UTC")
    )


def amounts(priced: Tariff, *intervals: ClassifiedInterval) -> list[str]:
    return [f"{line.dimension} {line.amount}" for line in lines(priced, *intervals)]


@pytest.mark.parametrize(
    ("restriction", "power_w", "applies"),
    [
        ({"kw_from": Decimal("2.01")}, 2_010.0, True),
        ({"kw_from": Decimal("2.01")}, 2_009.9, False),
        ({"kw_to": Decimal("2.01")}, 2_010.0, False),
        ({"kw_to": Decimal("2.01")}, 2_009.9, True),
        ({"kw_from": Decimal(0)}, 0.0, True),
        ({}, 0.0, True),
        ({}, -500.0, True),
        ({"kw_to": Decimal(11)}, -500.0, True),
    ],
)
def test_power_applies_from_its_lower_to_below_its_upper_bound(
    restriction: dict[str, Any], power_w: float, applies: bool
) -> None:
    restricted = Component("ENERGY", Decimal(9), **restriction)

    assert used(tariff(restricted, REST), interval(0, 60, 100, power_w=power_w))[not applies] == 100_000


def test_power_not_told_is_energy_over_time() -> None:
    restricted = tariff(Component("ENERGY", Decimal(9), kw_from=Decimal(6)), REST)

    assert used(restricted, interval(0, 60, 100)) == [100_000, 0]
    assert used(restricted, interval(0, 60, 99.999)) == [0, 99_999]


@pytest.mark.parametrize(("kw_from", "kw_to", "depends"), [(0, None, True), (None, 11, True), (None, None, False)])
def test_tariff_depends_on_power_with_either_bound(kw_from: int | None, kw_to: int | None, depends: bool) -> None:
    bounds = {name: None if kw is None else Decimal(kw) for name, kw in (("kw_from", kw_from), ("kw_to", kw_to))}

    assert pricing.depends_on_power(tariff(REST, msgspec.structs.replace(REST, **bounds))) is depends


@pytest.mark.parametrize(
    ("restriction", "first_wh"),
    [({"kwh_to": Decimal(1)}, 1_000), ({"kwh_to": Decimal("0.001")}, 1), ({"kwh_from": Decimal(1)}, 2_000)],
)
def test_energy_is_split_at_its_bounds(restriction: dict[str, Any], first_wh: int) -> None:
    restricted = tariff(Component("ENERGY", Decimal(9), **restriction), REST)

    for intervals in ([interval(0, 90, 3_000)], [interval(0, 30, 1_000), interval(30, 90, 2_000)]):
        assert used(restricted, *intervals) == [first_wh * 1_000, (3_000 - first_wh) * 1_000]


@pytest.mark.parametrize(
    ("restriction", "first_min"), [({"minutes_to": 30}, 30), ({"minutes_from": 30}, 60), ({"minutes_to": 90}, 90)]
)
@pytest.mark.parametrize("ends_min", [30, 45])
def test_time_is_split_at_its_minutes(restriction: dict[str, Any], first_min: int, ends_min: int) -> None:
    restricted = tariff(Component("TIME", Decimal(9), **restriction), Component("TIME", Decimal(1)))

    result = used(restricted, interval(0, 60 * ends_min), interval(60 * ends_min, 60 * 90))

    assert [count // 60_000_000 for count in result] == [first_min, 90 - first_min]


def test_grace_counts_idle_time_and_not_charging_time() -> None:
    after_ten = tariff(Component("PARKING_TIME", Decimal(6), grace_minutes=10))
    idle = [interval(at, at + 300, is_idle=True) for at in (0, 900, 1_800)]
    between = [interval(at, at + 600) for at in (300, 1_200)]

    assert used(after_ten, idle[0], between[0], idle[1]) == [0]
    assert used(after_ten, idle[0], between[0], idle[1], between[1], idle[2]) == [300_000_000]
    assert used(after_ten, interval(0, 700, is_idle=True)) == [100_000_000]


def test_grace_of_another_dimension_means_nothing() -> None:
    assert used(tariff(Component("TIME", Decimal(6), grace_minutes=10)), interval(0, 60)) == [60_000_000]


def test_time_held_back_is_neither_time_nor_parking() -> None:
    both = tariff(Component("TIME", Decimal(6)), Component("PARKING_TIME", Decimal(6)), REST)

    assert used(both, interval(0, 60, 5, is_held_back=True)) == [0, 0, 5_000]


def test_flat_fee_is_charged_once_when_energy_first_flows() -> None:
    fee = tariff(Component("FLAT", Decimal(2)), Component("FLAT", Decimal(9)))

    assert used(fee, interval(0, 60)) == [0, 0]
    assert used(fee, interval(0, 60), interval(60, 120, 0.001), interval(120, 180, 5)) == [1, 0]


def test_flat_fee_depends_on_the_moment_energy_first_flows() -> None:
    early = tariff(Component("FLAT", Decimal(2), minutes_to=1), Component("FLAT", Decimal(9)))

    assert used(early, interval(0, 60), interval(60, 120, 5)) == [0, 1]


@pytest.mark.parametrize(
    ("restriction", "hours"),
    [
        ({"time_from": time(22), "time_to": time(6)}, 8),
        ({"time_from": time(22)}, 2),
        ({"time_to": time(6)}, 6),
        ({"time_from": time(13), "time_to": time(0)}, 11),
        ({"time_from": time(9), "time_to": time(17)}, 8),
        ({"days": "2"}, 12),
        ({"days": "3"}, 12),
        ({"days": "14567"}, 0),
        ({"date_from": date(2026, 3, 4)}, 12),
        ({"date_from": date(2026, 3, 3)}, 24),
        ({"date_to": date(2026, 3, 4)}, 12),
        ({"date_to": date(2026, 3, 5)}, 24),
        ({"date_from": date(2026, 3, 5)}, 0),
        ({"date_to": date(2026, 3, 3)}, 0),
    ],
)
def test_days_dates_and_times_are_split_at_their_bounds(restriction: dict[str, Any], hours: int) -> None:
    """One day from Tuesday noon to Wednesday noon."""
    restricted = tariff(Component("TIME", Decimal(9), **restriction), Component("TIME", Decimal(1)))

    assert used(restricted, interval(0, 86_400)) == [hours * 3_600_000_000, (24 - hours) * 3_600_000_000]


def test_night_in_the_sites_zone_ends_at_its_clock() -> None:
    night = tariff(Component("TIME", Decimal(9), time_to=time(0, 30)), Component("TIME", Decimal(1)))

    assert used(night, interval(0, 86_400), zone="Australia/Sydney") == [1_800_000_000, 84_600_000_000]


@pytest.mark.parametrize(("days", "is_split"), [(400, True), (400.01, False)])
def test_interval_of_more_than_400_days_is_not_cut(days: float, is_split: bool) -> None:
    night = tariff(Component("TIME", Decimal(9), time_to=time(6)), Component("TIME", Decimal(1)))

    assert bool(used(night, interval(0, days * 86_400))[0]) is is_split


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"time_from": time(8), "time_to": time(10)}, {"time_from": time(10), "time_to": time(12)}, False),
        ({"time_from": time(8), "time_to": time(10)}, {"time_from": time(9, 59), "time_to": time(12)}, True),
        ({"time_from": time(22), "time_to": time(6)}, {"time_from": time(5)}, True),
        ({"time_from": time(22), "time_to": time(6)}, {"time_from": time(6), "time_to": time(22)}, False),
        ({"days": "12"}, {"days": "23"}, True),
        ({"days": "12"}, {"days": "34"}, False),
        ({"days": "12"}, {}, True),
        ({}, {}, True),
    ],
)
def test_components_overlap_by_day_and_time(one: dict[str, Any], other: dict[str, Any], expected: bool) -> None:
    first, second = Component("ENERGY", Decimal(1), **one), Component("ENERGY", Decimal(1), **other)

    assert overlap(first, second) is overlap(second, first) is expected


@pytest.mark.parametrize(("wh", "amount"), [(14, "0.01"), (15, "0.02"), (25, "0.03"), (4, "0.00"), (5, "0.01")])
def test_each_line_is_rounded_half_up(wh: int, amount: str) -> None:
    assert amounts(tariff(REST), interval(0, 60, wh)) == [f"ENERGY {amount}"]


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "3"), ("AUD", "2.50"), ("KWD", "2.500")])
def test_line_has_the_digits_of_its_currency(currency: str, amount: str) -> None:
    assert amounts(tariff(REST, currency=currency), interval(0, 60, 2_500)) == [f"ENERGY {amount}"]


@pytest.mark.parametrize(("amount", "tax"), [("11.00", "1.00"), ("0.05", "0.00"), ("0.06", "0.01"), ("110", "10.00")])
def test_tax_is_the_share_included_in_the_amount(amount: str, tax: str) -> None:
    assert str(pricing.tax(tariff(tax_percent=Decimal(10)), Decimal(amount))) == tax


def test_tax_of_exactly_half_a_cent_is_a_cent() -> None:
    assert pricing.tax(tariff(tax_percent=Decimal(100)), Decimal("0.01")) == Decimal("0.01")


@pytest.mark.parametrize(
    ("limits", "wh", "expected"),
    [
        ({"min_price": Decimal(2)}, 2_000, ["ENERGY 2.00"]),
        ({"min_price": Decimal(2)}, 1_990, ["ENERGY 1.99", "MIN_PRICE 0.01"]),
        ({"min_price": Decimal(2)}, 0, []),
        ({"min_price": Decimal(2)}, 0.001, ["ENERGY 0.00", "MIN_PRICE 2.00"]),
        ({"max_price": Decimal(2)}, 2_000, ["ENERGY 2.00"]),
        ({"max_price": Decimal(2)}, 2_010, ["ENERGY 2.01", "MAX_PRICE -0.01"]),
        ({"max_price": Decimal(0)}, 2_010, ["ENERGY 2.01", "MAX_PRICE -2.01"]),
        ({"min_price": Decimal(1), "max_price": Decimal(2)}, 500, ["ENERGY 0.50", "MIN_PRICE 0.50"]),
    ],
)
def test_limit_corrects_the_total_only_beyond_it(limits: dict[str, Any], wh: float, expected: list[str]) -> None:
    assert amounts(tariff(REST, **limits), interval(0, 60, wh)) == expected


def test_minimum_applies_to_a_car_that_only_parked() -> None:
    parked = tariff(Component("PARKING_TIME", Decimal(6)), min_price=Decimal(5))

    assert amounts(parked, interval(0, 600, is_idle=True)) == ["PARKING_TIME 1.00", "MIN_PRICE 4.00"]


def test_correction_is_one_piece_of_no_component() -> None:
    (_, correction) = lines(tariff(REST, min_price=Decimal(2)), interval(0, 60, 500))

    assert (correction.unit_price, correction.quantity, correction.component) == (Decimal("1.50"), 1, -1)


@pytest.mark.parametrize(
    ("component", "measured", "billed"),
    [
        (Component("ENERGY", Decimal(1), step_size=500), interval(0, 60, 500), "0.5"),
        (Component("ENERGY", Decimal(1), step_size=500), interval(0, 60, 500.001), "1"),
        (Component("TIME", Decimal(1), step_size=900), interval(0, 900), "0.25"),
        (Component("TIME", Decimal(1), step_size=900), interval(0, 900.000001), "0.5"),
        (Component("TIME", Decimal(1)), interval(0, 35.5), "0.01"),
        (Component("PARKING_TIME", Decimal(1), step_size=900), interval(0, 901, is_idle=True), "0.5"),
    ],
)
def test_begun_block_is_billed_whole(component: Component, measured: ClassifiedInterval, billed: str) -> None:
    (line,) = lines(tariff(component), measured)

    assert line.quantity == Decimal(billed)
    assert (line.unit_price, line.component) == (1, 0)


def test_time_is_in_blocks_only_without_billed_inactivity() -> None:
    blocks = tariff(Component("TIME", Decimal(1), step_size=900), Component("PARKING_TIME", Decimal(1), step_size=900))

    charged, parked = lines(blocks, interval(0, 1_000), interval(1_000, 1_360, is_idle=True))

    assert [charged.quantity, parked.quantity] == [Decimal("0.277778"), Decimal("0.25")]
    assert [line.quantity for line in lines(blocks, interval(0, 1_000))] == [Decimal("0.5")]


def test_dimension_is_rounded_once_at_its_last_component() -> None:
    first, then = (Component("ENERGY", Decimal(1), kwh_to=to, step_size=500) for to in (Decimal("0.3"), None))

    quantities = [(line.quantity, line.measured) for line in lines(tariff(first, then), interval(0, 60, 600))]

    assert quantities == [(Decimal("0.3"), Decimal("0.3")), (Decimal("0.7"), Decimal("0.3"))]
