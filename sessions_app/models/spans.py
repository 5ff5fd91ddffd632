"""What each connector's status and each station's connection were over time. Kept for ever."""

from django.db import models
from django.db.models import F, Q

from sessions_app.domain.wording import connector_letter
from sessions_app.models.places import ChargingStation, Connector


class StatusSpan(models.Model):
    """A status of a connector (StatusNotification), from the stated time to the next one.

    `connector_number` is OCPP's: 0 is the whole station. Its current status is the span without `to_at`.
    """

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="status_spans", db_index=False)
    connector_number = models.PositiveIntegerField("connector")
    status = models.CharField(max_length=64)
    error_code = models.CharField(max_length=64, blank=True)
    from_at = models.DateTimeField("from", help_text="As the station stated it, else when it arrived.")
    to_at = models.DateTimeField("to", null=True)
    received_at = models.DateTimeField("received", help_text="When it arrived, by our clock.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "connector_number", "from_at", "status", "error_code"], name="status_span_once"
            ),
            models.CheckConstraint(
                condition=Q(to_at=None) | Q(to_at__gte=F("from_at")), name="status_span_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "connector_number", "to_at"], name="status_span_by_end"),
            # With the index above alone, PostgreSQL sometimes reads all spans of a station for the open one.
            models.Index(fields=["station", "connector_number"], condition=Q(to_at=None), name="status_span_open"),
        ]

    def __str__(self) -> str:
        connector = f" {connector_letter(self.connector_number)}" if self.connector_number else ""
        return f"{self.station}{connector}: {self.status}"


class ConnectionSpan(models.Model):
    """A connection of a station to us, by our clock.

    If the end is not recorded, because the process died, it is the time when the station was last heard from.
    """

    station = models.ForeignKey(
        ChargingStation, on_delete=models.CASCADE, related_name="connection_spans", db_index=False
    )
    connection = models.CharField(max_length=36)
    connected_at = models.DateTimeField("connected")
    disconnected_at = models.DateTimeField("disconnected", null=True)
    is_end_recorded = models.BooleanField("end is recorded", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "connected_at", "connection"], name="connection_span_once"),
            models.CheckConstraint(
                condition=Q(disconnected_at=None) | Q(disconnected_at__gte=F("connected_at")),
                name="connection_span_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["station"], condition=Q(is_end_recorded=False), name="connection_span_unfinished")
        ]

    def __str__(self) -> str:
        return f"{self.station}: {self.connection}"


class PlannedDowntime(models.Model):
    """A time for which an operator has taken a connector, or all of a station, out of order.

    Uptime leaves it out. Without `to_at` it lasts until further notice.
    """

    station = models.ForeignKey(
        ChargingStation, null=True, blank=True, on_delete=models.CASCADE, related_name="planned_downtimes"
    )
    connector = models.ForeignKey(
        Connector, null=True, blank=True, on_delete=models.CASCADE, related_name="planned_downtimes"
    )
    from_at = models.DateTimeField("from")
    to_at = models.DateTimeField("to", null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="For example: cable is replaced.")

    class Meta:
        verbose_name_plural = "planned downtime"
        constraints = [
            models.CheckConstraint(
                condition=Q(station=None, connector__isnull=False) | Q(station__isnull=False, connector=None),
                name="downtime_of_station_or_connector",
            ),
            models.CheckConstraint(
                condition=Q(to_at=None) | Q(to_at__gt=F("from_at")), name="downtime_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station or self.connector}: {self.reason or 'planned downtime'}"
