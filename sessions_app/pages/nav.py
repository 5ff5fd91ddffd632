"""The count in the navigation, which changes while a page is open."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sessions_app.pages.requests import PageRequest
from sessions_app.queries.sites import load_visible_sites


@never_cache
@require_safe
def nav_count(request: PageRequest) -> HttpResponse:
    """Return the number of sessions in progress."""
    return HttpResponse(str(load_visible_sites(request.user).in_progress), content_type="text/plain")
