"""What the admin pages of this app have in common."""

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

EXACT_ID_LOOKUP = "__id__exact"  # as Django's own filters name theirs


class SessionsLinkMixin(admin.ModelAdmin):
    """Something that sessions point to: its page leads to them."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (thing := context.get("original")) is not None:
            sessions = reverse("admin:sessions_app_chargingsession_changelist")
            context["sessions_address"] = f"{sessions}?{thing.sessions.field.name}{EXACT_ID_LOOKUP}={thing.pk}"
        return super().render_change_form(request, context, *args, **kwargs)


class DeleteGuardMixin(SessionsLinkMixin):
    """Something that can be deleted only while no session points to it, and one at a time.

    The database refuses more anyway, but only after Django has loaded every session to say so.
    """

    instead = ""  # what an operator may do where it cannot be deleted

    def delete_refusal(self, thing: Any) -> str:
        """Return why the thing cannot be deleted, and what to do instead; "" where it can."""
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
            context["delete_refusal"] = self.delete_refusal(thing)
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thing = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        if thing is not None and (why := self.delete_refusal(thing)):
            said = {
                "title": f"Cannot delete {self.opts.verbose_name}",
                "delete_refusal": why,
                "address": _address(thing),
            }
            about = {"object": thing, "opts": self.opts, "app_label": self.opts.app_label}
            context = self.admin_site.each_context(request) | about | said
            return render(request, "admin/stays.html", context, status=403)
        return super().delete_view(request, object_id, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.sessions.exists())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class CascadeDeleteMixin(admin.ModelAdmin):
    """Something that takes with it, when it is deleted, what nobody could delete alone."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected


class ReferenceMixin(admin.ModelAdmin):
    """Something with an internal reference, which it has once it is saved."""

    @admin.display(description="reference", ordering="pk")
    def reference(self, thing: Any) -> str:
        return str(thing.reference) if thing.pk else wording.UNKNOWN


class PartialSaveMixin(admin.ModelAdmin):
    """Something that others write while its form is open: the form saves what it has changed, and no more."""

    follows: dict[str, str] = {}  # a field of the form, and the column that goes with it

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        followers = {self.follows[name] for name in form.changed_data if name in self.follows}
        obj.save(update_fields=_changed_columns(form) | followers)


class PartialSaveFormSet(BaseInlineFormSet):
    """Rows below a form that others write while it is open."""

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        form.save(commit=False)
        if commit:
            obj.save(update_fields=_changed_columns(form))
        return obj


def _changed_columns(form: Any) -> set[str]:
    return {field.name for field in form.instance._meta.concrete_fields} & set(form.changed_data)


class CappedPaginator(Paginator):
    """Pages of a table that only grows: it counts no further than a person would turn pages."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most].count())


class ReadOnlyMixin:
    """What the admin shows and never writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Something that only stations and the dashboard write, and that grows without end."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every row for each choice of each filter


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Rows to look at below something else."""

    classes = ("read-only",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()


def link(to: Model | None) -> str | SafeString:
    """Return the name of the object, leading to its admin page."""
    if to is None:
        return wording.UNKNOWN
    return format_html('<a href="{}">{}</a>', _address(to), to)


def _address(of: Model) -> str:
    return reverse(f"admin:{of._meta.app_label}_{of._meta.model_name}_change", args=[of.pk])


def site_time_html(at: datetime | None, site: Site | None) -> datetime | str | None:
    """Return the time as the site says it, in full where the pointer rests; else Django says it, in UTC."""
    if at is None or site is None:
        return at
    zone = ZoneInfo(site.time_zone)
    said, full = wording.short_time(at, zone, now=timezone.now()), wording.full_time(at, zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), full, said)


def site_time_column(name: str, *, site: str, description: str = "") -> Callable[[Any, Any], Any]:
    """Return the column of a time; `site` is the way from its row to the site, as in a query."""

    @admin.display(description=description or name.replace("_", " "), ordering=name)
    def said(model_admin: Any, row: Any) -> datetime | str | None:
        place = row
        for step in site.split(LOOKUP_SEP):
            place = getattr(place, step, None)
        return site_time_html(getattr(row, name), place)

    return said
