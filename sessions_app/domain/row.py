"""One session as a row of stored values, and what follows from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import flags
from sessions_app.domain.inactivity import Level, inactivity_level
from sessions_app.domain.lifecycle import is_online, last_heard_at
from sessions_app.domain.session_totals import DEFAULT_INTERVAL_S

SILENT_AFTER_INTERVALS = 3
MIN_INTERVAL_S = 10.0


@dataclass(frozen=True)
class Stored:
    """Where the value of a row is stored: a path from the session, as Django writes it."""

    path: str


class SessionRow(msgspec.Struct, frozen=True):
    """The stored values of one table row. Wh, W, A, %, seconds; money in the currency's unit.

    A value without `Stored` is the session's field of the same name. `queries.rows` reads the fields from here.
    """

    id: int
    started_at: datetime
    ended_at: datetime | None
    zone: Annotated[str, Stored("site__time_zone")]
    station: Annotated[str, Stored("station__identity")]
    station_id: int
    connector: Annotated[int | None, Stored("connector__number")]
    max_power_w: Annotated[int | None, Stored("connector__max_power_w")]
    energy_wh: Decimal
    estimated_wh: Decimal
    power_w: float | None
    peak_power_w: float | None
    limit_a: float | None
    idle_s: int
    held_back_s: int
    battery_start: float | None
    battery: float | None
    price: Decimal | None
    currency: str
    company: Annotated[str, Stored("site__company__name")]
    site: Annotated[str, Stored("site__name")]
    site_id: int
    site_area: Annotated[str, Stored("site_area__name")]
    user: Annotated[str, Stored("driver__name")]
    driver_id: int | None
    unit: Annotated[str, Stored("driver__unit")]
    id_tag: Annotated[str, Stored("id_tag_value")]
    tariff: str
    end_reason: str
    ended_by: str
    flags: int
    flag_details: str
    reading_count: int
    last_reading_at: datetime | None
    clock_lag_s: float | None
    sample_interval_s: float | None
    connection_id: Annotated[str, Stored("station__connection_id")]
    disconnected_at: Annotated[datetime | None, Stored("station__disconnected_at")]
    last_seen_at: Annotated[datetime | None, Stored("station__last_seen_at")]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def policy(self) -> str:
        """The description of the pricing policy at the start; "" without a policy."""
        return _tariff_description(self.tariff)

    @property
    def is_estimated(self) -> bool:
        """Whether energy counts that was worked out from power and that no register value has confirmed."""
        return self.estimated_wh > 0

    @property
    def look_reasons(self) -> tuple[str, ...]:
        """Why a person should check the session, with figures, in site time; empty if there is no reason."""
        if not self.flags:
            return ()
        return flags.describe(self.flags, flags.decode_details(self.flag_details), self.tz)

    def duration_s(self, now: datetime) -> float:
        """Return the time from the start to the end, or to now; never below 0."""
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())

    @property
    def average_power_w(self) -> float | None:
        """Energy divided by duration; None while in progress or if the duration is 0."""
        if self.ended_at is None or self.ended_at <= self.started_at:
            return None
        return float(self.energy_wh) * 3600 / (self.ended_at - self.started_at).total_seconds()

    @property
    def level(self) -> Level:
        """The inactivity level for the connector's rating."""
        return inactivity_level(self.idle_s, self.max_power_w)

    @property
    def last_heard_at(self) -> datetime:
        return last_heard_at(self.started_at, self.last_reading_at, self.clock_lag_s)

    @property
    def silent_at(self) -> datetime:
        """When a session in progress becomes silent if no further reading arrives."""
        interval_s = max(self.sample_interval_s or DEFAULT_INTERVAL_S, MIN_INTERVAL_S)
        return self.last_heard_at + timedelta(seconds=SILENT_AFTER_INTERVALS * interval_s)

    def offline_since(self, now: datetime) -> datetime | None:
        """Return since when the station is offline; None if it is online or has never connected."""
        if is_online(self.connection_id, self.last_seen_at, now=now):
            return None
        return self.last_seen_at if self.connection_id else self.disconnected_at or self.last_seen_at

    def silent_since(self, now: datetime) -> datetime | None:
        """Return since when a session in progress is offline or silent, or None."""
        if self.ended_at is not None:
            return None
        offline_since = self.offline_since(now)
        if offline_since is not None:
            return min(offline_since, now)
        return self.last_heard_at if now > self.silent_at else None


def _path(name: str, annotation: object) -> str:
    metadata = getattr(annotation, "__metadata__", ())
    return next((each.path for each in metadata if isinstance(each, Stored)), name)


_ANNOTATIONS = get_type_hints(SessionRow, include_extras=True)
ROW_PATHS = {name: _path(name, _ANNOTATIONS[name]) for name in SessionRow.__struct_fields__}


class _TariffDescription(msgspec.Struct):
    """The part of a stored tariff that a row shows."""

    description: str = ""


_decoder = msgspec.json.Decoder(_TariffDescription)


@lru_cache(maxsize=4_096)  # millions of sessions share a few policies
def _tariff_description(tariff: str) -> str:
    return _decoder.decode(tariff).description if tariff else ""
