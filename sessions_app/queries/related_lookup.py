"""What filters name in other tables, looked up first, so that the sessions' own columns decide: a long
history is not joined to sort it. All filters of a page take one query together."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.expressions import Combinable

MAX_IDS = 1_000
Lookups = Mapping[str, QuerySet[Any]]
NO_TEXT = Value("", CharField())
_COLLECT = {"postgresql": "json_object_agg", "sqlite": "json_group_object"}
_texts = msgspec.json.Decoder(dict[int, str]).decode


def lookup(query: QuerySet[Any], text: Combinable = NO_TEXT) -> QuerySet[Any]:
    """Return the query as something to look up: ids, and what is said of each."""
    return query.order_by().values(one=F("pk"), said=text)


@dataclass(frozen=True)
class LookupResult:
    """What a query has found: a text for each id, `MOST_IDS` + 1 of them at most."""

    query: QuerySet[Any]
    texts: Mapping[int, str] = field(default_factory=dict)

    @property
    def id_query(self) -> QuerySet[Any]:
        """The query for the ids."""
        return self.query.values("pk")

    @property
    def ids(self) -> Sequence[int] | QuerySet[Any]:
        """The ids; where there are too many to name, the query for them."""
        return list(self.texts) if len(self.texts) <= MAX_IDS else self.id_query


def run_lookups(queries: Lookups) -> dict[str, LookupResult]:
    """Return what each query finds, in one query for all of them.

    Each becomes one row, `{"id": "text", …}`: a thousand ids cost no more than one.
    """
    found = {name: LookupResult(query) for name, query in queries.items()}
    parts, params = [], list[Any]()
    for name, query in queries.items():
        with suppress(EmptyResultSet):
            sql, own = query[: MAX_IDS + 1].query.sql_with_params()
            # The texts are this module's and the ORM's; every value is a parameter.
            parts.append(
                f"SELECT %s, CAST({_COLLECT[connection.vendor]}(CAST(one AS text), said) AS text)"  # noqa: S608
                f" FROM ({sql}) part"
            )
            params += [name, *own]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for name, texts in cursor.fetchall():
                found[name] = LookupResult(queries[name], _texts(texts or "{}"))
    return found
