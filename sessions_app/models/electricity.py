"""What the electricity of a site costs: its supply, not the price of a session."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from sessions_app.models.places import Site, validate_currency
from sessions_app.models.pricing import validate_days


class ElectricityCost(models.Model):
    """The cost of a kWh at a site in one tariff window, from a date on.

    The costs of the latest `valid_from` replace all earlier ones. Days and times are in the site's time zone;
    empty fields do not restrict. Where no window applies the cost is unknown.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="electricity_costs")
    valid_from = models.DateField(help_text="From this day these costs replace all earlier ones.")
    days = models.CharField(max_length=7, blank=True, validators=[validate_days], help_text="1 is Monday, 7 is Sunday.")
    time_from = models.TimeField(null=True, blank=True)
    time_to = models.TimeField(null=True, blank=True, help_text="Earlier than from: past midnight.")
    price_per_kwh = models.DecimalField(
        "cost per kWh", max_digits=10, decimal_places=5, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, validators=[validate_currency])

    class Meta:
        verbose_name = "cost of electricity"
        verbose_name_plural = "cost of electricity"
        constraints = [
            models.CheckConstraint(condition=Q(price_per_kwh__gte=0), name="electricity_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.price_per_kwh} per kWh from {self.valid_from:%Y-%m-%d}"
