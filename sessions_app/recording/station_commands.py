"""Send commands to stations, each with an audit row that waits for the outcome."""

import logging
from datetime import datetime

from asgiref.sync import async_to_sync

from sessions_app import announce
from sessions_app.domain.commands import StationRequest, StopCharging, encode_request
from sessions_app.domain.flags import Flag
from sessions_app.domain.station_states import Action, CommandOutcome
from sessions_app.domain.transactions import station_reference
from sessions_app.models import ActionAudit, ChargingSession, Manager
from sessions_app.store.audits import begin_audit, settle_audit

logger = logging.getLogger(__name__)


def send_stop(session: ChargingSession, *, by: Manager, at: datetime) -> ActionAudit:
    """Ask the station to end a session in progress; return the audit row.

    It waits for the station's answer, unless the station cannot be reached.
    """
    transaction = station_reference(
        session.pk,
        own_id=session.station_transaction_id,
        own_id_uses=session.station_transaction_uses,
        is_announced=not session.flags & Flag.START_UNKNOWN,
    )
    audit = begin_audit(by, action=Action.STOP_CHARGING, session=session, at=at)
    if not session.station.is_online:
        settle_audit(audit.pk, outcome=CommandOutcome.NO_ANSWER, detail="The station is offline.")
    elif not _send(session.station_id, StopCharging(session_id=session.pk, transaction=transaction), audit):
        detail = "The station cannot be reached now. Try again later."
        settle_audit(audit.pk, outcome=CommandOutcome.NO_ANSWER, detail=detail)
    audit.refresh_from_db()
    return audit


def _send(station_id: int, request: StationRequest, audit: ActionAudit) -> bool:
    """Send the request to the process that holds the station's socket; False if the channel layer fails."""
    command = announce.StationCommand(type="station.command", request=encode_request(request), audit=audit.pk)
    try:
        async_to_sync(announce.send)(announce.station_group(station_id), command)
    except Exception:
        logger.exception("The channel layer failed: station %d was not asked for %s", station_id, audit.action)
        return False
    return True
