"""Long files: asked for here, made by a worker, shown with their progress, and downloaded when ready.

Pages ask every second how far they are, only while there are any: that works across server processes
and restarts, needs no state in any of them, and costs one indexed query.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sessions_app.domain import wording
from sessions_app.exports import worker, xlsx
from sessions_app.exports.streaming import streamed
from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR
from sessions_app.pages.asked import FILES
from sessions_app.pages.exports import XLSX, headers
from sessions_app.pages.files import File, RefusedError
from sessions_app.pages.requests import PageRequest
from sessions_app.queries import exports as queries
from sessions_app.store import exports as store

BLOCK = 262_144
QUIET_AFTER = timedelta(seconds=5)  # ten beats: what is told of the progress would not be true any more
INTERRUPTED = "Interrupted: it restarts automatically within 30 seconds"
ADDRESSES: dict[str, Callable[[str], str]] = {
    "sessions": lambda tab: reverse("export", args=[tab, "xlsx"]),
    "intervals": lambda tab: reverse("export-intervals", args=[tab, "xlsx"]),
    "samples": lambda pk: reverse("session-samples", args=[pk, "xlsx"]),
}
State = ExportJob.State
STATES = {
    State.READY: "ready",
    State.RUNNING: "being prepared",
    State.QUEUED: "waiting",
    State.FAILED: "failed",
}


@dataclass(frozen=True)
class Card:
    """What the page says of a file."""

    job: ExportJob
    text: str


def make(job: ExportJob, to: Path, progress: worker.Progress) -> int:
    """Write the job's workbook, as whoever asked for it may see it now; return how many rows it has."""
    file = FILES[job.kind](QueryDict(job.params), job.of, job.manager)
    return xlsx.write(file.book(), to, progress=progress)


@require_POST
def export_start(request: PageRequest, kind: str, of: str) -> HttpResponse:
    """Begin a workbook: a short one is downloaded at once, a long one goes to the queue."""
    params = request.POST.copy()
    params.pop("csrfmiddlewaretoken", None)
    address = f"{ADDRESSES[kind](of)}?{params.urlencode()}"
    try:
        file = FILES[kind](params, of, request.user)
        if not file.is_long:
            return _go(request, address)
        store.export_add(_job(file, request.user))
    except RefusedError:
        return _go(request, address)  # which says what is wrong
    except store.TooManyExportsError:
        return _tray(request, problem="Five of your files are being prepared. Wait for one, or cancel one.")
    worker.wake()
    return _tray(request) if request.htmx else redirect("exports")


def _job(file: File, manager: Manager) -> ExportJob:
    return ExportJob(
        manager=manager,
        kind=file.kind,
        of=file.of,
        params=file.params.urlencode(),
        name=file.name("xlsx"),
        rows_total=file.rows(None),
        created_at=file.now,
    )


def _go(request: PageRequest, address: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


@require_safe
@never_cache
def exports(request: PageRequest) -> HttpResponse:
    """Show the manager's files; who opens them also sees to it that those of yesterday are gone."""
    if not request.htmx:
        worker.tidy()
    return _tray(request)


def _tray(request: PageRequest, problem: str = "") -> HttpResponse:
    """Answer with the files; who looks also sees to it that somebody makes them."""
    now = timezone.now()
    jobs = queries.exports_of(request.user, at=now)
    if any(job.state == State.QUEUED or _is_silent(job, now, store.LOST_AFTER) for job in jobs):
        worker.wake()
    context = {
        "cards": [Card(job, _said(job, now)) for job in jobs],
        "line": _line(jobs),
        "is_active": any(job.is_active for job in jobs),
        "problem": problem,
    }
    return render(request, _template(request), context)


def _template(request: PageRequest) -> str:
    """Return how the files are shown: a line above a table, cards on a page of their own."""
    if not request.htmx:
        return "exports/list.html"
    return "exports/_tray.html" if request.htmx.target == "exports" else "exports/_cards.html"


def _line(jobs: list[ExportJob]) -> str:
    """Return all files in one line: `5 files: 1 ready, 2 being made, 2 waiting`.

    What is being made stands below the line by itself: alone it needs none.
    """
    counts = Counter(job.state for job in jobs)
    said = [(counts[state], words) for state, words in STATES.items() if counts[state]]
    if not jobs or counts[State.RUNNING] == len(jobs):
        return ""
    files = "1 file" if len(jobs) == 1 else f"{len(jobs)} files"
    if len(said) == 1:
        return f"{files} {said[0][1]}"
    return f"{files}: {', '.join(f'{number} {words}' for number, words in said)}"


def _is_silent(job: ExportJob, now: datetime, time: timedelta) -> bool:
    """Return whether whoever makes the file has said nothing for that time."""
    return job.state == State.RUNNING and job.beat_at is not None and job.beat_at < now - time


def _said(job: ExportJob, now: datetime) -> str:
    match job.state:
        case State.QUEUED:
            return "Waiting: two files are prepared at a time"
        case State.RUNNING:
            return INTERRUPTED if _is_silent(job, now, QUIET_AFTER) else _progress(job, now)
        case State.READY:
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
def export_drop(request: PageRequest, job_id: UUID) -> HttpResponse:
    """Cancel a file that is still to come, or throw away one that is there."""
    if not store.export_drop(job_id, request.user, at=timezone.now()):
        raise Http404
    worker.file_of(job_id).unlink(missing_ok=True)
    return _tray(request) if request.htmx else redirect("exports")


@require_safe
@never_cache
def export_file(request: PageRequest, job_id: UUID) -> StreamingHttpResponse:
    """Give the file to whoever asked for it, as long as he may see all that is in it."""
    job = queries.export_file(request.user, job_id, at=timezone.now())
    path = worker.file_of(job_id)
    if job is None or not path.exists():
        raise Http404
    length = {"Content-Length": str(path.stat().st_size)}
    return StreamingHttpResponse(streamed(partial(_blocks, path)), headers=headers(XLSX, job.name) | length)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
