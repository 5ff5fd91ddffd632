"""The URLs of the project."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("sessions_app.urls")),
]

handler400 = "sessions_app.pages.errors.bad_request"
handler403 = "sessions_app.pages.errors.not_allowed"
handler404 = "sessions_app.pages.errors.not_found"
handler500 = "sessions_app.pages.errors.failed"
