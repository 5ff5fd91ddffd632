"""The two tables, as addresses name them and as people do."""

IN_PROGRESS, HISTORY = "in-progress", "history"
TAB_TITLES = {IN_PROGRESS: "In Progress", HISTORY: "History"}
