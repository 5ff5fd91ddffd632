"""The two tables for django-tables2: columns, headings and their order. Cutting pages is `queries.paging`'s,
since a Paginator counts all rows and skips the earlier ones; the rows' HTML is `body`'s."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_tables2.data import TableListData

from sessions_app.domain.row import SessionRow
from sessions_app.pages.columns import TABLE_COLUMNS, describe_order
from sessions_app.pages.list_url import query_with
from sessions_app.pages.row_html import rows_html
from sessions_app.queries.ordering import DEFAULT_SORT
from sessions_app.templatetags.icons import icon

_FIRST_DOWN = {"id", "started_at", "ended_at"}
Sort = tuple[str, str, bool]


def sort_options(keys: tuple[str, ...], now: str) -> list[Sort]:
    """Return the orders to choose from where there are no headings: value, words, and whether it is now."""
    shown = (f"{sign}{key}" for key in keys for sign in ("-", ""))
    return [
        ("" if way == DEFAULT_SORT else way, describe_order(way), way == (now or DEFAULT_SORT))
        for way in dict.fromkeys((*shown, DEFAULT_SORT, now))
        if way.removeprefix("-") in TABLE_COLUMNS
    ]


class Rows(TableListData):
    """Rows that come out of the database in their order."""

    def order_by(self, aliases: Any) -> None:
        """Leave the rows as they are."""


class SessionTable(tables.Table):
    """A table of sessions with those columns; `is_zoned` where their sites are in several time zones."""

    def __init__(
        self,
        rows: list[SessionRow],
        *,
        columns: tuple[str, ...],
        params: QueryDict,
        now: datetime,
        is_zoned: bool,
    ) -> None:
        self.keys, self.params, self.now, self.is_zoned = columns, params, now, is_zoned
        extra = [(key, tables.Column(verbose_name=TABLE_COLUMNS[key].heading)) for key in columns]
        super().__init__(Rows(rows), extra_columns=extra, order_by=params.get("sort") or DEFAULT_SORT)

    def head(self) -> SafeString:
        """Return the headings, each a link that sorts by its column."""
        return mark_safe("".join(self._heading(column) for column in self.columns))  # noqa: S308 - format_html

    def body(self) -> SafeString:
        """Return the rows."""
        return rows_html(self.data.data, self.keys, now=self.now, is_zoned=self.is_zoned)

    def _heading(self, column: Any) -> str:
        descending = column.order_by_alias.startswith("-")
        turned = column.name if descending else f"-{column.name}"
        onward = turned if column.is_ordered else f"-{column.name}" if column.name in _FIRST_DOWN else column.name
        sorts = ("descending" if descending else "ascending") if column.is_ordered else "none"
        sign = icon("chevron-down" if descending else "chevron-up") if column.is_ordered else ""
        figure = " figure" if TABLE_COLUMNS[column.name].is_figure else ""
        query = query_with(self.params, sort=onward)
        return format_html(
            '<th scope="col" class="c-{}{}" aria-sort="{}"><a id="sort-{}" href="?{}" hx-get="?{}"'
            ' hx-target="#list" hx-push-url="true">{}{}</a></th>',
            column.name, figure, sorts, column.name, query, query, column.header, sign,
        )  # fmt: skip
