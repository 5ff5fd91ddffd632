"""The two tables of sessions."""

from enum import StrEnum


class Tab(StrEnum):
    """A table, by its name in addresses."""

    IN_PROGRESS = "in-progress"
    HISTORY = "history"

    @property
    def is_in_progress(self) -> bool:
        return self is Tab.IN_PROGRESS

    @property
    def is_history(self) -> bool:
        return self is Tab.HISTORY


TAB_TITLES: dict[str, str] = {Tab.IN_PROGRESS: "In Progress", Tab.HISTORY: "History"}
