"""The one list of what an export of sessions can hold, in the order of the screens.

A column of the screen gives one or more of the file: a time gives its offset as well, a price its
currency, a reason its code.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sessions_app.domain import flags, wording
from sessions_app.domain.row import SessionRow
from sessions_app.exports import kinds
from sessions_app.exports.kinds import Kind, Money

Record = TypeVar("Record")
_zone = lru_cache(maxsize=512)(ZoneInfo)


@dataclass(frozen=True)
class Column(Generic[Record]):
    """One column of a file: the screen's column it belongs to, its header, and where its value is from.

    `value` takes the record and the moment of the export, and gives what the kind takes.
    """

    key: str
    header: str
    kind: Kind
    value: Callable[[Record, datetime], Any]
    is_totalled: bool = False


def local(at: datetime | None, zone: str) -> datetime | None:
    """Return the moment in that time zone."""
    return None if at is None else at.astimezone(_zone(zone))


def ahead(at: datetime | None, zone: str) -> timedelta | None:
    """Return how far the clock of that time zone was ahead of UTC at the moment."""
    return None if at is None else at.astimezone(_zone(zone)).utcoffset()


def moment(
    key: str,
    header: str,
    at: Callable[[Record, datetime], datetime | None],
    zone: Callable[[Record], str],
) -> tuple[Column[Record], Column[Record]]:
    """Return the two columns of a moment: the site's wall clock, and how far that is ahead of UTC.

    Without the second, an hour that comes twice in a year could not be told from the other.
    """
    return (
        Column(key, header, kinds.TIME, lambda each, now: local(at(each, now), zone(each))),
        Column(
            key,
            f"{header} (UTC offset)",
            kinds.OFFSET,
            lambda each, now: ahead(at(each, now), zone(each)),
        ),
    )


def kwh(energy_wh: Decimal | None) -> Decimal | None:
    """Return the energy in kWh, rounded as screens round it."""
    return None if energy_wh is None else wording.two_places(energy_wh / 1000)


def kw(power_w: float | None) -> Decimal | None:
    """Return the power in kW, rounded as screens round it."""
    return None if power_w is None else wording.two_places(power_w / 1000)


def percent(value: float | None) -> Decimal | None:
    """Return the charge in whole %, rounded as screens round it."""
    return None if value is None else Decimal(f"{value:.0f}")


def minutes(seconds: int) -> Decimal:
    """Return the seconds in minutes to two places, half up."""
    return wording.two_places(Decimal(seconds) / 60)


def _duration(row: SessionRow, now: datetime) -> int:
    return int(row.duration_s(now))


def _price(row: SessionRow, now: datetime) -> Money | None:
    return kinds.money(row.price, row.currency)


def _power(row: SessionRow, now: datetime) -> Decimal | None:
    """Return the power now; the old figure of a station that says nothing would not be true."""
    return kw(row.power_w) if row.silent_since(now) is None else None


def _needs_a_look(row: SessionRow, now: datetime) -> str:
    return "; ".join(flags.words(row.flags)) if row.flags else ""


_zone_of = attrgetter("zone")

# A column whose value is unknown is left empty: a dash would make text of a column of numbers.
COLUMNS: tuple[Column[SessionRow], ...] = (
    Column("id", "ID", kinds.WHOLE, lambda row, now: row.id),
    *moment("started_at", "Started At", lambda row, now: row.started_at, _zone_of),
    *moment("ended_at", "End Date", lambda row, now: row.ended_at, _zone_of),
    Column(
        "reason",
        "Reason",
        kinds.TEXT,
        lambda row, now: wording.reason(row.end_reason, row.ended_by) if row.end_reason else "",
    ),
    Column("reason", "Reason (OCPP)", kinds.TEXT, lambda row, now: row.end_reason),
    Column("station", "Charging Station", kinds.TEXT, lambda row, now: row.station),
    Column(
        "connector",
        "Connector",
        kinds.TEXT,
        lambda row, now: "" if row.connector is None else wording.connector_letter(row.connector),
    ),
    Column("duration", "Duration (h:mm:ss)", kinds.SPAN, _duration, is_totalled=True),
    Column(
        "duration",
        "Duration (min)",
        kinds.DECIMAL,
        lambda row, now: minutes(_duration(row, now)),
        is_totalled=True,
    ),
    Column("inactivity", "Inactivity (h:mm:ss)", kinds.SPAN, lambda row, now: row.idle_s, is_totalled=True),
    Column(
        "inactivity",
        "Inactivity (min)",
        kinds.DECIMAL,
        lambda row, now: minutes(row.idle_s),
        is_totalled=True,
    ),
    Column("inactivity", "Inactivity Level", kinds.TEXT, lambda row, now: row.level or "normal"),
    Column("power", "Power (kW)", kinds.DECIMAL, _power),
    *moment("power", "No Reading Since", SessionRow.silent_since, _zone_of),
    Column(
        "consumption",
        "Consumption (kWh)",
        kinds.DECIMAL,
        lambda row, now: kwh(row.energy_wh),
        is_totalled=True,
    ),
    Column("battery", "Battery at Start (%)", kinds.PERCENT, lambda row, now: percent(row.battery_start)),
    Column("battery", "Battery (%)", kinds.PERCENT, lambda row, now: percent(row.battery)),
    Column("price", "Price", kinds.MONEY, _price, is_totalled=True),
    Column("price", "Currency", kinds.CURRENCY, lambda row, now: "" if row.price is None else row.currency),
    Column("company", "Company", kinds.TEXT, lambda row, now: row.company),
    Column("site", "Site", kinds.TEXT, lambda row, now: row.site),
    Column("site_area", "Site Area", kinds.TEXT, lambda row, now: row.site_area),
    Column("user", "User", kinds.TEXT, lambda row, now: row.user or ""),
    Column("user", "Unit", kinds.TEXT, lambda row, now: row.unit or ""),
    Column("id_tag", "IdTag", kinds.TEXT, lambda row, now: row.id_tag),
    Column("policy", "Pricing Policy", kinds.TEXT, lambda row, now: row.policy),
    Column("peak_power", "Peak Power (kW)", kinds.DECIMAL, lambda row, now: kw(row.peak_power_w)),
    Column("average_power", "Average Power (kW)", kinds.DECIMAL, lambda row, now: kw(row.average_power_w)),
    Column("flags", "Needs a Look", kinds.TEXT, _needs_a_look),
    *moment("as_of", "As Of", lambda row, now: now, _zone_of),
    Column("zone", "Time Zone", kinds.TEXT, lambda row, now: row.zone),
)

ALWAYS = {"in-progress": {"as_of", "zone"}, "history": {"zone"}}
_NEVER = {
    "in-progress": {"ended_at", "reason", "average_power"},
    "history": {"power", "as_of"},
}


def columns(tab: str, shown: Collection[str] | None = None) -> tuple[Column[SessionRow], ...]:
    """Return the columns for a tab: those of the screen's columns that are shown, or all that it can have."""
    wanted = {each.key for each in COLUMNS} if shown is None else set(shown)
    wanted = (wanted - _NEVER[tab]) | ALWAYS[tab]
    return tuple(each for each in COLUMNS if each.key in wanted)
