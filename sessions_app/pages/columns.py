"""The columns of the two tables, in the guide's order; a heading a key of `domain.row.CELLS`."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from sessions_app.models import Manager
from sessions_app.pages.tabs import HISTORY, IN_PROGRESS


@dataclass(frozen=True)
class TableColumn:
    """A column: its key, its heading, and whether it holds figures."""

    key: str
    heading: str
    is_figure: bool = False


TABLE_COLUMNS = {
    column.key: column
    for column in (
        TableColumn("id", "ID", is_figure=True),
        TableColumn("started_at", "Started At"),
        TableColumn("ended_at", "End Date"),
        TableColumn("reason", "Reason"),
        TableColumn("station", "Charging Station"),
        TableColumn("connector", "Connector"),
        TableColumn("duration", "Duration", is_figure=True),
        TableColumn("inactivity", "Inactivity", is_figure=True),
        TableColumn("power", "Power", is_figure=True),
        TableColumn("consumption", "Consumption", is_figure=True),
        TableColumn("battery", "Battery", is_figure=True),
        TableColumn("price", "Price", is_figure=True),
        TableColumn("company", "Company"),
        TableColumn("site", "Site"),
        TableColumn("site_area", "Site Area"),
        TableColumn("user", "User"),
        TableColumn("id_tag", "IdTag"),
        TableColumn("policy", "Pricing policy"),
        TableColumn("peak_power", "Peak power", is_figure=True),
        TableColumn("average_power", "Average power", is_figure=True),
    )
}

TIMES = ("started_at", "ended_at")
DEFAULT_COLUMNS: dict[str, tuple[str, ...]] = {
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
OPTIONAL_COLUMNS: dict[str, tuple[str, ...]] = {
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


def available_columns(tab: str) -> tuple[str, ...]:
    """Return the keys of all columns of a tab, in their order."""
    return DEFAULT_COLUMNS[tab] + OPTIONAL_COLUMNS[tab]


def in_order(tab: str, keys: Collection[str]) -> tuple[str, ...]:
    """Return those columns in the order of the tab; the usual ones where none of them is offered."""
    return tuple(key for key in available_columns(tab) if key in keys) or DEFAULT_COLUMNS[tab]


def saved_columns(tab: str, manager: Manager) -> tuple[str, ...]:
    """Return the columns that the manager has chosen for good, or the usual ones."""
    return in_order(tab, manager.columns.get(tab, "").split(","))


def selected_columns(tab: str, params: QueryDict, manager: Manager) -> tuple[str, ...]:
    """Return the columns that an address names, else the usual ones: a link shows everybody the same.

    An address that says nothing shows those that the manager keeps.
    """
    if text := params.get("columns"):
        return in_order(tab, text.split(","))
    return DEFAULT_COLUMNS[tab] if params else saved_columns(tab, manager)


def describe_order(sort: str) -> str:
    """Return an order in people's words: `Started At, newest first`."""
    column = TABLE_COLUMNS[sort.removeprefix("-")]
    if column.key in TIMES:
        rising, falling = "oldest first", "newest first"
    elif column.is_figure:
        rising, falling = "lowest first", "highest first"
    else:
        rising, falling = "A to Z", "Z to A"
    return f"{column.heading}, {falling if sort.startswith('-') else rising}"
