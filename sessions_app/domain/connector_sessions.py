"""The sessions of one connector, in the order in which they began."""

from datetime import datetime

from sessions_app.domain import lifecycle
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.station_states import ConnectorStatus


def only_connector(station: StationDraft) -> ConnectorDraft | None:
    """Return the connector of a station that has only one: the default if a message names none."""
    return next(iter(station.connectors.values())) if len(station.connectors) == 1 else None


def open_session(station: StationDraft, connector: ConnectorDraft) -> SessionDraft | None:
    """Return the session in progress on the connector."""
    return next((d for d in station.sessions if d.connector is connector and not d.state.is_ended), None)


def sessions_started_after(station: StationDraft, connector: ConnectorDraft | None, at: datetime) -> list[SessionDraft]:
    """Return the connector's sessions that began after that time."""
    if connector is None:
        return []
    return [draft for draft in station.sessions if draft.connector is connector and draft.state.started_at > at]


def last_session_started_by(station: StationDraft, connector: ConnectorDraft, at: datetime) -> SessionDraft | None:
    """Return the connector's session that was the last to begin by that time."""
    drafts = [draft for draft in station.sessions if draft.connector is connector and draft.state.started_at <= at]
    return max(drafts, key=lambda draft: draft.state.started_at, default=None)


def unplug_if_available(station: StationDraft, draft: SessionDraft, state: SessionState) -> SessionState:
    """Return the state of a stopped session, unplugged if its connector is already available.

    After an outage the status arrives before the stop, and the next session may already exist.
    """
    connector = draft.connector
    if connector is None or connector.available_at is None or state.stopped_at is None:
        return state
    if connector.status != ConnectorStatus.AVAILABLE and connector.available_at < state.stopped_at:
        return state
    state = lifecycle.unplug(state, at=connector.available_at, away=station.away)
    later_starts = [later.state.started_at for later in sessions_started_after(station, connector, state.started_at)]
    return lifecycle.end_by_next_session(state, to=min(later_starts)) if later_starts else state
