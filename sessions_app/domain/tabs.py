"""The two tables of sessions."""

from enum import StrEnum


class Tab(StrEnum):
    """A table, by its name in addresses."""

    IN_PROGRESS = "in-progress"
    HISTORY = "history"


TAB_TITLES: dict[str, str] = {Tab.IN_PROGRESS: "In Progress", Tab.HISTORY: "History"}
