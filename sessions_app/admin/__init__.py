"""What an operator sees and sets in the Django admin."""

from django.contrib import admin
from django.contrib.auth.models import Group

from sessions_app.admin import (
    connectors,
    pending_stations,
    people,
    places,
    pricing,
    records,
    sessions,
    spans,
    stations,
)

__all__ = ["connectors", "pending_stations", "people", "places", "pricing", "records", "sessions", "spans", "stations"]

admin.site.site_title = "TerraFuse"
admin.site.site_header = "TerraFuse administration"
admin.site.empty_value_display = "–"
admin.site.index_title = "Sites, people and prices"
# Who may do what is a membership at a site, or being an operator: groups would be a second answer.
admin.site.unregister(Group)
