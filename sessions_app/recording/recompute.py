"""Recompute a session's figures after a batch: reading by reading if they come in order, else from the start."""

from sessions_app.domain import figures, meter
from sessions_app.domain.drafts import Sample, SessionDraft
from sessions_app.queries.readings import load_readings
from sessions_app.recording.session_opening import assign_tariff


def recompute(draft: SessionDraft) -> None:
    """Recompute the figures of a session if the batch has changed it."""
    if not (draft.is_changed or draft.new_readings):
        return
    if draft.needs_tariff or draft.state.started_at != draft.previous_state.started_at:
        assign_tariff(draft)
    if draft.totals is None or not _is_continuation(draft):
        _fold(draft)
    else:
        _advance(draft)


def _is_continuation(draft: SessionDraft) -> bool:
    """Return whether the totals can continue: nothing late, nothing repeated."""
    previous = draft.previous_state
    if draft.is_reassigned or draft.state.meter_start_wh != previous.meter_start_wh:
        return False
    if previous.stopped_at is not None and (draft.new_readings or draft.state.stopped_at != previous.stopped_at):
        return False
    if previous.unplugged_at is not None and draft.state.unplugged_at != previous.unplugged_at:
        return False
    last_at = previous.last_reading_at
    for reading in draft.new_readings:
        if last_at is not None and reading.at <= last_at:
            return False
        last_at = reading.at
    stopped_at = draft.state.stopped_at
    return stopped_at is None or last_at is None or last_at <= stopped_at


def _advance(draft: SessionDraft) -> None:
    totals, billing = draft.totals, draft.billing
    if totals is None:
        return
    for reading in draft.new_readings:
        totals = figures.advance(totals, reading, billing)
        draft.reading_count += 1
        draft.new_samples.append(Sample(draft.reading_count, reading, figures.totals_point(totals, billing)))
    state, previous = draft.state, draft.previous_state
    if state.stopped_at is not None and previous.stopped_at is None:
        totals = figures.apply_stop(totals, state.stopped_at, state.meter_stop_wh, billing)
    if state.unplugged_at is not None and previous.unplugged_at is None:
        totals = figures.add_parked_time(totals, state.unplugged_at, billing)
    draft.totals = totals
    draft.is_changed = True


def _fold(draft: SessionDraft) -> None:
    """Merge the new readings into the stored ones by time, and recompute everything from the first.

    A stored reading keeps its values: a repeated one only fills in what is missing.
    """
    stored = load_readings(draft.id) if draft.id else []
    stored_by_time = {reading.at: reading for _, reading in stored}
    numbers = {reading.at: number for number, reading in stored}
    by_time = dict(stored_by_time)
    for reading in draft.new_readings:
        earlier = by_time.get(reading.at)
        by_time[reading.at] = meter.merge_readings(earlier, reading) if earlier else reading
        if reading.at not in numbers:
            draft.reading_count += 1
            numbers[reading.at] = draft.reading_count
    is_same = by_time == stored_by_time and not draft.is_reassigned
    if is_same and draft.state == draft.previous_state and draft.totals is not None:
        return  # a repeated message with nothing new
    draft.is_changed = True
    readings = [by_time[at] for at in sorted(by_time)]
    draft.totals, points = figures.fold(draft.state, readings, draft.billing)
    for reading, point in zip(readings, points, strict=True):
        sample = Sample(numbers[reading.at], reading, point)
        (draft.changed_samples if reading.at in stored_by_time else draft.new_samples).append(sample)
