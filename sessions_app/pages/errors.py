"""What people see when there is no page: each says what to do next."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

logger = logging.getLogger(__name__)

TEMPLATE = "error.html"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing here, to whoever may not see it too."""
    return _page(
        request,
        404,
        title="Page not found",
        text="The address may be wrong, the page may be gone, or you do not have access to its site.",
    )


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the signed-in person may not do that."""
    return _page(
        request,
        403,
        title="You do not have permission to do this",
        text="Only managers of the site and operators can. Ask an operator to change your role.",
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came without its token: an old page, a new sign-in, or another site's form."""
    return _page(
        request,
        403,
        title="This page has expired",
        text="Nothing was changed. Go back, reload the page and try again.",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request cannot be read; the host may be forged, so nothing is asked about the person."""
    return _plain_page(
        request,
        400,
        title="This request is not valid",
        text="Something in the address or the form is missing or wrong.",
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, with an id that stands in the log too.

    The database may be what has failed: nothing is asked of it, not even who has signed in.
    """
    error_id = secrets.token_hex(4).upper()
    logger.error("Error %s at %s; what failed comes next.", error_id, request.path)
    try:
        return _plain_page(
            request,
            500,
            title="Something went wrong",
            text="The error was recorded, and it is not your fault. Try again in a moment.",
            error_id=error_id,
        )
    except Exception:
        logger.exception("The page for error %s failed as well.", error_id)
        text = format_html("<h1>Something went wrong</h1><p>Error {}</p>", error_id)
        return HttpResponse(text, status=500)


def _page(request: HttpRequest, status: int, **said: str) -> HttpResponse:
    return HttpResponse(render_to_string(TEMPLATE, _context(said, status), request), status=status)


def _plain_page(request: HttpRequest, status: int, **said: str) -> HttpResponse:
    """Return the page without its navigation, which asks who has signed in."""
    context = _context(said, status) | {"request": request}
    return HttpResponse(render_to_string(TEMPLATE, context), status=status)


def _context(said: dict[str, str], status: int) -> dict[str, Any]:
    return {"status": status, **said}
