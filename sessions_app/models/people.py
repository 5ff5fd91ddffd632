"""Drivers and their tags; managers and their memberships of sites."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Upper

from sessions_app.models.places import Site


class Manager(AbstractUser):
    """A user of the dashboard. An operator is a manager with `is_superuser`."""

    class Meta(AbstractUser.Meta):
        verbose_name = "manager"
        verbose_name_plural = "managers"

    # The chosen columns, by table: {"history": "id,started_at,…"}.
    columns = models.JSONField(default=dict, blank=True, editable=False)

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Membership(models.Model):
    """What a manager may see and do at one site."""

    class Role(models.TextChoices):
        VIEWER = "viewer", "Viewer"
        MANAGER = "manager", "Manager"

    manager = models.ForeignKey(Manager, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manager", "site"], name="membership_once_at_site"),
        ]

    def __str__(self) -> str:
        return f"{self.manager}: {self.get_role_display().lower()} of {self.site}"


class Driver(models.Model):
    """A person who charges. Screens call drivers "User", as the guide does."""

    class Kind(models.TextChoices):
        TENANT = "tenant", "Tenant"
        VISITOR = "visitor", "Visitor"
        STAFF = "staff", "Staff"

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TENANT)
    unit = models.CharField(max_length=50, blank=True, help_text="Apartment or office, such as 1204.")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="drivers")

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        return f"DRV-{self.pk:04d}"


class IdTag(models.Model):
    """An RFID card or app token that identifies a driver to a station.

    OCPP 1.6 §7.28: an IdToken is case-insensitive.
    """

    value = models.CharField(max_length=255)
    driver = models.ForeignKey(Driver, null=True, blank=True, on_delete=models.SET_NULL, related_name="id_tags")
    is_blocked = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "IdTag"
        verbose_name_plural = "IdTags"
        constraints = [
            models.UniqueConstraint(
                Upper("value"),
                name="id_tag_once_in_any_case",
                violation_error_message="This IdTag already exists. Upper and lower case are the same.",
            ),
        ]

    def __str__(self) -> str:
        return self.value
