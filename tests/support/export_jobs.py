"""Export jobs of tests, and files that are written at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone

from sessions_app.exports.job_file import Progress
from sessions_app.models import ExportJob, Manager
from tests.support import builders

WriteFile = Callable[[ExportJob, Path, Progress], int]
Run = Callable[[WriteFile], None]


def queue_job(manager: Manager | None = None, **fields: Any) -> ExportJob:
    """Create a job, by default of a new manager."""
    manager = manager or builders.many_managers(1)[0]
    defaults = {"kind": "sessions", "of": "history", "name": "x.xlsx", "rows_total": 10}
    return ExportJob.objects.create(manager=manager, **(defaults | {"created_at": timezone.now()} | fields))


def write_little(job: ExportJob, to: Path, progress: Progress) -> int:
    """Write two bytes in place of a workbook of seven rows."""
    to.write_bytes(b"PK")
    return 7
