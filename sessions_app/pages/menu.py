"""The ⋮ menu of a row: only actions that apply and that the manager may take."""

from typing import NamedTuple

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sessions_app.access import may_command, visible_to
from sessions_app.lists.list_url import preferred_url
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import ChargingSession, Manager
from sessions_app.pages.requests import PageRequest


class MenuItem(NamedTuple):
    """A menu item; `how` is "go", "copy", or "ask" (opens in the menu itself)."""

    words: str
    icon: str
    address: str
    how: str = "go"


@never_cache
@require_safe
def row_menu(request: PageRequest, pk: int) -> HttpResponse:
    """Show the menu of a session."""
    session = get_object_or_404(visible_to(request.user).select_related("station", "driver"), pk=pk)
    template = "sessions/_menu.html"
    items = menu_items(session, request.user)
    context = {"session": session, "entries": items, "panel": template, "tab": _tab(session)}
    return render(request, template if request.htmx else "sessions/panel.html", context)


def menu_items(session: ChargingSession, manager: Manager) -> list[MenuItem]:
    """Return the items of a session's menu for this manager."""
    tab = _tab(session)
    items = []
    if session.is_in_progress and may_command(manager, session.site_id):
        items.append(MenuItem("Stop charging", "octagon-x", reverse("stop", args=[session.pk]), "ask"))
    items += [
        MenuItem(
            f"Meter samples ({suffix.upper()})",
            "file-down",
            reverse("session-samples", args=[session.pk, suffix]),
        )
        for suffix in ("csv", "xlsx")
    ]
    if not session.is_in_progress:
        items.append(MenuItem("Receipt", "receipt", reverse("session-receipt", args=[session.pk])))
    items.append(MenuItem("Copy link", "link", reverse("session", args=[session.pk]), "copy"))
    if session.driver_id is not None:
        address = preferred_url(tab, QueryDict(f"driver={session.driver_id}"), manager)
        items.append(MenuItem("This user’s sessions", "users", address))
    address = preferred_url(tab, QueryDict(f"station={session.station_id}"), manager)
    items.append(MenuItem("This station’s sessions", "ev-charger", address))
    return items


def _tab(session: ChargingSession) -> str:
    return IN_PROGRESS if session.is_in_progress else HISTORY
