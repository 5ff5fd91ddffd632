"""`manage.py run_exports`: makes the long files that managers have asked for; the server starts it."""

import os
import signal
import tempfile
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from sessions_app.exports import worker
from sessions_app.pages.export_jobs import write_export


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Command(BaseCommand):
    help = "Make the long files that managers have asked for, until none waits."

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(10)  # pages first
        signal.signal(signal.SIGTERM, _interrupt)
        tempfile.tempdir = str(worker.folder())  # openpyxl's parts: what is left there is tidied away
        worker.run_jobs(write_export)
