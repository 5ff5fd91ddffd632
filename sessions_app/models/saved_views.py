"""Saved views of the tables."""

from django.db import models

from sessions_app.domain.tabs import TAB_TITLES, Tab
from sessions_app.models.people import Manager


class SavedView(models.Model):
    """A named query string of a table: filters, order and columns. Private or shared."""

    manager = models.ForeignKey(Manager, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    tab = models.CharField(max_length=12, choices=[(tab.value, TAB_TITLES[tab]) for tab in Tab])
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manager", "tab", "name"], name="view_name_once_for_a_manager"),
        ]

    def __str__(self) -> str:
        return self.name
