"""The URLs of the project."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

# Models that were renamed after version 0.1.0: bookmarks of their admin pages still work.
RENAMED_ADMIN_MODELS = {"knockingstation": "pendingstation", "setasidemessage": "deadletter"}

urlpatterns = [
    *(
        re_path(
            rf"^admin/sessions_app/{old}/(?P<page>.*)$",
            RedirectView.as_view(url=f"/admin/sessions_app/{new}/%(page)s", permanent=True, query_string=True),
        )
        for old, new in RENAMED_ADMIN_MODELS.items()
    ),
    path("admin/", admin.site.urls),
    path("", include("sessions_app.urls")),
]

handler400 = "sessions_app.pages.errors.bad_request"
handler403 = "sessions_app.pages.errors.not_allowed"
handler404 = "sessions_app.pages.errors.not_found"
handler500 = "sessions_app.pages.errors.failed"
