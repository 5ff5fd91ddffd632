"""`manage.py work`: a worker process for background tasks, with its upkeep."""

import logging
import os
import socket
import tempfile
from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands import db_worker

from sessions_app.background.time_limits import time_limits
from sessions_app.background.upkeep import upkeep
from sessions_app.exports.files import export_dir


class Command(db_worker.Command):
    help = "Run background tasks. Two workers must not have the same --worker-id."
    requires_system_checks = []  # they load the pages

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", interval=0.5, reload=False, startup_delay=False)
        parser.set_defaults(worker_id=f"{socket.gethostname()}-{os.getpid()}"[:64])

    def configure_logging(self, verbosity: int) -> None:
        """Log failed tasks; a line for each task only when more is asked for."""
        level = logging.ERROR if verbosity < 2 else logging.INFO
        for name in ("django_tasks", "django_tasks_db"):
            logging.getLogger(name).setLevel(level)

    def handle(self, *, worker_id: str, **options: Any) -> None:
        os.nice(10)  # pages and stations have priority
        tempfile.tempdir = str(export_dir())  # for openpyxl's temporary files: leftovers expire there
        with time_limits(), upkeep(worker_id):
            super().handle(worker_id=worker_id, **options)
