"""Background exports: started here, written by a worker, shown with their progress, and downloaded.

Pages poll every second while any is active: that works across server processes and restarts, without
state in any of them, for one indexed query.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sessions_app.domain import wording
from sessions_app.domain.export_state import ExportState
from sessions_app.exports.files import file_path
from sessions_app.exports.registry import EXPORTS, describe_export
from sessions_app.exports.spec import ExportSpec, InvalidExportQueryError
from sessions_app.exports.streaming import stream_from_thread
from sessions_app.exports.tasks import request_export
from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR
from sessions_app.pages.exports import XLSX_TYPE, download_headers
from sessions_app.pages.requests import PageRequest
from sessions_app.queries import exports as queries
from sessions_app.store import exports as store

FILE_BLOCK_SIZE = 262_144
STALLED_AFTER = timedelta(seconds=5)  # ten reports are missing: the progress shown is outdated
INTERRUPTED = "Interrupted: it restarts automatically within 30 seconds"
STATES = {
    ExportState.READY: "ready",
    ExportState.RUNNING: "being prepared",
    ExportState.QUEUED: "waiting",
    ExportState.FAILED: "failed",
}


@dataclass(frozen=True)
class ExportCard:
    """A file and its status text."""

    job: ExportJob
    text: str


@require_POST
def start_export(request: PageRequest, kind: str, of: str) -> HttpResponse:
    """Start a workbook: download a short one at once, queue a long one."""
    params = request.POST.copy()
    params.pop("csrfmiddlewaretoken", None)
    url = f"{reverse(EXPORTS[kind].url_name, args=[of, 'xlsx'])}?{params.urlencode()}"
    try:
        spec = describe_export(kind, of, params, request.user)
        if not spec.is_long:
            return _redirect(request, url)
        request_export(_job(spec, request.user))
    except InvalidExportQueryError:
        return _redirect(request, url)  # it shows the errors
    except store.TooManyExportsError:
        return _exports_response(request, problem="Five of your files are being prepared: wait for one, or cancel one.")
    return _exports_response(request) if request.htmx else redirect("exports")


def _job(spec: ExportSpec, manager: Manager) -> ExportJob:
    return ExportJob(
        manager=manager,
        kind=spec.kind,
        of=spec.of,
        params=spec.params.urlencode(),
        name=spec.name("xlsx"),
        rows_total=spec.rows(None),
        created_at=spec.now,
    )


def _redirect(request: PageRequest, url: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)


@require_safe
@never_cache
def list_exports(request: PageRequest) -> HttpResponse:
    """Show the manager's files."""
    return _exports_response(request)


def _exports_response(request: PageRequest, problem: str = "") -> HttpResponse:
    """Return the manager's files."""
    now = timezone.now()
    jobs = queries.manager_exports(request.user, at=now)
    context = {
        "cards": [ExportCard(job, _status_text(job, now)) for job in jobs],
        "line": _summary_line(jobs),
        "is_active": any(job.is_active for job in jobs),
        "problem": problem,
    }
    return render(request, _template(request), context)


def _template(request: PageRequest) -> str:
    """Return the template: a line above a table, or cards on their own page."""
    if not request.htmx:
        return "exports/list.html"
    return "exports/_tray.html" if request.htmx.target == "exports" else "exports/_cards.html"


def _summary_line(jobs: list[ExportJob]) -> str:
    """Return a summary: `5 files: 1 ready, 2 being prepared, 2 waiting`; "" if all are running.

    Running files have cards of their own below the line.
    """
    counts = Counter(job.state for job in jobs)
    state_counts = [(counts[state], words) for state, words in STATES.items() if counts[state]]
    if not jobs or counts[ExportState.RUNNING] == len(jobs):
        return ""
    files = "1 file" if len(jobs) == 1 else f"{len(jobs)} files"
    if len(state_counts) == 1:
        return f"{files} {state_counts[0][1]}"
    return f"{files}: {', '.join(f'{number} {words}' for number, words in state_counts)}"


def _is_stalled(job: ExportJob, now: datetime) -> bool:
    """Return whether the job's worker no longer reports its progress."""
    return job.progress_at is not None and job.progress_at < now - STALLED_AFTER


def _status_text(job: ExportJob, now: datetime) -> str:
    match job.state:
        case ExportState.QUEUED:
            return "Waiting: your files are prepared one at a time"
        case ExportState.RUNNING:
            return INTERRUPTED if _is_stalled(job, now) else _progress(job, now)
        case ExportState.READY:
            kept = (job.finished_at or now) + KEPT_FOR - now
            return f"Ready: {job.rows_total:,} rows, kept for {wording.duration(kept.total_seconds())}"
    return job.error


def _progress(job: ExportJob, now: datetime) -> str:
    if not job.rows_done or job.started_at is None:
        return "Starting"
    if job.rows_done >= job.rows_total:
        return "Finishing"
    left_s = (now - job.started_at).total_seconds() * (job.rows_total / job.rows_done - 1)
    return f"{job.rows_done:,} of {job.rows_total:,} rows, about {wording.duration(left_s + 1)} left"


@require_POST
def delete_export(request: PageRequest, job_id: UUID) -> HttpResponse:
    """Cancel a file that is not ready, or delete one that is."""
    if not store.export_delete(job_id, request.user, at=timezone.now()):
        raise Http404
    file_path(job_id).unlink(missing_ok=True)
    return _exports_response(request) if request.htmx else redirect("exports")


@require_safe
@never_cache
def download_export(request: PageRequest, job_id: UUID) -> StreamingHttpResponse:
    """Send the file to its manager, as long as they may see all of its rows."""
    job = queries.downloadable_export(request.user, job_id, at=timezone.now())
    path = file_path(job_id)
    if job is None or not path.exists():
        raise Http404
    headers = download_headers(XLSX_TYPE, job.name) | {"Content-Length": str(path.stat().st_size)}
    return StreamingHttpResponse(stream_from_thread(partial(_blocks, path)), headers=headers)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(FILE_BLOCK_SIZE):
            yield block
