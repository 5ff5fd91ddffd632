"""Who has not signed in: people are led to sign in, scripts are told so."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails


class SignInRequired(LoginRequiredMiddleware):
    """Close every page to strangers but those that say `login_not_required`.

    A script would follow a redirect and put the sign-in form into the page that it stands in, or take it
    for data: it gets 401, and htmx besides where to go and to come back to.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Ask nobody who he is at an open page: /healthz answers without the database, too."""
        is_open = not getattr(view_func, "login_required", True)
        return None if is_open else super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override] # the parent promises a redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        """Return what a stranger gets."""
        htmx = HtmxDetails(request)
        if htmx:
            sign_in = redirect_to_login(htmx.current_url_abs_path or "/", self.get_login_url(view_func))
            return HttpResponse(status=401, headers={"HX-Redirect": sign_in.url})
        if "text/html" not in request.headers.get("Accept", "text/html"):
            return HttpResponse(status=401)
        return super().handle_no_permission(request, view_func)
