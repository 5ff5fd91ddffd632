"""Remote stop of a session: the question, the wait, and the station's answer."""

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
from sessions_app.lists.tabs import IN_PROGRESS
from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.pages.requests import PageRequest
from sessions_app.queries.audits import STOP
from sessions_app.store.audits import ACCEPTED, NO_ANSWER, REJECTED, WAITING, audit_begin, audit_settle

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT = timedelta(seconds=30)
OUTCOME_TEXTS = {
    WAITING: "Waiting for the station to answer.",
    ACCEPTED: "The station accepted. The session ends when the station reports it.",
    REJECTED: "The station refused to stop this session.",
    NO_ANSWER: "The station has not answered within 30 seconds. It may be offline.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_charging(request: PageRequest, pk: int) -> HttpResponse:
    """Ask for confirmation (GET), then send the stop command to the station (POST)."""
    sessions = visible_to(request.user).select_related("station", "driver", "connector")
    session = get_object_or_404(sessions, pk=pk)
    if not may_command(request.user, session.site_id):
        raise PermissionDenied("Only managers of a site can stop its sessions.")
    if request.method != "POST" or not session.is_in_progress:
        return _stop_page(request, session, None)
    audit = audit_begin(request.user, action=STOP, session=session, at=timezone.now())
    if not session.station.is_online:
        audit_settle(audit.pk, outcome=NO_ANSWER, detail="The station is offline.")
    elif not _send_stop(session, audit):
        audit_settle(audit.pk, outcome=NO_ANSWER, detail="The station cannot be reached now. Try again later.")
    audit.refresh_from_db()
    return _stop_page(request, session, audit)


def _send_stop(session: ChargingSession, audit: ActionAudit) -> bool:
    """Send RemoteStopTransaction to the process that holds the station's socket; False if the channel layer is down."""
    transaction_id = session.station_transaction_id  # OCPP 1.6: any integer, also a negative one
    command = announce.StationCommand(
        type="station.command",
        command="RemoteStopTransaction",
        payload={"transactionId": int(transaction_id) if transaction_id.removeprefix("-").isdecimal() else session.pk},
        audit=audit.pk,
    )
    try:
        async_to_sync(announce.send)(announce.station_group(session.station_id), command)
    except Exception:
        logger.exception("The channel layer is unavailable: could not send the stop command for session %d", session.pk)
        return False
    return True


@never_cache
@require_safe
def stop_outcome(request: PageRequest, pk: int, audit_pk: int) -> HttpResponse:
    """Show the station's answer so far; after ANSWER_TIMEOUT record that there is none.

    While waiting, a polling page gets 204 and keeps what it shows.
    """
    session = get_object_or_404(visible_to(request.user).select_related("station", "driver"), pk=pk)
    audit = get_object_or_404(ActionAudit, pk=audit_pk, session=session, action=STOP)
    if audit.outcome == WAITING and timezone.now() - audit.at > ANSWER_TIMEOUT:
        audit_settle(audit.pk, outcome=NO_ANSWER)
        audit.refresh_from_db()
    if request.htmx and audit.outcome == WAITING:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _stop_page(request, session, audit)


def _stop_page(request: PageRequest, session: ChargingSession, audit: ActionAudit | None) -> HttpResponse:
    """Show the question in the menu, the outcome among the notices, or either on its own page."""
    question, outcome = "sessions/_stop.html", "sessions/_outcome.html"
    text = (audit.detail or OUTCOME_TEXTS.get(audit.outcome, audit.outcome)) if audit else ""
    context = {"session": session, "audit": audit, "words": text, "panel": question, "tab": IN_PROGRESS}
    is_question = request.method != "POST" and audit is None
    template = question if is_question else outcome
    return render(request, template if request.htmx else "sessions/panel.html", context)
