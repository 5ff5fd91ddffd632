"""What the navigation says on every page."""

from django import template
from django.template import Context

from sessions_app.queries.sites import load_visible_sites

register = template.Library()


@register.simple_tag(takes_context=True)
def in_progress_count(context: Context) -> int:
    """Return how many sessions are in progress at the user's sites, which a page may have read already."""
    known = context.get("places") or load_visible_sites(context["user"])
    return known.in_progress
