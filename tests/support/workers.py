"""Workers of background tasks: in this process for one pass, or a process of their own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django_tasks_db.management.commands.db_worker import Worker

from tests.support.serving import ROOT, database_url

ENDS_WITHIN_S = 20.0


def run_tasks(worker_id: str = "here") -> None:
    """Run the tasks in the queue, and those that they put into it, until none is left."""
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    ).run()


def start(database: dict[str, Any], folder: Path, *, worker_id: str, queue: str = "*") -> "subprocess.Popen[bytes]":
    """Start `manage.py work` on the test database. Its files go to `exports` in the folder, its log to `work.txt`."""
    with (folder / f"work-{worker_id}.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "work", "--worker-id", worker_id, "--queue-name", queue, "--interval", "0.1"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
                "DATABASE_URL": database_url(database),
                "TERRAFUSE_TEST_EXPORT_DIR": str(folder / "exports"),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End the worker as a service manager does: after its task, or by force."""
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
