"""Which session a message belongs to, without a database: what must hold for any order of messages."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import events, lifecycle
from sessions_app.domain.connector_sessions import unplug_if_available
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_matching import (
    Match,
    MatchReason,
    match_readings,
    match_start,
    match_stop,
    takes_own_id,
)
from sessions_app.domain.session_totals import BillingContext
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef, issued_id, station_reference
from tests.factories import NOON


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


def test_issued_id_matches_long_after_the_end() -> None:
    station = station_draft()
    old = add_session(station, 7)
    stop(old, 50, 5_000)
    add_session(station, 9, begun=100, wh=5_000)

    assert matched(station, readings("7", 120, 4_000)) == (old, MatchReason.ISSUED_ID)
    assert match_stop(station, stopped("7", 130, 5_000)) == (old, MatchReason.ISSUED_ID)


def test_own_count_does_not_hit_a_session_that_has_ended() -> None:
    station = station_draft()
    stop(add_session(station, 3), 50, 5_000)
    current = add_session(station, 4711, begun=100, wh=5_000)

    assert matched(station, readings("3", 120, 6_000)) == (current, MatchReason.ON_CONNECTOR)
    assert match_stop(station, stopped("3", 140, 7_000, tag="TAG")).session is current


def test_own_count_does_not_hit_another_cars_session() -> None:
    station = station_draft()
    add_session(station, 5, wh=90_000)
    other = add_session(station, 6, connector=2, begun=1, wh=1_000)

    assert matched(station, readings("5", 10, 1_500, connector=2)).session is other


def test_stop_by_own_count_does_not_end_another_cars_session() -> None:
    station = station_draft()
    add_session(station, 5, wh=90_000, tag="ONE")
    other = add_session(station, 6, connector=2, begun=1, wh=1_000, tag="TWO")

    assert match_stop(station, stopped("5", 20, 2_000, tag="TWO")).session is other


def test_learned_count_wins_over_an_old_session_with_that_id() -> None:
    station = station_draft()
    stop(add_session(station, 3), 50, 5_000)
    current = add_session(station, 4711, begun=100, wh=5_000)
    current.station_transaction_id = "3"

    assert matched(station, readings("3", 120, None)) == (current, MatchReason.STATION_ID)
    assert match_stop(station, stopped("3", 120, None)) == (current, MatchReason.STATION_ID)


def test_issued_id_counts_only_for_an_announced_session() -> None:
    station = station_draft()
    add_session(station, 3, flags=int(Flag.START_UNKNOWN))

    assert matched(station, readings("3", 10, 500, connector=2)).session is None


def test_id_of_a_protocol_that_issues_none_is_the_stations() -> None:
    station = station_draft()
    issued = add_session(station, 3)
    own = add_session(station, 8, connector=2)
    own.station_transaction_id = "3"

    event = readings("3", 10, 500, connector=2, issuer=TransactionIssuer.STATION)

    assert matched(station, event).session is own
    assert matched(station, readings("3", 10, 500)).session is issued


@pytest.mark.parametrize(
    ("begun", "ended", "reason"),
    [(None, False, "none_begun"), (20, False, "none_begun"), (0, True, "ended_before")],
)
def test_unmatched_readings_keep_the_reason(begun: float | None, ended: bool, reason: str) -> None:
    station = station_draft()
    if begun is not None:
        draft = add_session(station, 7, begun=begun)
        if ended:
            stop(draft, 5, 100)

    assert matched(station, readings("", 10, 500)) == (None, reason)
    assert matched(station, readings("", 10, 500, connector=0)) == (None, MatchReason.NO_CONNECTOR)


def test_stop_that_fits_several_sessions_keeps_the_reason() -> None:
    station = station_draft()
    add_session(station, 7)
    add_session(station, 8, connector=2)

    assert match_stop(station, stopped("0", 10, 500)) == (None, MatchReason.SEVERAL_FIT)
    assert match_stop(station_draft(), stopped("0", 10, 500)) == (None, MatchReason.NONE_FITS)


@pytest.mark.parametrize(
    ("own_id", "uses", "is_announced", "expected"),
    [
        ("", 0, True, "7"),
        ("99", 1, True, "7"),
        ("99", 2, True, "99"),
        ("99", 0, False, "99"),
        ("", 0, False, "7"),
    ],
)
def test_remote_stop_uses_the_own_id_once_confirmed(own_id: str, uses: int, is_announced: bool, expected: str) -> None:
    ref = station_reference(7, own_id=own_id, own_id_uses=uses, is_announced=is_announced)

    assert (ref.id, ref.issuer) == (expected, TransactionIssuer.OURS if expected == "7" else TransactionIssuer.STATION)


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


IDS = {"issued": lambda draft: str(draft.id), "none": lambda draft: "", "placeholder": lambda draft: "-1"}


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


@given(scenes("issued"))
def test_issued_ids_match_in_any_order(scene: Scene) -> None:
    for number, event in scene.messages:
        assert scene.deliver(event) == (scene.sessions[number], MatchReason.ISSUED_ID)


@given(st.one_of(scenes("none"), scenes("placeholder")))
def test_readings_without_id_never_match_another_car(scene: Scene) -> None:
    for number, event in scene.messages:
        found = scene.deliver(event).session
        if isinstance(event, events.Measured):
            assert found in (scene.sessions[number], None)


@given(scenes("own"))
def test_readings_with_reused_ids_never_match_another_car(scene: Scene) -> None:
    for number, event in scene.messages:
        found = scene.deliver(event).session
        if isinstance(event, events.Measured):
            assert found in (scene.sessions[number], None)


@given(st.one_of(scenes("none"), scenes("placeholder")))
def test_stop_without_id_ends_the_car_in_progress_with_its_tag(scene: Scene) -> None:
    for number, event in scene.messages:
        own = scene.sessions[number]
        is_in_progress = not own.state.is_ended
        found = scene.deliver(event).session
        if isinstance(event, events.Stopped) and is_in_progress:
            assert found is own


@given(scenes("issued"), st.data())
def test_delayed_messages_match_as_prompt_ones(scene: Scene, data: st.DataObject) -> None:
    """A message that arrives days late has the same times, or none of its own if it is a stop."""
    for number, event in scene.messages:
        is_late = isinstance(event, events.Stopped) and data.draw(st.booleans())
        delay = {"at": event.at + timedelta(days=3), "is_timed": False} if is_late else {}
        assert scene.deliver(msgspec.structs.replace(event, **delay)).session is scene.sessions[number]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 40))
def test_station_that_counts_itself_never_hits_our_ids(count: int, ours: int, minute: int) -> None:
    """Sessions 1 to 9 were issued to this station and are over; it now counts from 1 itself."""
    station = station_draft()
    for number in range(1, ours + 1):
        stop(add_session(station, number, begun=60 * number, wh=1_000 * number), 60 * number + 50, 1_000 * number + 900)
    begun, wh = 60 * 20, 50_000
    current = add_session(station, 4711, begun=begun, wh=wh)

    for passed in (minute, minute + 1):
        found = matched(station, readings(str(count), begun + passed, wh + passed))
        assert found.session is current
        station.set_transaction_id(current, str(count))
    assert match_stop(station, stopped(str(count), begun + 50, wh + 900, tag="TAG")).session is current


@given(st.permutations([0, 1, 2]), st.booleans())
def test_start_repeats_only_its_own_session(order: list[int], has_clock: bool) -> None:
    station = station_draft()
    drafts = [add_session(station, n + 1, begun=n, wh=100 * n, tag=f"T{n}") for n in range(3)]
    flags = 0 if has_clock else int(Flag.CLOCK_UNSET)

    for n in order:
        event = events.Started(
            station_id=1, at=minutes(n), connector=1, id_tag=f"T{n}", meter_start_wh=Decimal(100 * n), flags=flags
        )
        assert match_start(station, station.connectors[1], event) == (drafts[n], MatchReason.REPEATED)
        other = msgspec.structs.replace(event, id_tag="OTHER")
        assert match_start(station, station.connectors[1], other).session is None
