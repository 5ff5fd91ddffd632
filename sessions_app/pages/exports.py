"""Exports: the file of what a list's address asks for, never of anything else."""

from io import BytesIO

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sessions_app.exports import xlsx
from sessions_app.exports.process_stream import stream_from_process
from sessions_app.exports.streaming import stream_from_thread
from sessions_app.models import Manager
from sessions_app.pages.export_spec import DIRECT_ROWS, ExportSpec, InvalidExportQueryError
from sessions_app.pages.export_specs import EXPORTS
from sessions_app.pages.requests import PageRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@never_cache
def export(request: PageRequest, kind: str, of: str, suffix: str) -> HttpResponseBase:
    """Give the file, or say which filter is wrong: never the unfiltered table."""
    try:
        file = EXPORTS[kind](request.GET, of, request.user)
    except InvalidExportQueryError as refused:
        context = {"problems": refused.problems}
        return render(request, "sessions/export_refused.html", context, status=400)
    if suffix == "csv":
        return _csv(file, request.user, bom=request.GET.get("bom") != "no")
    return _long(request, file) if file.is_long else _xlsx(file)


class StreamRequest(msgspec.Struct):
    """What the process that prints a long CSV is asked for."""

    kind: str
    of: str
    params: str
    manager: int


def _csv(file: ExportSpec, user: Manager, *, bom: bool) -> StreamingHttpResponse:
    """Stream the CSV: a short one from a thread, a long one from a process that leaves pages alone."""
    if file.is_long:
        asked = StreamRequest(file.kind, file.of, file.params.urlencode(), user.pk)
        pieces = stream_from_process(next(file.pieces(bom=bom)), msgspec.json.encode(asked))
    else:
        pieces = stream_from_thread(lambda: file.pieces(bom=bom))
    return StreamingHttpResponse(pieces, headers=headers("text/csv; charset=utf-8", file.name("csv")))


def _long(request: HttpRequest, file: ExportSpec) -> HttpResponse:
    """Offer to make the file in the background: reading an address must not begin it."""
    context = {"file": file, "fields": request.GET.lists(), "limit": DIRECT_ROWS}
    return render(request, "sessions/export_long.html", context)


def _xlsx(file: ExportSpec) -> HttpResponse:
    written = BytesIO()
    xlsx.write_workbook(file.book(), written)
    return HttpResponse(written.getvalue(), headers=headers(XLSX, file.name("xlsx")))


def headers(content_type: str, name: str) -> dict[str, str]:
    """Return what makes a browser save the answer as a file of that name."""
    return {
        "Content-Type": content_type,
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
        "X-Accel-Buffering": "no",  # a proxy must not hold the first rows back
    }
