"""Requests without a signed-in user: pages redirect to the sign-in form, scripts get 401."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails


class SignInRequired(LoginRequiredMiddleware):
    """Require a signed-in user for every view without `login_not_required`.

    A script would follow a redirect and insert the sign-in form into its page, or parse it as data:
    it gets 401. For htmx the response also names the sign-in page, with the way back.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Do not load the user for an open page: /healthz must answer without the database."""
        is_open = not getattr(view_func, "login_required", True)
        return None if is_open else super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override] # the parent returns a redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        """Return a redirect for pages, 401 for scripts."""
        htmx = HtmxDetails(request)
        if htmx:
            redirect = redirect_to_login(htmx.current_url_abs_path or "/", self.get_login_url(view_func))
            return HttpResponse(status=401, headers={"HX-Redirect": redirect.url})
        if "text/html" not in request.headers.get("Accept", "text/html"):
            return HttpResponse(status=401)
        return super().handle_no_permission(request, view_func)
