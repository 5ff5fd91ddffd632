"""Recompute a session's figures after a batch: reading by reading if they come in order, else from the start."""

from collections.abc import Sequence
from datetime import datetime

from sessions_app.domain import figures, meter
from sessions_app.domain.drafts import Sample, SessionDraft
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_totals import SessionPoint, SessionTotals
from sessions_app.queries.readings import load_readings
from sessions_app.recording.session_opening import assign_tariff
from sessions_app.recording.station_clock import move_reading


def recompute(draft: SessionDraft) -> None:
    """Recompute the figures of a session if the batch has changed it."""
    if not (draft.is_changed or draft.new_readings):
        return
    if draft.needs_tariff or draft.state.started_at != draft.previous_state.started_at:
        assign_tariff(draft)
    stopped_at = draft.state.stopped_at
    if stopped_at is not None:
        draft.statuses = tuple(status for status in draft.statuses if status.at <= stopped_at)
    if draft.totals is None or not _is_continuation(draft) or not _advance(draft):
        _fold(draft)


def _is_continuation(draft: SessionDraft) -> bool:
    """Return whether the totals can continue: nothing late, nothing repeated."""
    previous = draft.previous_state
    is_other = draft.is_reassigned or draft.state.meter_start_wh != previous.meter_start_wh
    if draft.billing.correction is not None or draft.moved_since is not None or is_other:
        return False
    if previous.stopped_at is not None and (draft.new_readings or draft.state.stopped_at != previous.stopped_at):
        return False
    if previous.unplugged_at is not None and draft.state.unplugged_at != previous.unplugged_at:
        return False
    if draft.totals is not None and any(status.at < draft.totals.settled.at for status in draft.new_statuses):
        return False
    last_at = previous.last_reading_at
    for reading in draft.new_readings:
        if last_at is not None and reading.at <= last_at:
            return False
        last_at = reading.at
    stopped_at = draft.state.stopped_at
    return stopped_at is None or last_at is None or last_at <= stopped_at


def _advance(draft: SessionDraft) -> bool:
    """Go on from the totals so far; return False where all readings are needed, and then change nothing."""
    totals, billing, statuses = draft.totals, draft.billing, draft.statuses
    if totals is None:
        return False
    points: dict[datetime, tuple[Reading, SessionPoint]] = {}
    for reading in draft.new_readings:
        pending, worked_out = totals, figures.advance(totals, reading, billing, statuses)
        if worked_out is None:
            return False
        totals, new_points = worked_out
        _note_points(points, (*pending.pending, reading), pending, new_points)
    state, previous = draft.state, draft.previous_state
    if state.stopped_at is not None and previous.stopped_at is None:
        pending, worked_out = totals, figures.apply_stop(totals, state, billing, statuses)
        if worked_out is None:
            return False
        totals, new_points = worked_out
        _note_points(points, pending.pending, pending, new_points)
    if state.unplugged_at is not None and previous.unplugged_at is None:
        totals = figures.add_parked_time(totals, state.unplugged_at, billing)
    _set_samples(draft, points)
    draft.totals = totals
    draft.is_changed = True
    return True


def _note_points(
    points: dict[datetime, tuple[Reading, SessionPoint]],
    readings: Sequence[Reading],
    before: SessionTotals,
    new_points: Sequence[SessionPoint],
) -> None:
    """Note the points that are new, or not what they were while their readings were pending."""
    known = before.pending_points
    for place, (reading, point) in enumerate(zip(readings, new_points, strict=True)):
        if place >= len(known) or known[place] != point:
            points[reading.at] = (reading, point)


def _set_samples(draft: SessionDraft, points: dict[datetime, tuple[Reading, SessionPoint]]) -> None:
    for reading in draft.new_readings:
        draft.reading_count += 1
        _, point = points.pop(reading.at)
        draft.new_samples.append(Sample(draft.reading_count, reading, point))
    # A pending reading that is stored has its number already.
    draft.changed_samples += [Sample(0, reading, point) for reading, point in points.values()]


def _fold(draft: SessionDraft) -> None:
    """Merge the new readings into the stored ones by time, and recompute everything from the first.

    A stored reading keeps its values: a repeated one only fills in what is missing.
    """
    stored = _moved(draft, load_readings(draft.id)) if draft.id else []
    stored_by_time = {reading.at: reading for _, reading in stored}
    numbers = {reading.at: number for number, reading in stored}
    by_time = dict(stored_by_time)
    for reading in draft.new_readings:
        earlier = by_time.get(reading.at)
        by_time[reading.at] = meter.merge_readings(earlier, reading) if earlier else reading
        if reading.at not in numbers:
            draft.reading_count += 1
            numbers[reading.at] = draft.reading_count
    is_same = by_time == stored_by_time and not draft.is_reassigned and not draft.new_statuses
    if is_same and draft.state == draft.previous_state and draft.totals is not None:
        return  # a repeated message with nothing new
    draft.is_changed = True
    readings = [by_time[at] for at in sorted(by_time)]
    draft.totals, points = figures.fold(draft.state, readings, draft.billing, draft.statuses)
    for reading, point in zip(readings, points, strict=True):
        sample = Sample(numbers[reading.at], reading, point)
        is_stored = reading.at in stored_by_time and draft.moved_since is None
        (draft.changed_samples if is_stored else draft.new_samples).append(sample)


def _moved(draft: SessionDraft, stored: list[tuple[int, Reading]]) -> list[tuple[int, Reading]]:
    """Return the stored readings; move to our clock those that arrived while the station's clock was off."""
    since = draft.moved_since
    if since is None:
        return stored
    return [
        (number, move_reading(reading, draft.moved_by))
        if reading.received_at is not None and reading.received_at >= since and reading.stated_at is None
        else (number, reading)
        for number, reading in stored
    ]
