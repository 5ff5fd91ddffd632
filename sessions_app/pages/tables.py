"""The two tables for django-tables2: columns, headings and their order.

`queries.paging` cuts the pages, since a Paginator counts all rows and scans the skipped ones; `row_html`
renders the rows.
"""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_tables2.data import TableListData

from sessions_app.domain.columns import COLUMNS
from sessions_app.domain.row import SessionRow
from sessions_app.lists.columns import css_classes, describe_order
from sessions_app.lists.list_url import query_with
from sessions_app.pages.row_html import rows_html
from sessions_app.queries.ordering import DEFAULT_SORT
from sessions_app.templatetags.icons import icon

_DESCENDING_FIRST = {"id", *(key for key, column in COLUMNS.items() if column.is_time)}
SortOption = tuple[str, str, bool]


def sort_options(keys: tuple[str, ...], current: str) -> list[SortOption]:
    """Return the sort orders for screens without headings: value, label, whether it is current."""
    of_columns = (f"{sign}{key}" for key in keys for sign in ("-", ""))
    return [
        ("" if sort == DEFAULT_SORT else sort, describe_order(sort), sort == (current or DEFAULT_SORT))
        for sort in dict.fromkeys((*of_columns, DEFAULT_SORT, current))
        if sort.removeprefix("-") in COLUMNS
    ]


class OrderedRows(TableListData):
    """Rows that the database has already sorted."""

    def order_by(self, aliases: Any) -> None:
        """Keep the order of the rows."""


class SessionTable(tables.Table):
    """A table of sessions; `is_zoned` shows time zones, for sites in several of them."""

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
        extra = [(key, tables.Column(verbose_name=COLUMNS[key].heading)) for key in columns]
        super().__init__(OrderedRows(rows), extra_columns=extra, order_by=params.get("sort") or DEFAULT_SORT)

    def head(self) -> SafeString:
        """Return the headings, each a link that sorts by its column."""
        return mark_safe("".join(self._heading(column) for column in self.columns))  # noqa: S308 - format_html

    def body(self) -> SafeString:
        """Return the rows."""
        return rows_html(self.data.data, self.keys, now=self.now, is_zoned=self.is_zoned)

    def _heading(self, column: Any) -> str:
        descending = column.order_by_alias.startswith("-")
        rising, falling = column.name, f"-{column.name}"
        if column.is_ordered:
            next_sort = rising if descending else falling
        else:
            next_sort = falling if column.name in _DESCENDING_FIRST else rising
        aria_sort = ("descending" if descending else "ascending") if column.is_ordered else "none"
        arrow = icon("chevron-down" if descending else "chevron-up") if column.is_ordered else ""
        query = query_with(self.params, sort=next_sort)
        return format_html(
            '<th scope="col" class="{}" aria-sort="{}"><a id="sort-{}" href="?{}" hx-get="?{}"'
            ' hx-target="#list" hx-push-url="true">{}{}</a></th>',
            css_classes(column.name), aria_sort, column.name, query, query, column.header, arrow,
        )  # fmt: skip
