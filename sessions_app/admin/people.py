"""Managers with their memberships, and drivers with their tags."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from sessions_app.admin.base import (
    CascadeDeleteMixin,
    DeleteGuardMixin,
    PartialSaveMixin,
    ReferenceMixin,
    SessionsLinkMixin,
    link,
    site_time_column,
)
from sessions_app.domain import wording
from sessions_app.models import Driver, IdTag, Manager, Membership
from sessions_app.store.people import id_tags_block


class MembershipInline(admin.TabularInline):
    """The sites of a manager."""

    model = Membership
    autocomplete_fields = ("site",)
    extra = 0


@admin.register(Manager)
class ManagerAdmin(PartialSaveMixin, CascadeDeleteMixin, UserAdmin):
    """Managers, with their sites and whether they are operators."""

    dependent_columns = {"is_superuser": "is_staff"}
    list_display = (
        "username",
        "full_name",
        "email",
        "is_active",
        "is_superuser",
        "site_roles",
        "last_login",
    )
    list_filter = ("is_active", "is_superuser", "memberships__role", "memberships__site")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("memberships__site")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_superuser" and field is not None:
            field.label = "Operator"
            field.help_text = "Has access to all sites and to this administration."
        return field

    def save_model(self, request: HttpRequest, obj: Manager, form: forms.ModelForm, change: bool) -> None:
        obj.is_staff = obj.is_superuser  # only operators may open the admin
        super().save_model(request, obj, form, change)

    @admin.display(description="name", ordering="last_name")
    def full_name(self, manager: Manager) -> str:
        return manager.get_full_name() or wording.UNKNOWN

    @admin.display(description="sites")
    def site_roles(self, manager: Manager) -> str:
        if manager.is_superuser:
            return "all sites"
        roles = sorted(
            (membership.site.name, membership.get_role_display()) for membership in manager.memberships.all()
        )
        return ", ".join(f"{name} ({role.lower()})" for name, role in roles) or wording.UNKNOWN


class IdTagForm(forms.ModelForm):
    """A tag; it may be used at any site."""

    class Meta:
        model = IdTag
        fields = ("value", "driver", "is_blocked", "expires_at")
        help_texts = {"expires_at": "In UTC."}


class IdTagInline(admin.TabularInline):
    """The tags of a driver."""

    model = IdTag
    form = IdTagForm
    extra = 0
    show_change_link = True


@admin.register(Driver)
class DriverAdmin(ReferenceMixin, DeleteGuardMixin):
    """Drivers with their tags."""

    instead = "Block their IdTags instead."
    list_display = ("name", "reference", "kind", "unit", "site_link", "email", "tags")
    list_filter = ("kind", "site")
    list_select_related = ("site",)
    search_fields = ("name", "email", "unit", "id_tags__value")
    ordering = ("name", "id")
    autocomplete_fields = ("site",)
    readonly_fields = ("reference",)
    inlines = (IdTagInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("id_tags")

    @admin.display(description="site", ordering="site__name")
    def site_link(self, driver: Driver) -> str:
        return link(driver.site)

    @admin.display(description="IdTags")
    def tags(self, driver: Driver) -> str:
        return ", ".join(sorted(tag.value for tag in driver.id_tags.all())) or wording.UNKNOWN


@admin.register(IdTag)
class IdTagAdmin(SessionsLinkMixin):
    """Tags with their drivers."""

    form = IdTagForm
    list_display = ("value", "driver_link", "is_blocked", "expires")
    list_filter = ("is_blocked", ("driver", admin.EmptyFieldListFilter), "driver__kind")
    list_select_related = ("driver__site",)
    search_fields = ("value", "driver__name", "driver__unit")
    ordering = ("value",)
    autocomplete_fields = ("driver",)
    actions = ("block", "unblock")
    expires = site_time_column("expires_at", site="driver__site", description="expires")

    @admin.display(description="driver", ordering="driver__name")
    def driver_link(self, tag: IdTag) -> str:
        return link(tag.driver)

    @admin.action(description="Block")
    def block(self, request: HttpRequest, tags: QuerySet[IdTag]) -> None:
        self.message_user(request, f"Blocked: {id_tags_block(tags, is_blocked=True)}.")

    @admin.action(description="Unblock")
    def unblock(self, request: HttpRequest, tags: QuerySet[IdTag]) -> None:
        self.message_user(request, f"Unblocked: {id_tags_block(tags, is_blocked=False)}.")
