"""Stations, sessions and messages for tests of matching; times are minutes after noon."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from sessions_app.domain import events, lifecycle
from sessions_app.domain.connector_sessions import unplug_if_available
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_matching import (
    Match,
    match_readings,
    match_stop,
    takes_own_id,
)
from sessions_app.domain.session_totals import BillingContext
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef, issued_id
from tests.support.builders import NOON


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def station_draft(connectors: int = 2) -> StationDraft:
    station = StationDraft(1, 1, 1, "UTC", True, "", "", "", "", None, "", None, None, None, "", None)
    station.connectors = {number: ConnectorDraft(number, 1, number) for number in range(1, connectors + 1)}
    return station


def add_session(
    station: StationDraft,
    id_: int,
    *,
    connector: int = 1,
    begun: float = 0,
    wh: int = 0,
    tag: str = "TAG",
    **state: Any,
) -> SessionDraft:
    draft = SessionDraft(
        id=id_,
        station_id=station.id,
        connector=station.connectors[connector],
        state=SessionState(started_at=minutes(begun), meter_start_wh=Decimal(wh), **state),
        billing=BillingContext(zone="UTC"),
        totals=None,
        id_tag_value=tag,
    )
    station.sessions.append(draft)
    return draft


def stop(draft: SessionDraft, minute: float, wh: int, *, unplugged: bool = True) -> None:
    reason = "EVDisconnected" if unplugged else "Local"
    draft.set_state(lifecycle.stop_session(draft.state, at=minutes(minute), meter_stop_wh=Decimal(wh), reason=reason))


def readings(
    transaction: str, minute: float, wh: int | None, *, connector: int = 1, issuer: TransactionIssuer | None = None
) -> events.Measured:
    reading = Reading(at=minutes(minute), register_wh=None if wh is None else Decimal(wh))
    ref = TransactionRef(issuer or TransactionIssuer.OURS, transaction)
    return events.Measured(station_id=1, at=minutes(minute), connector=connector, transaction=ref, readings=(reading,))


def stopped(transaction: str, minute: float, wh: int | None, *, tag: str = "", **facts: Any) -> events.Stopped:
    register_wh = None if wh is None else Decimal(wh)
    return events.Stopped(
        station_id=1,
        at=minutes(minute),
        transaction=issued_id(transaction),
        meter_stop_wh=register_wh,
        id_tag=tag,
        **facts,
    )


def matched(station: StationDraft, event: events.Measured) -> Match:
    return match_readings(station, station.connectors.get(event.connector), event)


@dataclass
class Scene:
    """A station whose visits are known: each message carries the number of its visit."""

    station: StationDraft
    sessions: dict[int, SessionDraft]
    messages: list[tuple[int, events.Measured | events.Stopped]] = field(default_factory=list)

    def deliver(self, event: events.Measured | events.Stopped) -> Match:
        """Match a message, and apply it as recording does."""
        if isinstance(event, events.Measured):
            draft, reason = matched(self.station, event)
            if draft is not None:
                is_own = bool(event.own_transaction) and reason != MatchReason.ISSUED_ID
                if is_own and takes_own_id(self.station, draft, event):
                    self.station.set_transaction_id(draft, event.own_transaction)
                last = event.readings[-1]
                draft.set_state(lifecycle.add_reading(draft.state, at=last.at, register_wh=last.register_wh))
            return Match(draft, reason)
        found = match_stop(self.station, event)
        if found.session is not None:
            state = lifecycle.stop_session(
                found.session.state, at=event.at, meter_stop_wh=event.meter_stop_wh, reason=event.reason
            )
            found.session.set_state(unplug_if_available(self.station, found.session, state))
        return found


IDS: dict[str, Callable[[SessionDraft], str]] = {
    "issued": lambda draft: str(draft.id),
    "none": lambda draft: "",
    "placeholder": lambda draft: "-1",
}


@st.composite
def scenes(draw: st.DrawFn, ids: str) -> Scene:
    """Visits one after the other on two connectors, all announced; their messages in any order, some twice.

    Each connector has a register of its own range, each car a tag of its own.
    """
    station = station_draft()
    scene = Scene(station, {})
    for connector in (1, 2):
        register_wh = 1_000_000 * connector
        for visit in range(draw(st.integers(1, 3))):
            number = 10 * connector + visit
            begun, used_wh = 60 * visit + connector, draw(st.integers(10, 9_000))
            draft = add_session(station, number, connector=connector, begun=begun, wh=register_wh, tag=f"T{number}")
            scene.sessions[number] = draft
            transaction = str(visit + 1) if ids == "own" else IDS[ids](draft)
            for minute in draw(st.lists(st.integers(1, 48), max_size=3, unique=True)):
                wh = register_wh + used_wh * minute // 50
                scene.messages.append((number, readings(transaction, begun + minute, wh, connector=connector)))
            register_wh += used_wh
            facts = {"tag": f"T{number}", "reason": "EVDisconnected"}
            scene.messages.append((number, stopped(transaction, begun + 50, register_wh, **facts)))
            register_wh += 1
        for earlier in [d for d in station.sessions if d.connector is station.connectors[connector]][:-1]:
            earlier.set_state(lifecycle.close_session(earlier.state, reason="NextSession"))
    repeated = draw(st.lists(st.sampled_from(scene.messages), max_size=4))
    scene.messages = draw(st.permutations([*scene.messages, *repeated]))
    return scene
