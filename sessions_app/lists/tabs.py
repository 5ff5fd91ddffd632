"""The two tables: their names in addresses and their titles."""

IN_PROGRESS, HISTORY = "in-progress", "history"
TAB_TITLES = {IN_PROGRESS: "In Progress", HISTORY: "History"}
