"""What the database works out of a session's columns, said once for PostgreSQL and for SQLite."""

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


class _Between(Func):
    """Something about the time from one moment to another, the later one given first."""

    arg_joiner = " - "
    arity = 2
    sqlite_template = ""

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps moments as text: Django's own function tells them apart, in microseconds."""
        return self.as_sql(compiler, connection, template=self.sqlite_template, arg_joiner=", ", **context)


class Seconds(_Between):
    """The seconds between two moments."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    sqlite_template = "(django_timestamp_diff(%(expressions)s) / 1000000.0)"
    output_field = FloatField()


class WholeSeconds(_Between):
    """The seconds between two moments, rounded down as rows show them."""

    template = "FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)))::bigint"
    sqlite_template = "(django_timestamp_diff(%(expressions)s) / 1000000)"
    output_field = BigIntegerField()


class Hundredths(Func):
    """Wh as whole hundredths of a kWh, half up as rows show them."""

    template = "ROUND(%(expressions)s / 10)::bigint"
    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """A half is exact in binary, too, so that SQLite's floats round it the same way."""
        return self.as_sql(compiler, connection, template="CAST(ROUND(%(expressions)s / 10.0) AS INTEGER)", **context)


DURATION_S = Seconds("ended_at", "started_at")
WHOLE_SECONDS = WholeSeconds("ended_at", "started_at")
AVERAGE_POWER_W = Cast("energy_wh", FloatField()) * 3600.0 / NullIf(DURATION_S, 0.0)
REASON_WORDS = Case(
    *(When(end_reason=code, then=Value(words)) for code, words in REASONS.items()), default=F("end_reason")
)


def power_heard(now: datetime) -> Case:
    """Return the power of a session in progress, as `SessionRow` says it: -1 while nothing is heard of it."""
    never = Q(station__disconnected_at=None, station__last_seen_at=None)
    offline = Q(station__connection_id="") & ~never | Q(station__last_seen_at__lte=now - OFFLINE_AFTER)
    interval_s = Greatest(Coalesce("sample_interval_s", DEFAULT_INTERVAL_S), MIN_INTERVAL_S)
    lag_s = Coalesce("clock_lag_s", 0.0)
    unheard_s = Seconds(Value(now), Coalesce("last_reading_at", "started_at")) - lag_s
    silent = GreaterThan(unheard_s, interval_s * SILENT_AFTER_INTERVALS)
    unknown = Value(-1.0)
    return Case(When(offline, then=unknown), When(silent, then=unknown), default=Coalesce("power_w", unknown))


# Who charged, 0 for nobody known: one index serves both the order by people and the search for them.
PERSON = Coalesce(F("driver_id"), Value(0))
# What it cost, -1 where nobody knows: one index serves the order by price and the search for the unpriced.
UNKNOWN_COST = -1
COST = Coalesce(F("price"), Value(UNKNOWN_COST), output_field=DecimalField())


class RowAfter(Func):
    """Whether a row's keys come after those of another row; one range of an index, however many keys."""

    output_field = BooleanField()

    def __init__(self, keys: tuple[Any, ...], values: tuple[Any, ...], *, descending: bool) -> None:
        super().__init__(*keys, *(Value(value) for value in values))
        self.sign = "<" if descending else ">"

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Any:
        """Return `(key, …) > (value, …)`: a row value, which PostgreSQL and SQLite both know."""
        parts = [compiler.compile(each) for each in self.source_expressions]
        half = len(parts) // 2
        texts = [text for text, _ in parts]
        sql = f"({', '.join(texts[:half])}) {self.sign} ({', '.join(texts[half:])})"
        return sql, tuple(param for _, params in parts for param in params)
