"""Remote stop of a session: the question, the wait, and the station's answer."""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sessions_app.access import may_command, visible_to
from sessions_app.domain.commands import ANSWER_TIMEOUT
from sessions_app.domain.station_states import Action, CommandOutcome
from sessions_app.lists.tabs import IN_PROGRESS
from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.pages.requests import PageRequest
from sessions_app.recording.station_commands import send_stop

OUTCOME_TEXTS: dict[str, str] = {
    CommandOutcome.WAITING: "Waiting for the station to answer.",
    CommandOutcome.ACCEPTED: "The session ends when the station confirms the stop.",
    CommandOutcome.REJECTED: "The station refused to stop this session.",
    CommandOutcome.NO_ANSWER: (
        f"The station has not answered within {ANSWER_TIMEOUT.total_seconds():.0f} seconds. It may be offline."
    ),
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
    return _stop_page(request, session, send_stop(session, by=request.user, at=timezone.now()))


@never_cache
@require_safe
def stop_outcome(request: PageRequest, pk: int, audit_pk: int) -> HttpResponse:
    """Show the station's answer so far; after ANSWER_TIMEOUT, that there is none.

    While waiting, a polling page gets 204 and keeps what it shows.
    """
    session = get_object_or_404(visible_to(request.user).select_related("station", "driver"), pk=pk)
    audit = get_object_or_404(ActionAudit, pk=audit_pk, session=session, action=Action.STOP_CHARGING)
    if audit.is_waiting and timezone.now() - audit.at > ANSWER_TIMEOUT:
        audit.outcome = CommandOutcome.NO_ANSWER  # only shown: `settle_unanswered_commands` stores it
    if request.htmx and audit.is_waiting:
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
