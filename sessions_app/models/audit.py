"""Who did what to a session or station: a row for each action, whatever its outcome."""

from django.db import models

from sessions_app.models.people import Manager
from sessions_app.models.places import ChargingStation
from sessions_app.models.sessions import ChargingSession


class ActionAudit(models.Model):
    """One action of a manager: stop, unlock, close or reprice. `manager_name` outlives the account."""

    manager = models.ForeignKey(Manager, null=True, on_delete=models.SET_NULL, related_name="actions")
    manager_name = models.CharField(max_length=200)
    action = models.CharField(max_length=40)
    session = models.ForeignKey(ChargingSession, null=True, on_delete=models.SET_NULL, related_name="actions")
    station = models.ForeignKey(ChargingStation, null=True, on_delete=models.SET_NULL, related_name="actions")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = "action"
        verbose_name_plural = "audit log"
        indexes = [models.Index(fields=["-at", "-id"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.manager_name}: {self.action}, {self.outcome}"
