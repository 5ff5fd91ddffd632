"""Exports that run in the background: one row for each file."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q

from sessions_app.domain.export_state import ExportState
from sessions_app.models.people import Manager

KEPT_FOR = timedelta(hours=24)


STATE_LABELS = [
    (ExportState.QUEUED, "Waiting"),
    (ExportState.RUNNING, "Being prepared"),
    (ExportState.READY, "Ready"),
    (ExportState.FAILED, "Failed"),
    (ExportState.CANCELLED, "Cancelled"),
]


class ExportJob(models.Model):
    """A file that a manager has requested: its `kind`, `of` which tab or session, and the list's query string.

    A running job belongs to a `turn`, the id of the task that writes it. A manager has one running job at most.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    manager = models.ForeignKey(Manager, on_delete=models.CASCADE, related_name="exports")
    kind = models.CharField(max_length=20)
    of = models.CharField(max_length=20)
    params = models.TextField(blank=True)
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=STATE_LABELS, default=ExportState.QUEUED)
    turn = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_total = models.PositiveIntegerField()
    rows_done = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    site_ids = models.JSONField(default=list)  # the sites of the sessions in the file
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(null=True)  # when rows_done was reported
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "export"
        verbose_name_plural = "exports"
        constraints = [
            models.UniqueConstraint(
                fields=["manager"], condition=Q(state=ExportState.RUNNING), name="one_export_a_manager"
            ),
        ]
        indexes = [
            models.Index(fields=["manager", "-created_at"], name="export_by_manager"),
            models.Index(fields=["state", "created_at"], name="export_by_state"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.state == ExportState.RUNNING

    @property
    def is_ready(self) -> bool:
        return self.state == ExportState.READY

    @property
    def has_failed(self) -> bool:
        return self.state == ExportState.FAILED

    @property
    def is_active(self) -> bool:
        return self.state in {ExportState.QUEUED, ExportState.RUNNING}
