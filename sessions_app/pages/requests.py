"""What a request is by the time that it reaches a page."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from sessions_app.models import Manager


class PageRequest(HttpRequest):
    """A request of a signed-in manager, as the middleware hands it on."""

    htmx: HtmxDetails
    user: Manager
