"""The columns of the two tables: what a tab offers, what an address names, and how tables show them."""

from collections.abc import Collection

from django.http import QueryDict
from django.utils.safestring import mark_safe

from sessions_app.domain.columns import COLUMNS, offered_columns
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import Manager

DEFAULT_COLUMNS = {tab: offered_columns(tab, "default") for tab in (IN_PROGRESS, HISTORY)}
OPTIONAL_COLUMNS = {tab: offered_columns(tab, "optional") for tab in (IN_PROGRESS, HISTORY)}


def css_classes(key: str) -> str:
    """Return the classes of a column's cells and heading."""
    column = COLUMNS[key]
    return f"c-{key}{' figure' if column.is_figure else ''}{' name' if column.is_name else ''}"


def _width_rule(key: str, least: int, most: int | None) -> str:
    limit = f"max-width:{most}px" if most else ""
    return f".sessions td.c-{key}{{min-width:{least}px;{limit}}}"


# The widths of the cells of wide tables, as CSS. On a phone a row is a card: static/css/cards.css.
WIDTH_RULES = mark_safe(  # noqa: S308 - keys and numbers of the columns' records
    "@media(min-width:701px){"
    + "".join(_width_rule(key, *column.width_px) for key, column in COLUMNS.items() if column.width_px)
    + "}"
)


def available_columns(tab: str) -> tuple[str, ...]:
    """Return the keys of all columns of a tab, in order."""
    return DEFAULT_COLUMNS[tab] + OPTIONAL_COLUMNS[tab]


def order_columns(tab: str, keys: Collection[str]) -> tuple[str, ...]:
    """Return those columns in the order of the tab; the default ones if the tab has none of them."""
    return tuple(key for key in available_columns(tab) if key in keys) or DEFAULT_COLUMNS[tab]


def saved_columns(tab: str, manager: Manager) -> tuple[str, ...]:
    """Return the columns that the manager has saved, or the default ones."""
    return order_columns(tab, manager.columns.get(tab, "").split(","))


def selected_columns(tab: str, params: QueryDict, manager: Manager) -> tuple[str, ...]:
    """Return the columns that an address names, else the default ones, so that a link shows everyone the same.

    Without parameters, return the manager's saved columns.
    """
    if text := params.get("columns"):
        return order_columns(tab, text.split(","))
    return DEFAULT_COLUMNS[tab] if params else saved_columns(tab, manager)


def describe_order(sort: str) -> str:
    """Return a sort order as text: `Started At, newest first`."""
    column = COLUMNS[sort.removeprefix("-")]
    if column.is_time:
        rising, falling = "oldest first", "newest first"
    elif column.is_figure:
        rising, falling = "lowest first", "highest first"
    else:
        rising, falling = "A to Z", "Z to A"
    return f"{column.heading}, {falling if sort.startswith('-') else rising}"
