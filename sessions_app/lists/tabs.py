"""The two tables, as pages name them."""

from sessions_app.domain.tabs import Tab

IN_PROGRESS, HISTORY = Tab.IN_PROGRESS, Tab.HISTORY
