"""The columns of the two tables, in their order; each key is one of `domain.row.CELLS`."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import Manager


@dataclass(frozen=True)
class TableColumn:
    """A column; `is_figure` aligns it to the right and sorts it as a number."""

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

TIME_COLUMNS = ("started_at", "ended_at")
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
    column = TABLE_COLUMNS[sort.removeprefix("-")]
    if column.key in TIME_COLUMNS:
        rising, falling = "oldest first", "newest first"
    elif column.is_figure:
        rising, falling = "lowest first", "highest first"
    else:
        rising, falling = "A to Z", "Z to A"
    return f"{column.heading}, {falling if sort.startswith('-') else rising}"
