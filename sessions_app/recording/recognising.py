"""Which session a message means, by the best evidence that there is.

An id that we gave is never doubted. One that the station made up counts as long as its session lasts:
stations use their ids again, some for two cars at once. Then counts who was on the connector at the time.
A stop names no connector; in place of it counts that the same stop has come before, and the tag and the
register of who charges.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from sessions_app.domain import events, lifecycle
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import Life
from sessions_app.domain.meter import Reading
from sessions_app.queries.desk import next_start, recall, recall_stopped

REPEATED_FOR = timedelta(days=1)  # how long a stop that was not answered may come again with another time


def is_again(draft: SessionDraft, event: events.Started) -> bool:
    """Return whether a start is that of the session; without a clock its time says nothing."""
    life = draft.life
    if (life.meter_start_wh, draft.id_tag_value) != (event.meter_start_wh, event.id_tag):
        return False
    if life.started_at == event.at:
        return True
    has_no_clock = bool(life.flags & event.flags & Flag.CLOCK_UNSET)
    return has_no_clock and not life.is_over and draft.reading_count == 0


def measured_session(
    station: StationDraft, connector: ConnectorDraft | None, event: events.Measured
) -> SessionDraft | None:
    """Return the session that readings are of; None where nobody knows of it, or there was none."""
    at = event.readings[-1].at
    named = station.session(event.transaction)
    if named is not None and _is_ours(named, event.transaction):
        return named
    if named is not None and connector is not None and named.connector not in (None, connector):
        named = None  # the station has one id for two cars
    if named is not None and lifecycle.lasted(named.life, at=at):
        return named
    there = _on(connector, station, event.readings) if connector is not None else None
    if there is None and named is not None and not _is_past(named, station, at):
        return named
    return there


def stopped_session(station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session that a stop ends, or has ended before; None where nobody knows of it."""
    named = station.session(event.own_transaction)
    if named is not None and _is_ours(named, event.transaction):
        return named
    if named is not None and not _is_past(named, station, event.at):
        return _other_car(named, station, event) or named
    if event.meter_stop_wh:
        recall_stopped(station, at=event.at, within=REPEATED_FOR, meter_stop_wh=event.meter_stop_wh)
    return (
        _stopped_alike(station, event, within=timedelta(0) if event.is_timed else REPEATED_FOR)
        or _charging(station, event)
        or _stopped_alike(station, event, within=REPEATED_FOR)
    )


def _other_car(named: SessionDraft, station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session that a stop is of where the station has one id for two cars.

    Tag and register have to say so together: a car may be stopped with the tag of another.
    """
    other = _charging(station, event)
    if other is None or not _has_tag(other, event) or _has_tag(named, event):
        return None
    is_nearer = not _has_register(named, event) or _register(named) < _register(other)
    return other if is_nearer else None


def _is_ours(draft: SessionDraft, transaction: str) -> bool:
    return transaction == str(draft.id)


def _is_past(named: SessionDraft, station: StationDraft, at: datetime) -> bool:
    return lifecycle.is_past(named.life, at=at, booted_at=station.booted_at)


def _on(
    connector: ConnectorDraft, station: StationDraft, readings: tuple[Reading, ...]
) -> SessionDraft | None:
    """Return the session that was on the connector when one of the readings was taken."""
    last = readings[-1].at
    there = station.open_session(connector)
    if there is None or last < there.life.started_at:
        recall(station, connector, by=last)
        there = station.begun_by(connector, last)
    if there is None:
        return None
    life, free_at = there.life, connector.available_at
    return there if any(lifecycle.may_have_lasted(life, at=r.at, free_at=free_at) for r in readings) else None


def _stopped_alike(station: StationDraft, event: events.Stopped, *, within: timedelta) -> SessionDraft | None:
    """Return the session that stopped with the same register, which seldom stands anywhere twice but at 0."""
    if not event.meter_stop_wh:
        return None
    for draft in station.sessions:
        life = draft.life
        if (
            life.stopped_at is not None
            and life.meter_stop_wh == event.meter_stop_wh
            and abs(life.stopped_at - event.at) <= within
            and (not event.id_tag or not draft.id_tag_value or _has_tag(draft, event))
        ):
            return draft
    return None


def _charging(station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the one session in progress that the stop can be of.

    Each piece of evidence narrows those that are left, unless it would leave nobody. An id that we do not
    know may be of a session that we do not know: then there has to be some evidence.
    """
    left = [each for each in station.sessions if not each.life.is_over and each.life.started_at <= event.at]
    if event.transaction not in events.NO_TRANSACTION:
        only = station.only_connector
        left = [
            each
            for each in left
            if _has_register(each, event) and (_has_tag(each, event) or (only and each.connector is only))
        ]
    for fits in (_has_tag, _has_register):
        left = [each for each in left if fits(each, event)] or left
    if len(left) > 1 and all(_has_register(each, event) for each in left):
        nearest = max(map(_register, left))
        left = [each for each in left if _register(each) == nearest]
    return left[0] if len(left) == 1 else None


def _has_tag(draft: SessionDraft, event: events.Stopped) -> bool:
    return bool(event.id_tag) and _plain(draft.id_tag_value) == _plain(event.id_tag)


def _plain(tag: str) -> str:
    return tag.split(";", 1)[0].upper()


def _has_register(draft: SessionDraft, event: events.Stopped) -> bool:
    """Return whether the session's meter may have come to where the stop says that it stands."""
    return event.meter_stop_wh is not None and _register(draft) <= event.meter_stop_wh


def _register(draft: SessionDraft) -> Decimal:
    """Return where the session's meter stood last, in Wh; 0 where nobody knows."""
    arrived = [each.register_wh for each in draft.arrived if each.register_wh is not None]
    if arrived:
        return arrived[-1]
    last = draft.running.register.last if draft.running is not None else None
    return last.wh if last is not None else draft.life.meter_start_wh or Decimal(0)


def unplugged(station: StationDraft, draft: SessionDraft, life: Life) -> Life:
    """Return the life of a session that has just stopped where its connector is available already.

    After an outage the status comes before the stop; and the next session may be known by then.
    """
    connector = draft.connector
    if connector is None or connector.available_at is None or life.stopped_at is None:
        return life
    if connector.status != "Available" and connector.available_at < life.stopped_at:
        return life
    life = lifecycle.unplug(life, at=connector.available_at)
    following = [each.life.started_at for each in station.begun_after(connector, life.started_at)]
    stored = next_start(connector.id, after=life.started_at)
    following += [stored] if stored is not None else []
    return lifecycle.give_way(life, to=min(following)) if following else life
