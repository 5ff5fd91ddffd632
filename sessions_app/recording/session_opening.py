"""Open sessions: with a start message, or without one from a later message."""

from datetime import datetime

import msgspec

from sessions_app.domain import lifecycle
from sessions_app.domain.connector_sessions import open_session, sessions_started_after, unplug_if_available
from sessions_app.domain.drafts import ConnectorDraft, EventBatch, SessionDraft, StationDraft, Tag
from sessions_app.domain.events import AuthorizeRequested, Started, Stopped, TransactionReported
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.station_states import StopReason
from sessions_app.domain.transactions import CONFIRMED_AFTER
from sessions_app.queries.audits import is_repriced
from sessions_app.queries.drafts import billing_context
from sessions_app.queries.policies import pricing_context, tariff_for


def find_tag(
    batch: EventBatch, station: StationDraft, event: AuthorizeRequested | Started | Stopped | TransactionReported
) -> tuple[Tag | None, str]:
    """Return the event's tag and its status for the reply: Accepted, Blocked, Expired or Invalid."""
    value = event.id_tag
    tag = batch.tags.get(value.upper()) or batch.tags.get(value.split(";", 1)[0].upper())
    if tag is not None:
        return tag, tag.status(event.at)
    return None, "Accepted" if station.accepts_unknown_tags else "Invalid"


def open_with_start(station: StationDraft, connector: ConnectorDraft | None, event: Started) -> SessionDraft:
    """Add the session that a start message announces, whatever the status of its tag.

    By OCPP 1.6 §5.14 the station has already started, and ends the transaction itself.
    """
    state = SessionState(started_at=event.at, meter_start_wh=event.meter_start_wh, flags=event.flags)
    return _add_session(station, connector, state)


def join_start(draft: SessionDraft, event: Started) -> SessionDraft:
    """Add the start message to the session that its stop has opened before."""
    state = lifecycle.add_start(draft.state, at=event.at, meter_start_wh=event.meter_start_wh, flags=event.flags)
    draft.set_state(state)
    return draft


def open_without_start(
    station: StationDraft, connector: ConnectorDraft | None, transaction: str, first_reading: Reading
) -> SessionDraft:
    """Add a session whose start message never arrived: it begins with its first reading."""
    state = SessionState(
        started_at=first_reading.at, meter_start_wh=first_reading.register_wh, flags=int(Flag.START_UNKNOWN)
    )
    draft = _add_session(station, connector, state)
    station.set_transaction_id(draft, transaction)
    return draft


def open_by_transaction(
    station: StationDraft, connector: ConnectorDraft | None, event: TransactionReported
) -> SessionDraft:
    """Add the session that any part of a transaction reports; its start is unknown until Started arrives."""
    state = SessionState(started_at=event.at, flags=event.flags | int(Flag.START_UNKNOWN))
    draft = _add_session(station, connector, state)
    station.set_transaction_id(draft, event.transaction.id)
    draft.station_transaction_uses = CONFIRMED_AFTER
    return draft


def end_previous(
    station: StationDraft, connector: ConnectorDraft | None, *, at: datetime, but: SessionDraft | None = None
) -> None:
    """End the sessions of a connector, `but` one, on which another begins."""
    if connector is None:
        return
    for draft in station.sessions:
        if draft.connector is connector and draft is not but and draft.state.started_at <= at:
            draft.set_state(lifecycle.end_by_next_session(draft.state, to=at))
    previous = open_session(station, connector)
    if previous is not None and previous.state.started_at <= at:
        previous.set_state(lifecycle.close_session(previous.state, reason=StopReason.NEXT_SESSION))


def _add_session(station: StationDraft, connector: ConnectorDraft | None, state: SessionState) -> SessionDraft:
    """Add a session, closed if its connector already has a later one."""
    if sessions_started_after(station, connector, state.started_at):
        state = lifecycle.close_session(state, reason=StopReason.NEXT_SESSION)
    draft = SessionDraft(
        id=0,
        station_id=station.id,
        connector=connector,
        state=state,
        billing=billing_context(connector, station.zone, None),
        totals=None,
        site_area_id=station.site_area_id,
        site_id=station.site_id,
        is_changed=True,
        needs_tariff=True,
    )
    if connector is not None and connector.status_at is not None and connector.status_at <= state.started_at:
        draft.add_status(connector.status_at, connector.status)
    station.sessions.append(draft)
    return draft


def assign_driver(draft: SessionDraft, id_tag: str, tag: Tag | None) -> None:
    """Set the session's tag and driver."""
    draft.id_tag_value = id_tag
    draft.id_tag_id, draft.driver_id = (tag.id, tag.driver_id) if tag else (None, None)
    draft.is_changed = draft.is_reassigned = draft.needs_tariff = True


def assign_connector(station: StationDraft, draft: SessionDraft, connector: ConnectorDraft) -> None:
    """Set the connector of a session that was opened by a stop, which names none.

    Do nothing if another session is in progress there: a connector has only one.
    """
    if not draft.state.is_ended and open_session(station, connector) is not None:
        return
    draft.connector = connector
    draft.billing = billing_context(connector, draft.billing.zone, draft.billing.tariff, draft.billing.correction)
    draft.is_changed = draft.is_reassigned = True
    draft.set_state(unplug_if_available(station, draft, draft.state))


def assign_tariff(draft: SessionDraft) -> None:
    """Give the session a copy of the policy for where and when it began; its station may have moved.

    Replace the copy only if another policy applies after a change of start or driver: editing a policy
    changes no session. Never replace a policy that an operator chose.
    """
    context = pricing_context(draft)
    policy, tariff = tariff_for(context) or (None, None)
    is_other_policy = draft.policy_id != (policy.pk if policy else None)
    if is_other_policy and not (draft.is_stored and is_repriced(draft.id)):
        draft.set_tariff(policy.pk if policy else None, tariff)
    flags = draft.state.flags & ~(Flag.NO_DRIVER | Flag.NO_PRICE)
    flags |= (0 if context.driver else Flag.NO_DRIVER) | (0 if draft.billing.tariff else Flag.NO_PRICE)
    draft.set_state(msgspec.structs.replace(draft.state, flags=flags))
