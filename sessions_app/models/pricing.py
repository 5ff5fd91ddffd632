"""Pricing policies, edited by operators. Each session has its own copy of the policy at its start."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from sessions_app.models.places import ChargingStation, Company, Site, SiteArea, validate_currency


def validate_days(days: str) -> None:
    """Reject anything but weekdays, 1 (Monday) to 7 (Sunday), each at most once and in order."""
    if days != "".join(sorted(set(days) & set("1234567"))):
        raise ValidationError(f"{days} is not a list of weekdays such as 12345.")


class PricingPolicy(models.Model):
    """What a charging session costs at a place, for an audience, over a period."""

    class Audience(models.TextChoices):
        EVERYONE = "", "Everyone"
        TENANT = "tenant", "Tenants"
        VISITOR = "visitor", "Visitors"
        STAFF = "staff", "Staff"

    description = models.CharField(max_length=200)
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    site_area = models.ForeignKey(SiteArea, null=True, blank=True, on_delete=models.PROTECT)
    station = models.ForeignKey(ChargingStation, null=True, blank=True, on_delete=models.PROTECT)
    audience = models.CharField(max_length=10, blank=True, choices=Audience.choices, default="")
    currency = models.CharField(max_length=3, validators=[validate_currency])
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    tax_percent = models.DecimalField(
        "tax, %",
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("99.99"))],
        help_text="Included in the prices.",
    )
    min_price = models.DecimalField(
        "minimum price",
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    max_price = models.DecimalField(
        "maximum price",
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "pricing policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    Q(company=None, site=None, site_area=None)
                    | Q(company=None, site=None, station=None)
                    | Q(company=None, site_area=None, station=None)
                    | Q(site=None, site_area=None, station=None)
                ),
                name="policy_at_one_place",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="policy_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(tax_percent__gte=0, tax_percent__lt=100), name="policy_tax_in_percent"),
            models.CheckConstraint(
                condition=Q(min_price=None) | Q(max_price=None) | Q(max_price__gte=F("min_price")),
                name="policy_prices_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.description


class PriceComponent(models.Model):
    """One dimension of a policy's price (OCPI 2.2.1 PriceComponent with its restrictions)."""

    class Dimension(models.TextChoices):
        FLAT = "FLAT", "Flat fee"
        ENERGY = "ENERGY", "Energy, per kWh"
        TIME = "TIME", "Charging time, per hour"
        PARKING_TIME = "PARKING_TIME", "Inactivity, per hour"

    policy = models.ForeignKey(PricingPolicy, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField(default=0)
    dimension = models.CharField(max_length=12, choices=Dimension.choices)
    price = models.DecimalField(max_digits=12, decimal_places=4, validators=[MinValueValidator(0)])
    step_size = models.PositiveIntegerField(
        "blocks of",
        default=1,
        validators=[MinValueValidator(1)],
        help_text="In Wh or seconds. 1 is exact.",
    )
    grace_minutes = models.PositiveIntegerField(
        "grace period, minutes", default=0, help_text="Free minutes of inactivity."
    )

    # When the component applies; empty fields do not restrict. Days and times are in the site's time zone.
    days = models.CharField(max_length=7, blank=True, validators=[validate_days], help_text="1 is Monday, 7 is Sunday.")
    time_from = models.TimeField(null=True, blank=True)
    time_to = models.TimeField(null=True, blank=True, help_text="If earlier than “from”, it ends on the next day.")
    date_from = models.DateField(null=True, blank=True)
    date_to = models.DateField(null=True, blank=True, help_text="First day on which it no longer applies.")
    kwh_from = models.DecimalField("from kWh", max_digits=9, decimal_places=3, null=True, blank=True)
    kwh_to = models.DecimalField("to kWh", max_digits=9, decimal_places=3, null=True, blank=True)
    minutes_from = models.PositiveIntegerField("from minutes", null=True, blank=True)
    minutes_to = models.PositiveIntegerField("to minutes", null=True, blank=True)
    kw_from = models.DecimalField("from kW", max_digits=9, decimal_places=3, null=True, blank=True)
    kw_to = models.DecimalField("to kW", max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="component_price_not_negative"),
            models.CheckConstraint(condition=Q(step_size__gte=1), name="component_step_positive"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_from": None})
                    | Q(**{f"{name}_to": None})
                    | Q(**{f"{name}_to__gt": F(f"{name}_from")}),
                    name=f"component_{name}_in_order",
                )
                for name in ("date", "kwh", "minutes", "kw")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_dimension_display()}: {self.price}"
