"""Base classes and helpers of the admin pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sessions_app.domain import wording
from sessions_app.models import Site

EXACT_ID_LOOKUP = "__id__exact"  # the suffix that Django's own filters use


class SessionsLinkMixin(admin.ModelAdmin):
    """A model that sessions refer to; its page links to them."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (thing := context.get("original")) is not None:
            sessions = reverse("admin:sessions_app_chargingsession_changelist")
            context["sessions_address"] = f"{sessions}?{thing.sessions.field.name}{EXACT_ID_LOOKUP}={thing.pk}"
        return super().render_change_form(request, context, *args, **kwargs)


class DeleteGuardMixin(SessionsLinkMixin):
    """A model whose objects can be deleted one at a time, and only while no session refers to them.

    The database would reject the deletion too, but only after Django has loaded all sessions to list them.
    """

    instead = ""  # what to do when an object cannot be deleted

    def delete_refusal(self, thing: Any) -> str:
        """Return why the object cannot be deleted and what to do instead; "" if it can."""
        count = thing.sessions.order_by()[: CappedPaginator.most + 1].count()
        if not count:
            return ""
        number = f"{count:,}" if count <= CappedPaginator.most else f"{CappedPaginator.most:,}+"
        sessions = "1 session" if count == 1 else f"{number} sessions"
        return f"“{thing}” cannot be deleted: it is in use by {sessions}. {self.instead}".strip()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (thing := context.get("original")) is not None:
            context["why_it_stays"] = self.delete_refusal(thing)
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thing = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        if thing is not None and (refusal := self.delete_refusal(thing)):
            texts = {
                "title": f"Cannot delete {self.opts.verbose_name}",
                "why_it_stays": refusal,
                "address": _change_url(thing),
            }
            options = {"object": thing, "opts": self.opts, "app_label": self.opts.app_label}
            context = self.admin_site.each_context(request) | options | texts
            return render(request, "admin/stays.html", context, status=403)
        return super().delete_view(request, object_id, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.sessions.exists())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class CascadeDeleteMixin(admin.ModelAdmin):
    """A model whose deletion cascades without per-object delete permission."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected


class ReferenceMixin(admin.ModelAdmin):
    """A model with an internal reference, set when it is saved."""

    @admin.display(description="reference", ordering="pk")
    def reference(self, thing: Any) -> str:
        return str(thing.reference) if thing.pk else wording.UNKNOWN


class PartialSaveMixin(admin.ModelAdmin):
    """A model that other processes write while its form is open; save only the changed fields."""

    dependent_columns: dict[str, str] = {}  # form field -> column to save with it

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        dependent = {self.dependent_columns[name] for name in form.changed_data if name in self.dependent_columns}
        obj.save(update_fields=_changed_columns(form) | dependent)


class PartialSaveFormSet(BaseInlineFormSet):
    """Inline rows that other processes write while the form is open; save only the changed fields."""

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        form.save(commit=False)
        if commit:
            obj.save(update_fields=_changed_columns(form))
        return obj


def _changed_columns(form: Any) -> set[str]:
    return {field.name for field in form.instance._meta.concrete_fields} & set(form.changed_data)


class CappedPaginator(Paginator):
    """A paginator for tables that only grow; it counts up to `most` rows."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most].count())


class ReadOnlyMixin:
    """Objects that the admin shows and never writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A model that only stations and the dashboard write, and that grows without limit."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every row for each choice of each filter


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Read-only inline rows."""

    classes = ("read-only",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()


def link(obj: Model | None) -> str | SafeString:
    """Return the object's name as a link to its admin page."""
    if obj is None:
        return wording.UNKNOWN
    return format_html('<a href="{}">{}</a>', _change_url(obj), obj)


def _change_url(obj: Model) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def site_time_html(at: datetime | None, site: Site | None) -> datetime | str | None:
    """Return the time in site time, in full as its tooltip; without a site, leave it to Django, in UTC."""
    if at is None or site is None:
        return at
    zone = ZoneInfo(site.time_zone)
    text, full = wording.short_time(at, zone, now=timezone.now()), wording.full_time(at, zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), full, text)


def site_time_column(name: str, *, site: str, description: str = "") -> Callable[[Any, Any], Any]:
    """Return an admin column of a time; `site` is the lookup path from a row to its site."""

    @admin.display(description=description or name.replace("_", " "), ordering=name)
    def column(model_admin: Any, row: Any) -> datetime | str | None:
        related = row
        for step in site.split(LOOKUP_SEP):
            related = getattr(related, step, None)
        return site_time_html(getattr(row, name), related)

    return column
