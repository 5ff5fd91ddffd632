"""Decide whether a start message repeats a session's start, or belongs to a stop that arrived before it."""

from sessions_app.domain import events
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.session_matching import REPEATED_FOR, Match, normalize_tag


def match_start(station: StationDraft, connector: ConnectorDraft | None, event: events.Started) -> Match:
    """Return the session that a start repeats, or else the only one whose stop arrived before its start."""
    for draft in station.sessions:
        if draft.connector is connector and _is_repeated_start(draft, event):
            return Match(draft, MatchReason.REPEATED)
    stopped = [draft for draft in station.sessions if _lacks_start(station, draft, connector, event)]
    return Match(stopped[0], MatchReason.ONLY_CANDIDATE) if len(stopped) == 1 else Match(None, MatchReason.NONE_FITS)


def _lacks_start(
    station: StationDraft, draft: SessionDraft, connector: ConnectorDraft | None, event: events.Started
) -> bool:
    """Return whether the session has ended without a start, and this start can be the missing one."""
    state, began_wh, ended_wh = draft.state, event.meter_start_wh, draft.state.meter_stop_wh
    if not state.flags & Flag.START_UNKNOWN or state.stopped_at is None or draft.connector not in (None, connector):
        return False
    if not state.stopped_at - REPEATED_FOR <= event.at <= state.started_at:
        return False
    if began_wh is not None and ended_wh is not None and began_wh > ended_wh:
        return False
    others = (other.state.started_at for other in station.sessions if other.connector is connector is not None)
    if any(event.at < started_at < state.started_at for started_at in others):
        return False
    has_tag = normalize_tag(event.id_tag) == normalize_tag(draft.id_tag_value)
    return has_tag if draft.id_tag_value else draft.connector is not None


def _is_repeated_start(draft: SessionDraft, event: events.Started) -> bool:
    """Return whether the start repeats the session's, at any time if the station's clock is unset."""
    state = draft.state
    if (state.meter_start_wh, draft.id_tag_value) != (event.meter_start_wh, event.id_tag):
        return False
    stated_at = event.stated_at or event.at
    if state.started_at == event.at or stated_at in (draft.start_stated_at, state.started_at):
        return True
    has_no_clock = bool(state.flags & event.flags & Flag.CLOCK_UNSET)
    return has_no_clock and not state.is_ended and draft.reading_count == 0
