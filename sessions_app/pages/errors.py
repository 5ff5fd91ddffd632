"""The error pages; each says what to do next."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

logger = logging.getLogger(__name__)

TEMPLATE = "error.html"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 404, also for what the user may not see."""
    return _page(
        request,
        404,
        title="Page not found",
        text="The address may be wrong, the page may be gone, or you do not have access to its site.",
    )


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 403: the signed-in user lacks the permission."""
    return _page(
        request,
        403,
        title="You do not have permission to do this",
        text="Only managers of the site and operators can. Ask an operator to change your role.",
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form without a valid CSRF token: an old page, a new sign-in, or a forged form."""
    return _page(
        request,
        403,
        title="This page has expired",
        text="Nothing was changed. Go back, reload the page and try again.",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 400 for a malformed request; the host may be forged, so do not load the user."""
    return _plain_page(
        request,
        400,
        title="This request is not valid",
        text="Something in the address or the form is missing or wrong.",
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Return 500 with an id that is also in the log.

    The database may be down, so do not query it, not even for the user.
    """
    error_id = secrets.token_hex(4).upper()
    logger.error("Error %s at %s; the traceback follows.", error_id, request.path)
    try:
        return _plain_page(
            request,
            500,
            title="Something went wrong",
            text="The error was recorded, and it is not your fault. Try again in a moment.",
            error_id=error_id,
        )
    except Exception:
        logger.exception("The page for error %s failed too.", error_id)
        text = format_html("<h1>Something went wrong</h1><p>Error {}</p>", error_id)
        return HttpResponse(text, status=500)


def _page(request: HttpRequest, status: int, **texts: str) -> HttpResponse:
    return HttpResponse(render_to_string(TEMPLATE, _context(texts, status), request), status=status)


def _plain_page(request: HttpRequest, status: int, **texts: str) -> HttpResponse:
    """Return the page without its navigation, which would load the user."""
    context = _context(texts, status) | {"request": request}
    return HttpResponse(render_to_string(TEMPLATE, context), status=status)


def _context(texts: dict[str, str], status: int) -> dict[str, Any]:
    return {"status": status, **texts}
