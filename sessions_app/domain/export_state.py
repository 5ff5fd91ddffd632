"""The states of an export."""

from enum import StrEnum


class ExportState(StrEnum):
    """How far the file of an export is."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
