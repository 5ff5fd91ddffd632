"""For any tariff and session, incremental and full pricing agree, with each other and with the rules."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import Component, Tariff, Usage
from tests.domain import pricing_oracle

ZONES = ("Australia/Sydney", "Australia/Perth", "Australia/Lord_Howe", "Europe/Amsterdam", "Asia/Kolkata")
MINUTE = timedelta(minutes=1)
CURRENCIES = {"AUD": 2, "JPY": 0, "KWD": 3}
# Days around the clock changes of Sydney, Lord Howe and Amsterdam, and other days.
DAYS = [date(2026, 4, 4), date(2026, 10, 3), date(2026, 3, 28), date(2026, 10, 24), date(2026, 7, 15)]


def bounds(values: st.SearchStrategy) -> st.SearchStrategy:
    """Return from and to in order; either or both may be None."""
    ordered = st.tuples(values, values).filter(lambda pair: pair[0] != pair[1]).map(sorted)
    return st.one_of(
        st.just((None, None)),
        values.map(lambda value: (value, None)),
        values.map(lambda value: (None, value)),
        ordered.map(tuple),
    )


money = st.decimals(0, 9, places=4)
clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))


@st.composite
def components(draw: st.DrawFn) -> Component:
    dimension = draw(st.sampled_from(["FLAT", "ENERGY", "TIME", "PARKING_TIME"]))
    around = st.sampled_from([day + timedelta(days=shift) for day in DAYS for shift in (0, 1, 2)])
    date_from, date_to = draw(st.one_of(st.just((None, None)), bounds(around)))
    kwh_from, kwh_to = draw(bounds(st.integers(1, 200).map(lambda part: Decimal(part) / 20)))
    minutes_from, minutes_to = draw(bounds(st.integers(1, 600)))
    kw_from, kw_to = draw(bounds(st.sampled_from([Decimal(1), Decimal(3), Decimal("7.4"), Decimal(11)])))
    time_from, time_to = draw(
        st.one_of(st.just((None, None)), st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1]))
    )
    return Component(
        dimension=dimension,
        price=draw(money),
        step_size=draw(st.sampled_from([1, 1, 7, 60, 300, 500, 900])),
        grace_minutes=draw(st.sampled_from([0, 0, 5, 30])) if dimension == "PARKING_TIME" else 0,
        days=draw(st.sampled_from(["", "", "12345", "67", "6"])),
        time_from=time_from,
        time_to=time_to,
        date_from=date_from,
        date_to=date_to,
        kwh_from=kwh_from,
        kwh_to=kwh_to,
        minutes_from=minutes_from,
        minutes_to=minutes_to,
        kw_from=kw_from,
        kw_to=kw_to,
    )


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    minimum, maximum = draw(bounds(st.sampled_from([Decimal(0), Decimal("0.505"), Decimal(2), Decimal(20)])))
    return Tariff(
        policy_id=1,
        description="Any",
        entity_type="Site",
        entity_id="SIT-0001",
        currency=draw(st.sampled_from(sorted(CURRENCIES))),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        tax_percent=draw(st.sampled_from([Decimal(0), Decimal("5.2"), Decimal(10)])),
        components=tuple(draw(st.lists(components(), max_size=6))),
        min_price=minimum,
        max_price=maximum,
    )


@st.composite
def sessions(draw: st.DrawFn) -> list[ClassifiedInterval]:
    """Return intervals of whole minutes; each minute of one takes 50 Wh, or none."""
    at = datetime.combine(draw(st.sampled_from(DAYS)), time(0), UTC)
    at += timedelta(minutes=draw(st.integers(0, 2880)))
    settled = []
    for _ in range(draw(st.integers(1, 8))):
        minutes = draw(st.one_of(st.integers(1, 20), st.integers(1, 400)))
        is_idle = draw(st.booleans())
        energy_wh = Decimal(0) if is_idle or draw(st.booleans()) else Decimal(50 * minutes)
        power_w = draw(st.sampled_from([None, 0.0, 3000.0, 7400.0, 22000.0]))
        end = at + timedelta(minutes=minutes)
        settled.append(ClassifiedInterval(Interval(at, end, energy_wh, power_w), is_idle=is_idle))
        at = end
    return settled


def at_once(tariff: Tariff, settled: list[ClassifiedInterval], zone: str) -> Usage:
    return pricing.add_intervals(tariff, pricing.start_usage(tariff), settled, zone=zone)


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_price_equals_the_rules_minute_by_minute(tariff: Tariff, settled: list[ClassifiedInterval], zone: str) -> None:
    lines = pricing.calculate_lines(tariff, at_once(tariff, settled, zone))
    expected = pricing_oracle.amounts(tariff, settled, zone, CURRENCIES[tariff.currency])
    assert {line.component: line.amount for line in lines} == expected


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_incremental_price_equals_the_price_at_the_end(
    tariff: Tariff, settled: list[ClassifiedInterval], zone: str
) -> None:
    encoded = msgspec.json.encode(tariff)
    running = msgspec.json.encode(pricing.start_usage(tariff))
    for each in settled:  # as the recorder does: everything is decoded from the database each time
        copy = msgspec.json.decode(encoded, type=Tariff)
        usage = pricing.add_intervals(copy, msgspec.json.decode(running, type=Usage), (each,), zone=zone)
        running = msgspec.json.encode(usage)
    one_by_one = msgspec.json.decode(running, type=Usage)
    assert one_by_one == at_once(tariff, settled, zone)
    assert pricing.calculate_lines(tariff, one_by_one) == pricing.calculate_lines(
        tariff, at_once(tariff, settled, zone)
    )


def minutes_of(settled: ClassifiedInterval) -> list[ClassifiedInterval]:
    """Return the interval split into whole minutes, as readings each minute would give it."""
    interval = settled.interval
    count = (interval.end - interval.start) // MINUTE
    share_wh, starts = interval.energy_wh / count, [interval.start + n * MINUTE for n in range(count)]
    return [
        ClassifiedInterval(Interval(start, start + MINUTE, share_wh, interval.power_w), is_idle=settled.is_idle)
        for start in starts
    ]


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_silence_costs_the_same_as_readings_each_minute(
    tariff: Tariff, settled: list[ClassifiedInterval], zone: str
) -> None:
    every_minute = [minute for each in settled for minute in minutes_of(each)]
    assert at_once(tariff, every_minute, zone) == at_once(tariff, settled, zone)


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_tax_is_exact_to_half_a_minor_unit(tariff: Tariff, settled: list[ClassifiedInterval], zone: str) -> None:
    total = pricing.total(pricing.calculate_lines(tariff, at_once(tariff, settled, zone)))
    tax = Fraction(pricing.tax(tariff, total))
    net = Fraction(total) / (1 + Fraction(tariff.tax_percent) / 100)
    assert abs(Fraction(total) - net - tax) <= Fraction(1, 2 * 10 ** CURRENCIES[tariff.currency])


@given(tariffs(), sessions(), st.sampled_from(ZONES), st.integers(1, 10_000))
@settings(max_examples=60, deadline=None)
def test_splitting_an_interval_loses_no_energy_and_no_time(
    tariff: Tariff, settled: list[ClassifiedInterval], zone: str, odd_mwh: int
) -> None:
    everything = [Component(dimension, Decimal(1)) for dimension in ("ENERGY", "TIME", "PARKING_TIME")]
    whole = msgspec.structs.replace(tariff, components=(*tariff.components, *everything))
    odd = [
        msgspec.structs.replace(
            each,
            interval=msgspec.structs.replace(
                each.interval, energy_wh=each.interval.energy_wh + Decimal(odd_mwh).scaleb(-3)
            ),
        )
        for each in settled
    ]
    usage = at_once(whole, odd, zone)
    taken = {
        dimension: sum(
            quantity
            for component, quantity in zip(whole.components, usage.quantities, strict=True)
            if component.dimension == dimension
        )
        for dimension in ("ENERGY", "TIME", "PARKING_TIME")
    }
    assert taken["ENERGY"] == sum(each.interval.energy_wh for each in odd) * 1000
    for dimension, is_idle in (("TIME", False), ("PARKING_TIME", True)):
        seconds = sum(each.interval.seconds for each in odd if each.is_idle == is_idle)
        assert taken[dimension] == seconds * 1_000_000


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_price_lines_are_exact_and_add_up_to_the_total(
    tariff: Tariff, settled: list[ClassifiedInterval], zone: str
) -> None:
    lines = pricing.calculate_lines(tariff, at_once(tariff, settled, zone))
    digits = CURRENCIES[tariff.currency]
    assert all(line.amount == round(line.amount, digits) for line in lines)
    total = pricing.total(lines)
    assert total == sum(line.amount for line in lines)
    if tariff.max_price is not None:
        assert total <= pricing.rounded(tariff.max_price, tariff.currency)
