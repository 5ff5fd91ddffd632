"""Asking a station to stop a session: the question, the wait, and what the station answered."""

import logging
from datetime import timedelta
from http import HTTPStatus

from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sessions_app import announce
from sessions_app.access import may_command, visible_to
from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.pages.requests import PageRequest
from sessions_app.pages.tabs import IN_PROGRESS
from sessions_app.queries.audits import STOP
from sessions_app.store.audits import ACCEPTED, NO_ANSWER, REJECTED, WAITING, audit_begin, audit_settle

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
ACTION = STOP
WORDS = {
    WAITING: "Waiting for the station to answer.",
    ACCEPTED: "The session ends when the station confirms the stop.",
    REJECTED: "The station refused to stop this session.",
    NO_ANSWER: "The station has not answered within 30 seconds. It may be offline.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: PageRequest, pk: int) -> HttpResponse:
    """Ask whether to stop a session in progress; when that is answered, ask the station."""
    sessions = visible_to(request.user).select_related("station", "driver", "connector")
    session = get_object_or_404(sessions, pk=pk)
    if not may_command(request.user, session.site_id):
        raise PermissionDenied("Only managers of a site can stop its sessions.")
    if request.method != "POST" or not session.is_in_progress:
        return _stop_page(request, session, None)
    audit = audit_begin(request.user, action=ACTION, session=session, at=timezone.now())
    if not session.station.is_online:
        audit_settle(audit.pk, outcome=NO_ANSWER, detail="The station is offline.")
    elif not _ask(session, audit):
        audit_settle(
            audit.pk,
            outcome=NO_ANSWER,
            detail="The station cannot be reached at the moment. Try again later.",
        )
    audit.refresh_from_db()
    return _stop_page(request, session, audit)


def _ask(session: ChargingSession, audit: ActionAudit) -> bool:
    """Send the command to whichever process holds the station's socket; False where the layer is away."""
    own = session.station_transaction_id  # OCPP 1.6: any integer, below zero too
    command = announce.StationCommand(
        type="station.command",
        command="RemoteStopTransaction",
        payload={"transactionId": int(own) if own.removeprefix("-").isdecimal() else session.pk},
        audit=audit.pk,
    )
    try:
        async_to_sync(announce.send)(announce.station_group(session.station_id), command)
    except Exception:
        logger.exception("The channel layer is away: session %d was not asked to stop", session.pk)
        return False
    return True


@never_cache
@require_safe
def stop_outcome(request: PageRequest, pk: int, audit_pk: int) -> HttpResponse:
    """Say what the station has answered so far; after half a minute there is no answer.

    Whoever waits for news in the page is told nothing while there is none.
    """
    session = get_object_or_404(visible_to(request.user).select_related("station", "driver"), pk=pk)
    audit = get_object_or_404(ActionAudit, pk=audit_pk, session=session, action=ACTION)
    if audit.outcome == WAITING and timezone.now() - audit.at > PATIENCE:
        audit_settle(audit.pk, outcome=NO_ANSWER)
        audit.refresh_from_db()
    if request.htmx and audit.outcome == WAITING:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _stop_page(request, session, audit)


def _stop_page(request: PageRequest, session: ChargingSession, audit: ActionAudit | None) -> HttpResponse:
    """Show the question in the menu, what came of it among the notices, or either on a page of its own."""
    question, outcome = "sessions/_stop.html", "sessions/_outcome.html"
    words = (audit.detail or WORDS.get(audit.outcome, audit.outcome)) if audit else ""
    context = {"session": session, "audit": audit, "words": words, "panel": question, "tab": IN_PROGRESS}
    is_asked = request.method != "POST" and audit is None
    part = question if is_asked else outcome
    return render(request, part if request.htmx else "sessions/panel.html", context)
