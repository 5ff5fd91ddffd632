"""Where charging happens: company › site › site area › charging station › connector."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from sessions_app.domain.lifecycle import is_online
from sessions_app.domain.station_states import ConnectorStatus
from sessions_app.domain.wording import connector_letter, is_currency
from sessions_app.models.choices import enum_choices


def validate_time_zone(name: str) -> None:
    """Reject a name that is not in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone such as Australia/Sydney.")


def validate_currency(code: str) -> None:
    """Reject anything but the ISO 4217 code of a current currency, in capitals."""
    if not is_currency(code):
        raise ValidationError(f"{code} is not a currency code such as AUD.")


class Company(models.Model):
    """The owner or manager of sites. All prices at its sites are in its currency."""

    name = models.CharField(max_length=200, unique=True)
    currency = models.CharField(max_length=3, validators=[validate_currency])
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The internal reference for people, such as CMP-0001."""
        return f"CMP-{self.pk:04d}"


class DemandInterval(models.IntegerChoices):
    """The clock intervals, in minutes, over which utilities average the demand that they bill."""

    QUARTER_HOUR = 15, "15 minutes"
    HALF_HOUR = 30, "30 minutes"
    HOUR = 60, "60 minutes"


class Site(models.Model):
    """An apartment block, office or car park. Its times are shown in its own time zone."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    # The limit of its supply: amperes a phase, or watts.
    limit_a = models.FloatField("limit, A", null=True, blank=True, validators=[MinValueValidator(1)])
    limit_w = models.PositiveIntegerField("limit, W", null=True, blank=True)
    demand_interval_min = models.PositiveSmallIntegerField(
        "demand interval",
        null=True,
        blank=True,
        choices=DemandInterval.choices,
        help_text="Over which the utility averages demand. Empty is 30 minutes.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(limit_a=None) | Q(limit_w=None), name="site_limit_in_one_unit"),
            models.UniqueConstraint(fields=["company", "name"], name="site_name_once_in_company"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        return f"SIT-{self.pk:04d}"


class SiteArea(models.Model):
    """A level, wing or row of bays of a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="areas")
    name = models.CharField(max_length=200)
    limit_a = models.FloatField("limit, A", null=True, blank=True, validators=[MinValueValidator(1)])
    limit_w = models.PositiveIntegerField("limit, W", null=True, blank=True)
    demand_interval_min = models.PositiveSmallIntegerField(
        "demand interval",
        null=True,
        blank=True,
        choices=DemandInterval.choices,
        help_text="Empty is that of the site.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(limit_a=None) | Q(limit_w=None), name="area_limit_in_one_unit"),
            models.UniqueConstraint(fields=["site", "name"], name="area_name_once_in_site"),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.name}"

    @property
    def reference(self) -> str:
        return f"ARE-{self.pk:04d}"


class ChargingStation(models.Model):
    """A charge point, known to OCPP by its identity."""

    site_area = models.ForeignKey(SiteArea, on_delete=models.PROTECT, related_name="stations")
    identity = models.CharField(max_length=255, unique=True, help_text="Last part of the station's OCPP address.")
    password_digest = models.CharField(max_length=64, blank=True, editable=False)
    accepts_unknown_tags = models.BooleanField(default=False, help_text="Also allow charging with unregistered IdTags.")
    vendor = models.CharField(max_length=255, blank=True, editable=False)
    model = models.CharField(max_length=255, blank=True, editable=False)
    serial_number = models.CharField(max_length=255, blank=True, editable=False)
    firmware_version = models.CharField(max_length=255, blank=True, editable=False)
    booted_at = models.DateTimeField(null=True, editable=False)
    # The current socket: an old one that closes late must not mark the station as offline.
    connection_id = models.CharField(max_length=36, blank=True, editable=False)
    connected_at = models.DateTimeField(null=True, editable=False)
    disconnected_at = models.DateTimeField(null=True, editable=False)
    clock = models.TextField(blank=True, editable=False)
    away_from = models.DateTimeField(null=True, editable=False)
    away_until = models.DateTimeField(null=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)
    # Set while the station is refused because it offers only OCPP versions that we do not speak.
    refused_versions = models.CharField(max_length=255, blank=True, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.identity

    @property
    def reference(self) -> str:
        return f"STN-{self.pk:04d}"

    @property
    def is_online(self) -> bool:
        return is_online(self.connection_id, self.last_seen_at, now=timezone.now())


class Connector(models.Model):
    """A connector of a station. OCPP numbers connectors from 1; screens show letters."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField()
    max_power_w = models.PositiveIntegerField(
        null=True, blank=True, help_text="Rated power in W. Leave empty if unknown."
    )
    phases = models.PositiveSmallIntegerField(default=3, choices=[(1, "single-phase"), (3, "three-phase"), (0, "DC")])
    limit_a = models.FloatField(
        null=True, blank=True, help_text="Current limit in A for this connector, below its rating."
    )
    status = models.CharField(max_length=64, blank=True, editable=False, choices=enum_choices(ConnectorStatus))
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    status_at = models.DateTimeField(null=True, editable=False)
    available_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "number"], name="connector_once_at_station"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="connector_numbered_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.station} {connector_letter(self.number)}"


class PendingStation(models.Model):
    """An unknown station that tried to connect. An operator may accept it."""

    identity = models.CharField(max_length=255, unique=True)
    password_digest = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    offered_versions = models.CharField(max_length=255, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.identity
