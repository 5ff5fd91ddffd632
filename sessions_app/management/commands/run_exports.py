"""`manage.py run_exports`: makes the long files that managers have asked for; the server starts it."""

import os
import signal
import tempfile
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from sessions_app.exports import worker
from sessions_app.pages.jobs import make


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Command(BaseCommand):
    help = "Create the queued export files, then exit."

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(10)  # pages first
        signal.signal(signal.SIGTERM, _interrupt)
        tempfile.tempdir = str(worker.folder())  # openpyxl's parts: what is left there is tidied away
        worker.work(make)
