"""Functions that create rows. A test names only the fields it is about; the others get defaults."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sessions_app.models import (
    ChargingSession,
    ChargingStation,
    Company,
    Connector,
    Driver,
    IdTag,
    Manager,
    Membership,
    MeterSample,
    PriceComponent,
    PricingPolicy,
    Site,
    SiteArea,
)
from sessions_app.queries.policies import PricingContext

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SIGN_IN_PASSWORD = "secret-of-the-tests"
_numbers = count(1)


def company(name: str = "", currency: str = "AUD") -> Company:
    return Company.objects.create(name=name or f"Company {next(_numbers)}", currency=currency)


def site(name: str = "", *, of: Company | None = None, time_zone: str = "Australia/Sydney") -> Site:
    return Site.objects.create(company=of or company(), name=name or f"Site {next(_numbers)}", time_zone=time_zone)


def area(at: Site | None = None, name: str = "Basement 1") -> SiteArea:
    return SiteArea.objects.get_or_create(site=at or site(), name=name)[0]


def station(
    identity: str = "",
    *,
    at: Site | None = None,
    connectors: int = 2,
    max_power_w: int | None = 22_000,
    **fields: Any,
) -> ChargingStation:
    made = ChargingStation.objects.create(site_area=area(at), identity=identity or f"ST-{next(_numbers):03}", **fields)
    for number in range(1, connectors + 1):
        Connector.objects.create(station=made, number=number, max_power_w=max_power_w)
    return made


def driver(name: str = "Priya Raman", **fields: Any) -> Driver:
    return Driver.objects.create(name=name, **fields)


def id_tag(value: str = "", *, of: Driver | None = None, **fields: Any) -> IdTag:
    return IdTag.objects.create(value=value or f"TAG{next(_numbers)}", driver=of, **fields)


def session(
    *,
    on: ChargingStation | None = None,
    connector: int = 1,
    started_at: datetime = NOON,
    lasted: timedelta | None = timedelta(hours=1),
    **fields: Any,
) -> ChargingSession:
    """Return a session; with `lasted=None` it is in progress."""
    where = on or station()
    ended_at = None if lasted is None else started_at + lasted
    known = {"end_reason": "Local", "stopped_at": ended_at} if ended_at else {}
    return ChargingSession.objects.create(
        station=where,
        connector=where.connectors.get(number=connector),
        site_area=where.site_area,
        site=where.site_area.site,
        started_at=started_at,
        ended_at=ended_at,
        **({"energy_wh": Decimal("7410.000"), "idle_s": 0} | known | fields),
    )


def many_sessions(count: int, *, on: ChargingStation, **fields: Any) -> None:
    """Create sessions of half an hour, one an hour up to noon; on connector A, as `session` makes the first."""
    first = session(on=on, lasted=timedelta(minutes=30), **fields)
    values = {field.attname: getattr(first, field.attname) for field in first._meta.concrete_fields[1:]}
    earlier = (timedelta(hours=number) for number in range(1, count))
    ChargingSession.objects.bulk_create(
        ChargingSession(**(values | {name: values[name] - each for name in ("started_at", "ended_at", "stopped_at")}))
        for each in earlier
    )


def _member(username: str, of: Sequence[Site], role: str) -> Manager:
    made = Manager.objects.create_user(username, f"{username}@example.com", SIGN_IN_PASSWORD)
    for place in of:
        Membership.objects.create(manager=made, site=place, role=role)
    return made


def manager(*, of: Sequence[Site] = ()) -> Manager:
    """Return the manager of the tests, who manages those sites."""
    return _member("dana", of, "manager")


def other_manager(*, of: Sequence[Site] = ()) -> Manager:
    """Return a second manager, for tests of the borders between two managers."""
    return _member("eli", of, "manager")


def many_managers(count: int, *, of: Sequence[Site] = ()) -> list[Manager]:
    """Return further managers, for tests of turns among many."""
    return [_member(f"manager-{next(_numbers)}", of, "manager") for _ in range(count)]


def viewer(*, of: Sequence[Site] = ()) -> Manager:
    return _member("victor", of, "viewer")


def operator() -> Manager:
    return Manager.objects.create_superuser("olga", "olga@example.com", SIGN_IN_PASSWORD)


def policy(*components: dict[str, Any], description: str = "Default Pricing", **fields: Any) -> PricingPolicy:
    """Return a policy in force since 2026; without components it costs $0.35 per kWh."""
    known = {"currency": "AUD", "valid_from": datetime(2026, 1, 1, tzinfo=UTC)}
    made = PricingPolicy.objects.create(description=description, **(known | fields))
    for position, component in enumerate(components or ({"dimension": "ENERGY", "price": Decimal("0.35")},)):
        PriceComponent.objects.create(policy=made, position=position, **component)
    return made


def begun(on: ChargingStation, *, by: Driver | None = None, at: datetime = NOON) -> PricingContext:
    """Return the pricing context of a session that starts at the station."""
    loaded = ChargingStation.objects.select_related("site_area__site__company").get(pk=on.pk)
    return PricingContext(loaded.pk, loaded.site_area_id, loaded.site_area.site, by, at)


def readings(
    of: ChargingSession, powers_w: list[float | None], *, every_s: int = 60, first: int = 1, **fields: Any
) -> list[MeterSample]:
    """Create a reading for each power, at even steps from the start, and update the session."""
    made, energy_wh, idle_s = [], Decimal(0), 0
    for number, power_w in enumerate(powers_w, start=first):
        energy_wh += Decimal(round((power_w or 0) * every_s / 3600, 3))
        idle_s += every_s if power_w is not None and power_w < 100 else 0
        made.append(
            MeterSample(
                session=of,
                at=of.started_at + timedelta(seconds=number * every_s),
                number=number,
                energy_wh=round(energy_wh, 3),
                power_w=power_w,
                grid_power_w=power_w,
                idle_s=idle_s,
                **({"limit_a": 32.0, "price": round(energy_wh * Decimal("0.00035"), 2)} | fields),
            )
        )
    MeterSample.objects.bulk_create(made)
    of.reading_count = of.samples.count()
    of.energy_wh, of.idle_s, of.price = made[-1].energy_wh, idle_s, made[-1].price
    of.currency = of.currency or "AUD"
    of.last_reading_at = made[-1].at
    of.power_w, of.peak_power_w = powers_w[-1], max(power or 0 for power in powers_w)
    of.save()
    return made
