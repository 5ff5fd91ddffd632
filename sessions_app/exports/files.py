"""The directory of finished export files."""

from contextlib import suppress
from pathlib import Path
from time import time
from uuid import UUID

from django.conf import settings

from sessions_app.models.exports import KEPT_FOR


def export_dir() -> Path:
    """Return the directory of the files; create it if it is missing."""
    path = Path(settings.EXPORT_DIR)
    path.mkdir(parents=True, exist_ok=True)
    return path


def file_path(job_id: UUID) -> Path:
    """Return the path of the job's finished file."""
    return export_dir() / f"{job_id}.xlsx"


def delete_expired_files() -> None:
    """Delete the files whose retention time has passed."""
    for path in export_dir().iterdir():
        with suppress(FileNotFoundError):  # another worker deletes files, too
            if path.stat().st_mtime < time() - KEPT_FOR.total_seconds():
                path.unlink()
