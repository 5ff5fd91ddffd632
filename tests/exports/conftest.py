"""Fixtures of export jobs."""

from pathlib import Path

import pytest
from pytest_django import Settings

from sessions_app.exports import tasks
from tests.support.export_jobs import Run, WriteFile
from tests.support.workers import run_tasks


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Use a separate folder for the files."""
    folder = tmp_path / "exports"
    settings.EXPORT_DIR = folder
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs the queued jobs with a function that writes their files."""

    def run(write_file: WriteFile) -> None:
        monkeypatch.setattr(tasks, "write_export", write_file)
        tasks.offer_turn()
        run_tasks()

    return run
