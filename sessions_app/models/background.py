"""What the worker processes note: that they are alive, and when a schedule is due."""

from django.db import models


class WorkerHeartbeat(models.Model):
    """A worker process, and when it last reported that it is alive."""

    worker_id = models.CharField(primary_key=True, max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker_id


class ScheduleState(models.Model):
    """When a schedule puts its task into the queue next."""

    name = models.CharField(primary_key=True, max_length=50)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
