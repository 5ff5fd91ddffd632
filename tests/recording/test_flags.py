"""The flags of recorded sessions, and their removal."""

import pytest

from sessions_app.domain.flags import Flag
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, minutes, session, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)

A_DAY = 24 * 60


def has(flag: Flag, pk: int) -> bool:
    return bool(session(pk).flags & flag)


@pytest.mark.parametrize(("tag", "is_flagged"), [("PRIYA", False), ("SPARE", True), ("NOBODY", True)])
def test_unregistered_tag_is_flagged(tag: str, is_flagged: bool) -> None:
    builders.id_tag("PRIYA", of=builders.driver())
    builders.id_tag("SPARE")

    assert has(Flag.NO_DRIVER, start(builders.station(), tag=tag)) is is_flagged


def test_driver_named_by_the_stop_clears_the_flag() -> None:
    builders.id_tag("PRIYA", of=builders.driver())
    station = builders.station()
    pk = record([measured(station, "700001", (0, 1000))])[0][0].transaction_id
    assert has(Flag.NO_DRIVER, pk)

    record([stopped(station, "700001", id_tag="PRIYA")])

    assert not has(Flag.NO_DRIVER, pk)


def test_only_an_ended_session_is_flagged_for_no_energy() -> None:
    station = builders.station()
    pk = start(station)
    record([measured(station, pk, (5, 1000))])
    assert not has(Flag.NO_ENERGY, pk)

    record([stopped(station, pk, wh=1000)])

    assert has(Flag.NO_ENERGY, pk)


def test_energy_after_a_provisional_end_clears_the_flag() -> None:
    station = builders.station()
    pk = start(station)
    start(station, at=minutes(30))
    assert (session(pk).is_provisional, has(Flag.NO_ENERGY, pk)) == (True, True)

    record([measured(station, pk, (5, 2000))])

    assert (session(pk).is_provisional, has(Flag.NO_ENERGY, pk)) == (True, False)


def test_more_than_a_day_without_energy_is_flagged() -> None:
    station = builders.station()
    pk = start(station)

    record([measured(station, pk, (5, 2000), (5 + A_DAY, 2000))])
    assert (session(pk).idle_s, has(Flag.IDLE_OVER_A_DAY, pk)) == (A_DAY * 60, False)
    record([measured(station, pk, (6 + A_DAY, 2000))])
    assert has(Flag.IDLE_OVER_A_DAY, pk)


def test_earlier_unplugging_clears_the_inactivity_flag() -> None:
    station = builders.station()
    pk = start(station)
    record([stopped(station, pk, minute=40, reason="Local"), status(station, 50 + A_DAY)])
    assert has(Flag.IDLE_OVER_A_DAY, pk)

    start(station, at=minutes(60))

    assert (session(pk).idle_s, has(Flag.IDLE_OVER_A_DAY, pk)) == (20 * 60, False)
