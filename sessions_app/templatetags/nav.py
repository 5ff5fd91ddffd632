"""The session count in the navigation of every page."""

from django import template
from django.template import Context

from sessions_app.queries.sites import load_visible_sites

register = template.Library()


@register.simple_tag(takes_context=True)
def in_progress_count(context: Context) -> int:
    """Return the number of sessions in progress; use the page's sites if it has loaded them."""
    visible_sites = context.get("places") or load_visible_sites(context["user"])
    return visible_sites.in_progress
