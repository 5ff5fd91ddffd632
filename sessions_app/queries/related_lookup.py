"""Resolve filter values in related tables to ids first, to avoid joins on a long history.

All filters of a page share one query.
"""

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
_decode_texts = msgspec.json.Decoder(dict[int, str]).decode


def lookup(query: QuerySet[Any], text: Combinable = NO_TEXT) -> QuerySet[Any]:
    """Return the query as a lookup of ids, with a text for each."""
    return query.order_by().values(lookup_id=F("pk"), lookup_text=text)


@dataclass(frozen=True)
class LookupResult:
    """The result of a lookup: a text for each id, at most `MAX_IDS` + 1 of them."""

    query: QuerySet[Any]
    texts: Mapping[int, str] = field(default_factory=dict)

    @property
    def id_query(self) -> QuerySet[Any]:
        """The subquery of the ids."""
        return self.query.values("pk")

    @property
    def ids(self) -> Sequence[int] | QuerySet[Any]:
        """The ids, or the subquery if there are more than `MAX_IDS`."""
        return list(self.texts) if len(self.texts) <= MAX_IDS else self.id_query


def run_lookups(queries: Lookups) -> dict[str, LookupResult]:
    """Run all lookups in one query.

    Each lookup becomes one row with a JSON object, `{"id": "text", …}`, so a thousand ids cost one row.
    """
    results = {name: LookupResult(query) for name, query in queries.items()}
    parts, params = [], list[Any]()
    for name, query in queries.items():
        with suppress(EmptyResultSet):
            sql, query_params = query[: MAX_IDS + 1].query.sql_with_params()
            # The SQL comes from this module and the ORM; every value is a parameter.
            parts.append(
                f"SELECT %s, CAST({_COLLECT[connection.vendor]}(CAST(lookup_id AS text), lookup_text) AS text)"  # noqa: S608
                f" FROM ({sql}) part"
            )
            params += [name, *query_params]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for name, texts in cursor.fetchall():
                results[name] = LookupResult(queries[name], _decode_texts(texts or "{}"))
    return results
