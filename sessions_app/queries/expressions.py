"""Expressions over a session's columns, for PostgreSQL and SQLite."""

from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DecimalField,
    F,
    FloatField,
    Func,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, NullIf
from django.db.models.lookups import GreaterThan

from sessions_app.domain.lifecycle import OFFLINE_AFTER
from sessions_app.domain.row import MIN_INTERVAL_S, SILENT_AFTER_INTERVALS
from sessions_app.domain.session_totals import DEFAULT_INTERVAL_S
from sessions_app.domain.wording import REASONS


class _TimeBetween(Func):
    """The time between two moments; the later one is the first argument."""

    arg_joiner = " - "
    arity = 2
    sqlite_template = ""

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use Django's own function, in microseconds: SQLite stores moments as text."""
        return self.as_sql(compiler, connection, template=self.sqlite_template, arg_joiner=", ", **context)


class Seconds(_TimeBetween):
    """The seconds between two moments."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    sqlite_template = "(django_timestamp_diff(%(expressions)s) / 1000000.0)"
    output_field = FloatField()


class WholeSeconds(_TimeBetween):
    """The seconds between two moments, rounded down like in rows."""

    template = "FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)))::bigint"
    sqlite_template = "(django_timestamp_diff(%(expressions)s) / 1000000)"
    output_field = BigIntegerField()


class KwhHundredths(Func):
    """Wh as whole hundredths of a kWh, rounded half up like in rows."""

    template = "ROUND(%(expressions)s / 10)::bigint"
    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use floats: a half is exact in binary, so SQLite rounds it the same way."""
        return self.as_sql(compiler, connection, template="CAST(ROUND(%(expressions)s / 10.0) AS INTEGER)", **context)


DURATION_S = Seconds("ended_at", "started_at")
WHOLE_SECONDS = WholeSeconds("ended_at", "started_at")
AVERAGE_POWER_W = Cast("energy_wh", FloatField()) * 3600.0 / NullIf(DURATION_S, 0.0)
REASON_LABEL = Case(
    *(When(end_reason=code, then=Value(label)) for code, label in REASONS.items()), default=F("end_reason")
)


def live_power_w(now: datetime) -> Case:
    """Return the power of a session in progress, by the rules of `SessionRow`; -1 while it is silent."""
    never_connected = Q(station__disconnected_at=None, station__last_seen_at=None)
    is_offline = Q(station__connection_id="") & ~never_connected | Q(station__last_seen_at__lte=now - OFFLINE_AFTER)
    interval_s = Greatest(Coalesce("sample_interval_s", DEFAULT_INTERVAL_S), MIN_INTERVAL_S)
    lag_s = Coalesce("clock_lag_s", 0.0)
    silent_s = Seconds(Value(now), Coalesce("last_reading_at", "started_at")) - lag_s
    is_silent = GreaterThan(silent_s, interval_s * SILENT_AFTER_INTERVALS)
    unknown = Value(-1.0)
    return Case(When(is_offline, then=unknown), When(is_silent, then=unknown), default=Coalesce("power_w", unknown))


# The driver's id, 0 for none: one index serves both the order by driver and the search for drivers.
PERSON = Coalesce(F("driver_id"), Value(0))
# The price, -1 for none: one index serves both the order by price and the search for unpriced sessions.
UNKNOWN_COST = -1
COST = Coalesce(F("price"), Value(UNKNOWN_COST), output_field=DecimalField())


class RowAfter(Func):
    """Whether the row's keys come after the given values: one index range for any number of keys."""

    output_field = BooleanField()

    def __init__(self, keys: tuple[Any, ...], values: tuple[Any, ...], *, descending: bool) -> None:
        super().__init__(*keys, *(Value(value) for value in values))
        self.operator = "<" if descending else ">"

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Any:
        """Return `(key, …) > (value, …)`: PostgreSQL and SQLite both support row values."""
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        half = len(parts) // 2
        texts = [text for text, _ in parts]
        sql = f"({', '.join(texts[:half])}) {self.operator} ({', '.join(texts[half:])})"
        return sql, tuple(param for _, params in parts for param in params)
