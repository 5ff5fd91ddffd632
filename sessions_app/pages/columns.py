"""The columns of the two tables, in the guide's order; a heading a key of `domain.row.CELLS`."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from sessions_app.models import Manager
from sessions_app.pages.tabs import HISTORY, IN_PROGRESS


@dataclass(frozen=True)
class Column:
    """A column: its key, its heading, and whether it holds figures."""

    key: str
    heading: str
    is_figure: bool = False


COLUMNS = {
    column.key: column
    for column in (
        Column("id", "ID", is_figure=True),
        Column("started_at", "Started At"),
        Column("ended_at", "End Date"),
        Column("reason", "Reason"),
        Column("station", "Charging Station"),
        Column("connector", "Connector"),
        Column("duration", "Duration", is_figure=True),
        Column("inactivity", "Inactivity", is_figure=True),
        Column("power", "Power", is_figure=True),
        Column("consumption", "Consumption", is_figure=True),
        Column("battery", "Battery", is_figure=True),
        Column("price", "Price", is_figure=True),
        Column("company", "Company"),
        Column("site", "Site"),
        Column("site_area", "Site Area"),
        Column("user", "User"),
        Column("id_tag", "IdTag"),
        Column("policy", "Pricing policy"),
        Column("peak_power", "Peak power", is_figure=True),
        Column("average_power", "Average power", is_figure=True),
    )
}

TIMES = ("started_at", "ended_at")
DEFAULT: dict[str, tuple[str, ...]] = {
    IN_PROGRESS: (
        "id",
        "started_at",
        "station",
        "connector",
        "duration",
        "inactivity",
        "power",
        "consumption",
        "battery",
        "price",
        "company",
        "site",
        "site_area",
        "user",
    ),
    HISTORY: (
        "id",
        "started_at",
        "ended_at",
        "reason",
        "station",
        "connector",
        "duration",
        "inactivity",
        "consumption",
        "price",
    ),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    IN_PROGRESS: ("id_tag", "policy", "peak_power"),
    HISTORY: (
        "battery",
        "company",
        "site",
        "site_area",
        "user",
        "id_tag",
        "policy",
        "peak_power",
        "average_power",
    ),
}


def offered(tab: str) -> tuple[str, ...]:
    """Return the keys of all columns of a tab, in their order."""
    return DEFAULT[tab] + OPTIONAL[tab]


def in_order(tab: str, keys: Collection[str]) -> tuple[str, ...]:
    """Return those columns in the order of the tab; the usual ones where none of them is offered."""
    return tuple(key for key in offered(tab) if key in keys) or DEFAULT[tab]


def kept(tab: str, manager: Manager) -> tuple[str, ...]:
    """Return the columns that the manager has chosen for good, or the usual ones."""
    return in_order(tab, manager.columns.get(tab, "").split(","))


def chosen(tab: str, params: QueryDict, manager: Manager) -> tuple[str, ...]:
    """Return the columns that an address names, else the usual ones: a link shows everybody the same.

    An address that says nothing shows those that the manager keeps.
    """
    if text := params.get("columns"):
        return in_order(tab, text.split(","))
    return DEFAULT[tab] if params else kept(tab, manager)


def order_words(sort: str) -> str:
    """Return an order in people's words: `Started At, newest first`."""
    column = COLUMNS[sort.removeprefix("-")]
    if column.key in TIMES:
        rising, falling = "oldest first", "newest first"
    elif column.is_figure:
        rising, falling = "lowest first", "highest first"
    else:
        rising, falling = "A to Z", "Z to A"
    return f"{column.heading}, {falling if sort.startswith('-') else rising}"
