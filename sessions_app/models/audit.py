"""Who did what to a session or station: a row for each action, whatever its outcome."""

from django.db import models

from sessions_app.domain.station_states import Action, CommandOutcome, EditOutcome
from sessions_app.models.choices import enum_choices
from sessions_app.models.people import Manager
from sessions_app.models.places import ChargingStation
from sessions_app.models.sessions import ChargingSession


class ActionAudit(models.Model):
    """One action of a manager and its outcome. `manager_name` outlives the account."""

    manager = models.ForeignKey(Manager, null=True, on_delete=models.SET_NULL, related_name="actions")
    manager_name = models.CharField(max_length=200)
    action = models.CharField(max_length=40, choices=enum_choices(Action))
    session = models.ForeignKey(ChargingSession, null=True, on_delete=models.SET_NULL, related_name="actions")
    station = models.ForeignKey(ChargingStation, null=True, on_delete=models.SET_NULL, related_name="actions")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=40, choices=enum_choices(CommandOutcome, EditOutcome))
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = "action"
        verbose_name_plural = "audit log"
        indexes = [models.Index(fields=["-at", "-id"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.manager_name}: {self.action}, {self.outcome}"

    @property
    def is_waiting(self) -> bool:
        return self.outcome == CommandOutcome.WAITING

    @property
    def is_accepted(self) -> bool:
        return self.outcome == CommandOutcome.ACCEPTED
