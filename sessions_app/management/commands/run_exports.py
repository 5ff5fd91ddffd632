"""`manage.py run_exports`: write the files of export jobs. The server starts it."""

import os
import signal
import tempfile
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from sessions_app.exports import worker


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Command(BaseCommand):
    requires_system_checks = []  # they load the pages
    help = "Write the files of queued export jobs until none is left."

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(10)  # pages have priority
        signal.signal(signal.SIGTERM, _interrupt)
        tempfile.tempdir = str(worker.export_dir())  # for openpyxl's temporary files: leftovers expire there
        worker.run_jobs(worker.write_export)
