"""Pages that fail."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from terrafuse.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def failing(request: HttpRequest) -> HttpResponse:
    raise ValueError("a detail for the log only")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    path("failing/", failing),
    path("forbidden/", forbidden),
    path("", include("terrafuse.urls")),
]
