"""URLs of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path, re_path, register_converter
from django.urls.converters import StringConverter

from sessions_app.domain.tabs import Tab
from sessions_app.exports.registry import EXPORTS
from sessions_app.pages import commands, export_jobs, exports, health, lists, menu, nav, panels, session


class TabConverter(StringConverter):
    """One of the two tables."""

    regex = "|".join(Tab)


class SearchableConverter(StringConverter):
    """A filter whose choices can be searched."""

    regex = "station|driver"


register_converter(TabConverter, "tab")
register_converter(SearchableConverter, "searchable")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("sign-in/", LoginView.as_view(template_name="sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("sessions/in-progress/", lists.in_progress, name=Tab.IN_PROGRESS),
    path("sessions/history/", lists.history, name=Tab.HISTORY),
    path("sessions/in-progress/count/", nav.nav_count, name="nav-count"),
    path("sessions/<tab:tab>/summary/", lists.summary, name="summary"),
    path("sessions/<tab:tab>/filters/", panels.filter_panel, name="filters"),
    path("sessions/<tab:tab>/filters/<searchable:what>/", panels.choice_search, name="finder"),
    path("sessions/<tab:tab>/columns/", panels.column_panel, name="columns"),
    path("sessions/<tab:tab>/views/", panels.saved_views_panel, name="views"),
    path("sessions/<tab:tab>/views/<int:pk>/remove/", panels.delete_view, name="remove-view"),
    path("sessions/<int:pk>/menu/", menu.row_menu, name="row-menu"),
    path("sessions/<int:pk>/stop/", commands.stop_charging, name="stop"),
    path("sessions/<int:pk>/stop/<int:audit_pk>/", commands.stop_outcome, name="stop-outcome"),
    path("sessions/<int:pk>/", session.session_detail, name="session"),
    path("sessions/<int:pk>/pricing/", session.session_detail, {"view": "pricing"}, name="session-pricing"),
    path("sessions/<int:pk>/figure/", session.session_figure, name="session-figure"),
    path("sessions/<int:pk>/points/", session.session_points, name="session-points"),
    path("sessions/<int:pk>/receipt/", session.receipt, name="session-receipt"),
    *(
        re_path(
            rf"^sessions/(?P<of>{export.of})/{export.file_stem}\.(?P<suffix>csv|xlsx)$",
            exports.export,
            {"kind": kind},
            name=export.url_name,
        )
        for kind, export in EXPORTS.items()
    ),
    *(
        re_path(
            rf"^exports/(?P<kind>{kind})/(?P<of>{export.of})$",
            export_jobs.start_export,
            name="export-start",
        )
        for kind, export in EXPORTS.items()
    ),
    path("exports/", export_jobs.list_exports, name="exports"),
    path("exports/<uuid:job_id>/file", export_jobs.download_export, name="export-file"),
    path("exports/<uuid:job_id>/drop", export_jobs.delete_export, name="export-drop"),
]
