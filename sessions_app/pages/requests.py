"""The type of a request after the middleware."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from sessions_app.models import Manager


class PageRequest(HttpRequest):
    """A request of a signed-in manager."""

    htmx: HtmxDetails
    user: Manager
