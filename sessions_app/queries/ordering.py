"""The sort order of every column, in the database. The id is the last key, unknown values sort first.

A column's record names the stored value that orders it; only what is no stored value has an expression here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import CharField, F, Field, FloatField, IntegerField, QuerySet, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce
from django.utils import timezone

from sessions_app.domain.column import Column
from sessions_app.domain.columns import COLUMNS
from sessions_app.models import ChargingSession
from sessions_app.queries.expressions import AVERAGE_POWER_W, COST, DURATION_S, REASON_LABEL, live_power_w
from sessions_app.queries.paths import fields_on_path

DEFAULT_SORT = "-started_at"
SortKey = F | Expression


@dataclass(frozen=True)
class RelatedColumn:
    """A column of another table; many sessions share few of its values.

    `link` is the session's foreign key (0 for NULL). `table` and `name` are the other table in SQL, `unknown` is
    its value for a session without a link.
    """

    key: SortKey
    link: str
    table: str
    name: str
    unknown: str
    is_nullable: bool


_EXPRESSIONS: Mapping[str, tuple[SortKey, ...]] = {
    "ended_at": (F("ended_at"),),  # an ended session has one
    "reason": (REASON_LABEL, F("ended_by")),
    "duration": (DURATION_S,),
    "price": (COST,),
    "average_power": (Coalesce(AVERAGE_POWER_W, Value(-1.0)),),
}
# Columns whose values differ between sites: prices have other currencies, cards were bought together. A
# scan for one site would read all other sites. Each column has an index within a site.
PER_SITE_COLUMNS = {"price", "id_tag"}


def _own_key(path: str, field: "Field[Any, Any]", of: str) -> SortKey:
    """Return the sort key of a session's own field."""
    if not field.null:
        return F(path)
    if isinstance(field, FloatField | IntegerField):
        return Coalesce(F(path), Value(-1.0 if isinstance(field, FloatField) else -1))
    message = (
        f"{of}: {path!r} may be unknown. Set sort=None and add an expression to _EXPRESSIONS in queries/ordering.py."
    )
    raise ImproperlyConfigured(message)


def _related(path: str, fields: "list[Field[Any, Any]]", of: str) -> RelatedColumn:
    """Return the column of the other table that the path leads to, over one or two foreign keys."""
    link, *middle, field = fields
    if (
        len(middle) > 1
        or any(each.null for each in middle)
        or not isinstance(field, CharField | TextField | IntegerField)
    ):
        message = (
            f"{of}: queries/ordering.py cannot sort by {path!r}, only by texts and numbers one or two tables away."
        )
        raise ImproperlyConfigured(message)
    unknown = 0 if isinstance(field, IntegerField) else ""
    name, table = field.column, field.model._meta.db_table
    if field.null:
        name = f"COALESCE({name}, {unknown!r})"
    if middle:
        first = middle[0].model._meta.db_table
        table = f"(SELECT t.id, o.{field.column} FROM {first} t JOIN {table} o ON o.id = t.{middle[0].column})"  # noqa: S608 - names of models
    key = Coalesce(F(path), Value(unknown)) if link.null or field.null else F(path)
    return RelatedColumn(key, str(link.column), table, str(name), repr(unknown), link.null)


def _sort_of(column: Column) -> tuple[SortKey, ...] | RelatedColumn:
    """Return how the column is sorted. Raise ImproperlyConfigured with its name if that is not known."""
    of = f"Column {column.key!r} in domain/columns.py"
    if (column.sort is None) != (column.key in _EXPRESSIONS):
        message = (
            f"{of}: give it either a path as `sort`, or sort=None and an entry of _EXPRESSIONS in queries/ordering.py."
        )
        raise ImproperlyConfigured(message)
    if column.sort is None:
        return _EXPRESSIONS[column.key]
    if column.sort == "id":
        return ()
    fields = fields_on_path(column.sort, of=of)
    return _related(column.sort, fields, of) if len(fields) > 1 else (_own_key(column.sort, fields[0], of),)


_SORTS = {key: _sort_of(column) for key, column in COLUMNS.items()}
RELATED_COLUMNS: Mapping[str, RelatedColumn] = {
    key: sort for key, sort in _SORTS.items() if isinstance(sort, RelatedColumn)
}
_OWN_COLUMNS = {key: sort for key, sort in _SORTS.items() if not isinstance(sort, RelatedColumn)}


@dataclass(frozen=True)
class Order:
    """The sort keys, the id last, and the direction."""

    keys: tuple[SortKey, ...]
    descending: bool

    @property
    def named_keys(self) -> dict[str, SortKey]:
        """The keys by the alias that a query gives them."""
        return {f"key_{number}": key for number, key in enumerate(self.keys)}

    def apply(self, sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
        """Return the sessions in this order."""
        return sessions.order_by(*(key.desc() if self.descending else key.asc() for key in self.keys))

    def reversed(self) -> "Order":
        """Return the opposite order."""
        return Order(self.keys, not self.descending)


def order(sort: str, *, in_progress: bool = False) -> Order:
    """Return the order for a `sort` parameter, such as "-started_at"."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if in_progress and column == "duration":  # the longest session started first
        return Order((F("started_at"), F("id")), not descending)
    if in_progress and column == "power":
        return Order((live_power_w(timezone.now()), F("id")), descending)
    keys = (RELATED_COLUMNS[column].key,) if column in RELATED_COLUMNS else _OWN_COLUMNS[column]
    return Order((*keys, F("id")), descending)


def ordered(
    sessions: QuerySet[ChargingSession], sort: str = DEFAULT_SORT, *, in_progress: bool = False
) -> QuerySet[ChargingSession]:
    """Return the sessions in that order. The id breaks ties, in the same direction."""
    return order(sort, in_progress=in_progress).apply(sessions)
