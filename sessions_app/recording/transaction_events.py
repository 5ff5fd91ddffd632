"""Apply a part of a transaction whose id the station issues (TransactionEvent of OCPP 2.x).

Parts come in any order: each one opens the session if it is new, and a late Started sets its start.
"""

import msgspec

from sessions_app.domain import lifecycle
from sessions_app.domain.connector_sessions import (
    only_connector,
    open_session,
    sessions_started_after,
    unplug_if_available,
)
from sessions_app.domain.drafts import ConnectorDraft, EventBatch, SessionDraft, StationDraft
from sessions_app.domain.events import TransactionReported
from sessions_app.domain.flags import Flag
from sessions_app.domain.session_matching import session_of_own_id
from sessions_app.domain.station_states import ChargingState, ConnectorStatus, StopReason, TransactionPhase
from sessions_app.recording.incoming import add_readings, stop_register
from sessions_app.recording.session_opening import (
    assign_connector,
    assign_driver,
    end_previous,
    find_tag,
    open_by_transaction,
)

# Occupied says nothing of charging; the power does.
STATUS_OF_STATE = {
    ChargingState.CHARGING: ConnectorStatus.CHARGING,
    ChargingState.SUSPENDED_EV: ConnectorStatus.SUSPENDED_EV,
    ChargingState.SUSPENDED_EVSE: ConnectorStatus.SUSPENDED_EVSE,
    ChargingState.CONNECTED: ConnectorStatus.OCCUPIED,
    ChargingState.IDLE: ConnectorStatus.OCCUPIED,
}


def apply_transaction(
    batch: EventBatch, station: StationDraft, connector: ConnectorDraft | None, event: TransactionReported
) -> tuple[SessionDraft, str]:
    """Change the session of the transaction; return it, and the status of the token, "" without one."""
    is_new_session = (draft := _session_of(station, event)) is None
    if draft is None:
        draft = _open(station, connector or only_connector(station), event)
    elif connector is not None and draft.connector is None:
        end_previous(station, connector, at=draft.state.started_at)
        assign_connector(station, draft, connector)
    status = _note_driver(batch, station, draft, event)
    if event.phase is TransactionPhase.STARTED:
        _announce_start(draft, event)
    elif not is_new_session:
        _resume(station, draft, event)
    draft.set_state(lifecycle.extend_start(draft.state, at=event.at, register_wh=None))
    add_readings(draft, event.readings, received_at=event.received_at, is_named=True)
    if event.phase is TransactionPhase.ENDED:
        _stop(batch, station, draft, event)
    elif event.charging_state is not None:
        draft.add_status(event.at, STATUS_OF_STATE[event.charging_state])
    return draft, status


def _session_of(station: StationDraft, event: TransactionReported) -> SessionDraft | None:
    """Return the session of the transaction; None if a Started with another time shows that the id is reused."""
    own = session_of_own_id(station, event.transaction.id)
    if event.phase is not TransactionPhase.STARTED or own is None or own.state.flags & Flag.START_UNKNOWN:
        return own
    if own.state.flags & event.flags & Flag.CLOCK_UNSET and own.state.stopped_at is None:
        return own
    started = (each for each in station.sessions if _has_start_of(each, event))
    return own if _has_start_of(own, event) else next(started, None)


def _has_start_of(draft: SessionDraft, event: TransactionReported) -> bool:
    number = draft.connector.number if draft.connector else 0
    is_there = not event.connector or not number or number == event.connector
    times = {draft.start_stated_at, draft.state.started_at}
    return is_there and draft.id_tag_value == event.id_tag and bool(times & {event.at, event.stated_at} - {None})


def _open(station: StationDraft, connector: ConnectorDraft | None, event: TransactionReported) -> SessionDraft:
    end_previous(station, connector, at=event.at)
    draft = open_by_transaction(station, connector, event)
    draft.start_received_at, draft.start_stated_at = event.received_at, event.stated_at
    return draft


def _announce_start(draft: SessionDraft, event: TransactionReported) -> None:
    """Set the start by Started: its time, and its register of Transaction.Begin or else the first one."""
    if not draft.state.flags & Flag.START_UNKNOWN:
        return
    begins = [each.begin_wh for each in event.readings if each.begin_wh is not None]
    registers = [each.register_wh for each in event.readings if each.register_wh is not None]
    meter_start_wh = next(iter((*begins, *registers)), None)
    draft.set_state(lifecycle.add_start(draft.state, at=event.at, meter_start_wh=meter_start_wh, flags=event.flags))
    draft.start_received_at, draft.start_stated_at = event.received_at, event.stated_at
    draft.is_changed = draft.is_reassigned = draft.needs_tariff = True


def _note_driver(batch: EventBatch, station: StationDraft, draft: SessionDraft, event: TransactionReported) -> str:
    """Set the driver by the first token of the driver; that of Started counts before all others."""
    if not event.has_token:
        return ""
    if not event.id_tag:  # a button instead of a card: type NoAuthorization
        return "Accepted"
    tag, status = find_tag(batch, station, event)
    is_start = event.phase is TransactionPhase.STARTED and draft.id_tag_value != event.id_tag
    if event.is_of_driver and (is_start or not draft.id_tag_value):
        assign_driver(draft, event.id_tag, tag)
    return status


def _resume(station: StationDraft, draft: SessionDraft, event: TransactionReported) -> None:
    """Go on with a session that we have closed after a boot, if the station does."""
    connector = draft.connector
    if event.phase is TransactionPhase.ENDED or draft.state.end_reason != StopReason.FORGOTTEN or connector is None:
        return
    is_later = connector.available_at is None or event.at > connector.available_at
    is_free = open_session(station, connector) is None
    if is_later and is_free and not sessions_started_after(station, connector, draft.state.started_at):
        draft.set_state(lifecycle.reopen(draft.state))


def _stop(batch: EventBatch, station: StationDraft, draft: SessionDraft, event: TransactionReported) -> None:
    state = lifecycle.stop_session(
        draft.state, at=event.at, meter_stop_wh=stop_register(event.readings), reason=event.reason
    )
    if state.end_reason == StopReason.REMOTE and not state.ended_by:
        state = msgspec.structs.replace(state, ended_by=batch.stopped_by.get(draft.id, ""))
    if event.is_unplugged:
        state = lifecycle.unplug(state, at=event.at, away=station.away)
    available_at = draft.connector.available_at if draft.connector else None
    if available_at is not None and state.stopped_at is not None and available_at >= state.stopped_at:
        state = unplug_if_available(station, draft, state)
    draft.set_state(state)
