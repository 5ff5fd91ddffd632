"""Where charging happens: company › site › site area › charging station › connector."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from sessions_app.domain.lifecycle import is_online
from sessions_app.domain.wording import connector_letter, is_currency


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone such as Australia/Sydney.")


def validate_currency(code: str) -> None:
    """Refuse what is not the ISO 4217 code of a currency in use, in capitals."""
    if not is_currency(code):
        raise ValidationError(f"{code} is not a currency code such as AUD.")


class Company(models.Model):
    """Who owns or manages sites; its currency is that of every price at them."""

    name = models.CharField(max_length=200, unique=True)
    currency = models.CharField(max_length=3, validators=[validate_currency])
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The internal reference that people read out: CMP-0001."""
        return f"CMP-{self.pk:04d}"


class Site(models.Model):
    """An apartment block, an office or a car park; times at it are said in its own time zone."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="site_name_once_in_company"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The internal reference: SIT-0001."""
        return f"SIT-{self.pk:04d}"


class SiteArea(models.Model):
    """A level, a wing or a row of bays of a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="areas")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="area_name_once_in_site"),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.name}"

    @property
    def reference(self) -> str:
        """The internal reference: ARE-0001."""
        return f"ARE-{self.pk:04d}"


class ChargingStation(models.Model):
    """A charge point, known to OCPP by its identity."""

    site_area = models.ForeignKey(SiteArea, on_delete=models.PROTECT, related_name="stations")
    identity = models.CharField(max_length=255, unique=True, help_text="The last part of the station's OCPP address.")
    password_digest = models.CharField(max_length=64, blank=True, editable=False)
    accepts_unknown_tags = models.BooleanField(default=False, help_text="Charge with tags that nobody registered, too.")
    vendor = models.CharField(max_length=255, blank=True, editable=False)
    model = models.CharField(max_length=255, blank=True, editable=False)
    serial_number = models.CharField(max_length=255, blank=True, editable=False)
    firmware_version = models.CharField(max_length=255, blank=True, editable=False)
    booted_at = models.DateTimeField(null=True, editable=False)
    # The socket that speaks for the station now: an old one that closes late finds another id here.
    connection_id = models.CharField(max_length=36, blank=True, editable=False)
    connected_at = models.DateTimeField(null=True, editable=False)
    disconnected_at = models.DateTimeField(null=True, editable=False)
    clock = models.TextField(blank=True, editable=False)
    away_from = models.DateTimeField(null=True, editable=False)
    away_until = models.DateTimeField(null=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.identity

    @property
    def reference(self) -> str:
        """The internal reference: STN-0001."""
        return f"STN-{self.pk:04d}"

    @property
    def is_online(self) -> bool:
        """Whether the station is there."""
        return is_online(self.connection_id, self.last_seen_at, now=timezone.now())


class Connector(models.Model):
    """A plug of a station; OCPP numbers it from 1, screens show letters."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField()
    max_power_w = models.PositiveIntegerField(
        null=True, blank=True, help_text="Rated power in W; empty when nobody knows."
    )
    phases = models.PositiveSmallIntegerField(default=3, choices=[(1, "single-phase"), (3, "three-phase"), (0, "DC")])
    limit_a = models.FloatField(
        null=True, blank=True, help_text="A limit in A set for this connector, below its rating."
    )
    status = models.CharField(max_length=64, blank=True, editable=False)
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
    """A station that nobody knows and that tried to connect; an operator may let it in."""

    identity = models.CharField(max_length=255, unique=True)
    password_digest = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.identity
