"""Matching without a database: what must hold for any order of messages."""

from datetime import timedelta
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.session_matching import match_stop
from sessions_app.domain.start_matching import match_start
from tests.domain.matching_scenes import (
    Scene,
    add_session,
    matched,
    minutes,
    readings,
    scenes,
    station_draft,
    stop,
    stopped,
)


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
