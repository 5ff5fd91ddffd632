"""The Django admin, for operators."""

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
# Permissions come from site memberships and the operator flag, not from groups.
admin.site.unregister(Group)
