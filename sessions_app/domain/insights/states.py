"""The state of a connector at each moment: exactly one, so that shares add up to 100 %.

The first of these rules that fits decides:

1. before the connector was first heard of: unknown
2. the connector or its whole station reports Faulted or Unavailable: down
3. a session says charging, held back or idle, also while its station is offline
4. the station has been unconnected for more than 5 minutes: down; unknown where the end of its connection was not
   recorded, because then our process may have died, and before its first connection
5. the connector reports a car: plugged in without a session
6. it reports Reserved: reserved
7. else free
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import msgspec

from sessions_app.domain.spans import ConnectionSpanDraft, StatusSpanDraft

UNCONNECTED_GRACE = timedelta(minutes=5)
OUT_OF_ORDER = frozenset({"Faulted", "Unavailable"})
# OCPP 1.6; in 2.x "Occupied". In a session its phase decides.
OCCUPIED = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Occupied"})
RESERVED = frozenset({"Reserved"})

_MIN, _MAX = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_Period = tuple[datetime, datetime]  # half-open


class ConnectorState(StrEnum):
    """What a connector is doing."""

    DOWN = "down"
    CHARGING = "charging"
    HELD_BACK = "held back"
    IDLE = "idle"
    PLUGGED = "plugged, no session"
    RESERVED = "reserved"
    FREE = "free"
    UNKNOWN = "unknown"


class StateSpan(msgspec.Struct, frozen=True):
    """A state in [start, end)."""

    state: ConnectorState
    start: datetime
    end: datetime


class ConnectorHistory(msgspec.Struct, frozen=True):
    """What is known of a connector around a window.

    `heard_from` is when it was first heard of, None if never. `station_statuses` are those of the whole station
    (connector 0). `phases` are the charging, held back and idle times of its sessions. The spans are those that touch
    the window; of connections also the one before it.
    """

    heard_from: datetime | None
    statuses: Sequence[StatusSpanDraft] = ()
    station_statuses: Sequence[StatusSpanDraft] = ()
    connections: Sequence[ConnectionSpanDraft] = ()
    phases: Sequence[StateSpan] = ()


def connector_states(start: datetime, end: datetime, history: ConnectorHistory) -> list[StateSpan]:
    """Return the states of a connector in [start, end): without gaps, equal neighbours joined.

    Open spans last until the end of the window: do not ask beyond now.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)  # local times would be subtracted as wall-clock times
    if start >= end:
        return []
    spans: list[StateSpan] = []
    layers = _layers(history)
    cuts = sorted({start, end, *(at for _, cover in layers for at in cover.bounds if start < at < end)})
    for cut, next_cut in pairwise(cuts):
        state = next((state for state, cover in layers if cut in cover), ConnectorState.FREE)
        if spans and spans[-1].state is state:
            spans[-1] = StateSpan(state, spans[-1].start, next_cut)
        else:
            spans.append(StateSpan(state, cut, next_cut))
    return spans


def seconds_by_state(spans: Iterable[StateSpan]) -> dict[ConnectorState, float]:
    """Return the seconds of each state that occurs."""
    durations: dict[ConnectorState, timedelta] = {}
    for span in spans:
        durations[span.state] = durations.get(span.state, timedelta()) + (span.end - span.start)
    return {state: duration.total_seconds() for state, duration in durations.items()}


class _Cover:
    """The moments that any of some periods covers."""

    def __init__(self, periods: Iterable[_Period]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for start, end in sorted(periods):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            elif start < end:
                self._starts.append(start)
                self._ends.append(end)

    @property
    def bounds(self) -> list[datetime]:
        return self._starts + self._ends

    def __contains__(self, at: datetime) -> bool:
        index = bisect_right(self._starts, at) - 1
        return index >= 0 and at < self._ends[index]


def _layers(history: ConnectorHistory) -> list[tuple[ConnectorState, _Cover]]:
    """Return when each rule applies, in the order of the rules."""
    unconnected, unrecorded = _connection_gaps(history.connections)
    return [
        (ConnectorState.UNKNOWN, _Cover([(_MIN, history.heard_from or _MAX)])),
        (ConnectorState.DOWN, _Cover(_periods([*history.statuses, *history.station_statuses], OUT_OF_ORDER))),
        *(
            (state, _Cover((phase.start, phase.end) for phase in history.phases if phase.state is state))
            for state in (ConnectorState.CHARGING, ConnectorState.HELD_BACK, ConnectorState.IDLE)
        ),
        (ConnectorState.DOWN, _Cover(unconnected)),
        (ConnectorState.UNKNOWN, _Cover(unrecorded)),
        (ConnectorState.PLUGGED, _Cover(_periods(history.statuses, OCCUPIED))),
        (ConnectorState.RESERVED, _Cover(_periods(history.statuses, RESERVED))),
    ]


def _periods(statuses: Iterable[StatusSpanDraft], names: frozenset[str]) -> list[_Period]:
    """Return the periods in which one of those statuses holds."""
    return [(span.from_at, span.to_at or _MAX) for span in statuses if span.status in names]


def _connection_gaps(connections: Sequence[ConnectionSpanDraft]) -> tuple[list[_Period], list[_Period]]:
    """Return when the station was unconnected beyond the grace, and when that is not recorded."""
    ordered = sorted(connections, key=lambda span: span.connected_at)
    if not ordered:
        return [], [(_MIN, _MAX)]
    first, *others = ordered
    unconnected: list[_Period] = []
    unrecorded: list[_Period] = [(_MIN, first.connected_at)]
    end, is_end_recorded = first.disconnected_at or _MAX, first.is_end_recorded
    for span in [*others, None]:
        connected_at = span.connected_at if span else _MAX
        if connected_at - end > UNCONNECTED_GRACE:
            (unconnected if is_end_recorded else unrecorded).append((end + UNCONNECTED_GRACE, connected_at))
        if span and (span.disconnected_at or _MAX) > end:
            end, is_end_recorded = span.disconnected_at or _MAX, span.is_end_recorded
    return unconnected, unrecorded
