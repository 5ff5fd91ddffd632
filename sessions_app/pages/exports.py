"""Exports of a list or of a session, selected by the same address parameters."""

from io import BytesIO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sessions_app.exports import xlsx
from sessions_app.exports.process_stream import StreamRequest, stream_from_process
from sessions_app.exports.registry import describe_export
from sessions_app.exports.spec import DIRECT_ROWS, ExportSpec, InvalidExportQueryError
from sessions_app.models import Manager
from sessions_app.pages.requests import PageRequest

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@never_cache
def export(request: PageRequest, kind: str, of: str, suffix: str) -> HttpResponseBase:
    """Return the file; with an invalid filter return 400 and the problems, never the unfiltered table."""
    try:
        spec = describe_export(kind, of, request.GET, request.user)
    except InvalidExportQueryError as error:
        context = {"problems": error.problems}
        return render(request, "sessions/export_refused.html", context, status=400)
    if suffix == "csv":
        return _csv(spec, request.user, bom=request.GET.get("bom") != "no")
    return _offer_background_export(request, spec) if spec.is_long else _xlsx(spec)


def _csv(spec: ExportSpec, user: Manager, *, bom: bool) -> HttpResponseBase:
    """Return a short CSV at once; stream a long one from its own process so that pages stay fast.

    Neither keeps a query open while the browser reads.
    """
    headers = download_headers("text/csv; charset=utf-8", spec.name("csv"))
    if not spec.is_long:
        return HttpResponse(b"".join(spec.pieces(bom=bom)), headers=headers)
    stream_request = StreamRequest(spec.kind, spec.of, spec.params.urlencode(), user.pk)
    return StreamingHttpResponse(stream_from_process(next(spec.pieces(bom=bom)), stream_request), headers=headers)


def _offer_background_export(request: HttpRequest, spec: ExportSpec) -> HttpResponse:
    """Offer to write the file in the background; a GET must not start the job."""
    context = {"file": spec, "fields": request.GET.lists(), "limit": DIRECT_ROWS}
    return render(request, "sessions/export_long.html", context)


def _xlsx(spec: ExportSpec) -> HttpResponse:
    buffer = BytesIO()
    xlsx.write_workbook(spec.book(), buffer)
    return HttpResponse(buffer.getvalue(), headers=download_headers(XLSX_TYPE, spec.name("xlsx")))


def download_headers(content_type: str, name: str) -> dict[str, str]:
    """Return the headers that make a browser save the response as `name`."""
    return {
        "Content-Type": content_type,
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
        "X-Accel-Buffering": "no",  # a proxy must not hold the first rows back
    }
