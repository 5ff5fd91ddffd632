"""Charging sessions, their meter samples, and messages that could not be recorded."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from sessions_app.domain.match_reasons import MATCH_REASON_LABELS
from sessions_app.domain.station_states import StopReason
from sessions_app.models.choices import enum_choices
from sessions_app.models.people import Driver, IdTag
from sessions_app.models.places import ChargingStation, Connector, Site, SiteArea
from sessions_app.models.pricing import PricingPolicy


class ChargingSession(models.Model):
    """One OCPP transaction: in progress until `ended_at` is set, then history.

    The id is the OCPP transactionId. `domain.figures` computes the figures; `totals` stores its state for
    the next reading. Energy in Wh, power in W, current in A, state of charge in %.
    """

    # Where and who. Site and area are the station's at the start: moving a station does not change history.
    station = models.ForeignKey(ChargingStation, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    connector = models.ForeignKey(
        Connector, null=True, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    site_area = models.ForeignKey(SiteArea, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    driver = models.ForeignKey(Driver, null=True, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    id_tag = models.ForeignKey(IdTag, null=True, on_delete=models.SET_NULL, related_name="sessions")
    id_tag_value = models.CharField(max_length=255, blank=True)
    # A transactionId from the station itself (started offline) or from another system.
    station_transaction_id = models.CharField(max_length=64, blank=True)
    station_transaction_uses = models.PositiveSmallIntegerField(default=0)  # messages that confirm it, 2 at most

    # State, by the rules of domain.lifecycle
    started_at = models.DateTimeField()
    meter_start_wh = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    stopped_at = models.DateTimeField(null=True)
    meter_stop_wh = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    unplugged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=64, blank=True, choices=enum_choices(StopReason))
    ended_by = models.CharField(max_length=200, blank=True)
    is_provisional = models.BooleanField(default=False)

    # Figures, by the rules of domain.figures
    energy_wh = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    power_w = models.FloatField(null=True)
    peak_power_w = models.FloatField(null=True)
    limit_a = models.FloatField(null=True)
    idle_s = models.PositiveIntegerField(default=0)
    held_back_s = models.PositiveIntegerField(default=0)
    estimated_wh = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    energy_correction = models.TextField(blank=True, help_text="Which energy an operator has set, if any.")
    counts_stop = models.BooleanField(default=False, help_text="Stop − start is the energy.")
    battery_start = models.FloatField(null=True)
    battery = models.FloatField(null=True)
    reading_count = models.PositiveIntegerField("readings", default=0)
    last_reading_at = models.DateTimeField(null=True)
    clock_lag_s = models.FloatField(null=True)
    sample_interval_s = models.FloatField(null=True)
    clock_offset_s = models.FloatField(null=True)
    start_received_at = models.DateTimeField(null=True)
    start_stated_at = models.DateTimeField(null=True)
    flags = models.PositiveIntegerField(default=0)
    flag_details = models.TextField(blank=True)
    statuses = models.TextField(blank=True)
    totals = models.TextField(blank=True)

    # Price, by domain.pricing: the policy's copy at the start, and its price lines
    policy = models.ForeignKey(
        PricingPolicy, null=True, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    tariff = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    price_lines = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector"],
                condition=Q(ended_at=None, connector__isnull=False),
                name="one_open_session_for_a_connector",
            ),
            models.UniqueConstraint(
                fields=["station", "station_transaction_id"],
                condition=~Q(station_transaction_id=""),
                name="one_session_for_a_station_transaction",
            ),
            models.CheckConstraint(condition=Q(energy_wh__gte=0), name="energy_not_negative"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-started_at", "-id"], name="session_by_site"),
            models.Index(fields=["-started_at", "-id"], name="session_by_start"),
            # At which sites a driver has charged, an area has been, and so on.
            *(
                models.Index(fields=[name, "site"], name=f"session_by_{name}")
                for name in ("driver", "site_area", "connector", "policy")
            ),
            models.Index(fields=["station", "site"], name="session_station_site"),
            # Also gives PostgreSQL statistics on sessions per driver: it uses none of partial indexes, and its
            # default estimate sometimes made it read the whole history for a few drivers.
            models.Index(Coalesce(F("driver_id"), Value(0)), F("site"), name="session_by_person"),
            models.Index(fields=["station", "-started_at"], name="session_by_station"),
            models.Index(fields=["site", "-started_at"], condition=Q(ended_at=None), name="session_open"),
            models.Index(fields=["-started_at", "-id"], condition=~Q(flags=0), name="session_to_look_at"),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"

    @property
    def is_in_progress(self) -> bool:
        return self.ended_at is None


class MeterSample(models.Model):
    """One reading of a session, and the session's figures at that time.

    `number` counts the samples of a session in order of arrival: a live graph continues after the last
    one it has. A late sample has a high number and an early `at`.
    """

    pk = models.CompositePrimaryKey("session_id", "at")
    session = models.ForeignKey(ChargingSession, on_delete=models.CASCADE, related_name="samples", db_index=False)
    at = models.DateTimeField()
    number = models.PositiveIntegerField()

    # Reported by the station, parsed by domain.meter
    register_wh = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    power_w = models.FloatField(null=True)
    offered_a = models.FloatField(null=True)
    offered_w = models.FloatField(null=True)
    soc_percent = models.FloatField(null=True)
    voltage_v = models.FloatField(null=True)
    current_l1_a = models.FloatField(null=True)
    current_l2_a = models.FloatField(null=True)
    current_l3_a = models.FloatField(null=True)
    interval_wh = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    export_w = models.FloatField(null=True)
    export_wh = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    inlet = models.PositiveSmallIntegerField(default=0)
    is_named = models.BooleanField(default=True)
    received_at = models.DateTimeField(null=True)
    stated_at = models.DateTimeField(null=True)

    # Computed by domain.figures
    energy_wh = models.DecimalField(max_digits=15, decimal_places=3)
    grid_power_w = models.FloatField(null=True)
    limit_a = models.FloatField(null=True)
    idle_s = models.PositiveIntegerField(default=0)
    held_back_s = models.PositiveIntegerField(default=0)
    is_estimated = models.BooleanField(default=False)
    price = models.DecimalField(max_digits=14, decimal_places=3, null=True)

    class Meta:
        indexes = [models.Index(fields=["session", "number"], name="sample_by_number")]

    def __str__(self) -> str:
        return f"Sample {self.number} of session {self.session_id}"


class DownsampledSeries(models.Model):
    """A long session's samples up to `last_number`, downsampled to a few thousand points.

    A graph of 200,000 readings is drawn from these points and the later samples.
    """

    session = models.OneToOneField(
        ChargingSession, on_delete=models.CASCADE, primary_key=True, related_name="downsampled"
    )
    last_number = models.PositiveIntegerField(help_text="The highest number of a reading in it.")
    curve = models.TextField()

    def __str__(self) -> str:
        return f"Downsampled series of session {self.session_id}"


class DeadLetter(models.Model):
    """A station's message that could not be recorded, stored whole so that nothing acknowledged is lost."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE)
    action = models.CharField(max_length=64)
    payload = models.TextField()
    error = models.TextField()
    reason = models.CharField(max_length=64, blank=True, choices=list(MATCH_REASON_LABELS.items()))
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.action} from {self.station}"
