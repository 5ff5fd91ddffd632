"""The figures of a session after a batch: reading by reading where they come in order, else all anew."""

from sessions_app.domain import figures, meter
from sessions_app.domain.drafts import Sample, SessionDraft
from sessions_app.queries.readings import load_readings
from sessions_app.recording.session_opening import assign_tariff


def recompute(draft: SessionDraft) -> None:
    """Work out the figures of a session that the batch has changed."""
    if not (draft.is_changed or draft.new_readings):
        return
    if draft.needs_tariff or draft.state.started_at != draft.previous_state.started_at:
        assign_tariff(draft)
    if draft.totals is None or not _is_continuation(draft):
        _fold(draft)
    else:
        _advance(draft)


def _is_continuation(draft: SessionDraft) -> bool:
    """Return whether all that came goes on from the figures so far: nothing late, nothing doubled."""
    before = draft.previous_state
    if draft.is_reassigned or draft.state.meter_start_wh != before.meter_start_wh:
        return False
    if before.stopped_at is not None and (draft.new_readings or draft.state.stopped_at != before.stopped_at):
        return False
    if before.unplugged_at is not None and draft.state.unplugged_at != before.unplugged_at:
        return False
    last = before.last_reading_at
    for reading in draft.new_readings:
        if last is not None and reading.at <= last:
            return False
        last = reading.at
    stopped_at = draft.state.stopped_at
    return stopped_at is None or last is None or last <= stopped_at


def _advance(draft: SessionDraft) -> None:
    running, terms = draft.totals, draft.billing
    if running is None:
        return
    for reading in draft.new_readings:
        running = figures.advance(running, reading, terms)
        draft.reading_count += 1
        draft.new_samples.append(Sample(draft.reading_count, reading, figures.totals_point(running, terms)))
    state, before = draft.state, draft.previous_state
    if state.stopped_at is not None and before.stopped_at is None:
        running = figures.apply_stop(running, state.stopped_at, state.meter_stop_wh, terms)
    if state.unplugged_at is not None and before.unplugged_at is None:
        running = figures.add_parked_time(running, state.unplugged_at, terms)
    draft.totals = running
    draft.is_changed = True


def _fold(draft: SessionDraft) -> None:
    """Put late readings in their places, and work everything out from the first reading on.

    A reading that is there already stays: only what it lacks is taken from its double.
    """
    stored = load_readings(draft.id) if draft.id else []
    known = {reading.at: (number, reading) for number, reading in stored}
    numbers = {at: number for at, (number, _) in known.items()}
    timeline = {at: reading for at, (_, reading) in known.items()}
    for reading in draft.new_readings:
        first = timeline.get(reading.at)
        timeline[reading.at] = meter.merge_readings(first, reading) if first else reading
        if reading.at not in numbers:
            draft.reading_count += 1
            numbers[reading.at] = draft.reading_count
    is_same = timeline == {at: reading for at, (_, reading) in known.items()} and not draft.is_reassigned
    if is_same and draft.state == draft.previous_state and draft.totals is not None:
        return  # it was all known: a message that came twice
    draft.is_changed = True
    in_order = [timeline[at] for at in sorted(timeline)]
    draft.totals, points = figures.fold(draft.state, in_order, draft.billing)
    for reading, point in zip(in_order, points, strict=True):
        sample = Sample(numbers[reading.at], reading, point)
        (draft.changed_samples if reading.at in known else draft.new_samples).append(sample)
