"""The figures of a session after a batch: reading by reading where they come in order, else all anew."""

from sessions_app.domain import figures, meter
from sessions_app.domain.drafts import Sample, SessionDraft
from sessions_app.queries.readings import readings
from sessions_app.recording.beginning import price


def settle(draft: SessionDraft) -> None:
    """Work out the figures of a session that the batch has changed."""
    if not (draft.is_changed or draft.arrived):
        return
    if draft.is_unpriced or draft.life.started_at != draft.settled.started_at:
        price(draft)
    if draft.running is None or not _goes_on(draft):
        _fold(draft)
    else:
        _advance(draft)


def _goes_on(draft: SessionDraft) -> bool:
    """Return whether all that came goes on from the figures so far: nothing late, nothing doubled."""
    before = draft.settled
    if draft.is_reassigned or draft.life.meter_start_wh != before.meter_start_wh:
        return False
    if before.stopped_at is not None and (draft.arrived or draft.life.stopped_at != before.stopped_at):
        return False
    if before.unplugged_at is not None and draft.life.unplugged_at != before.unplugged_at:
        return False
    last = before.last_reading_at
    for reading in draft.arrived:
        if last is not None and reading.at <= last:
            return False
        last = reading.at
    stopped_at = draft.life.stopped_at
    return stopped_at is None or last is None or last <= stopped_at


def _advance(draft: SessionDraft) -> None:
    running, terms = draft.running, draft.terms
    if running is None:
        return
    for reading in draft.arrived:
        running = figures.advance(running, reading, terms)
        draft.reading_count += 1
        draft.added.append(Sample(draft.reading_count, reading, figures.point(running, terms)))
    life, before = draft.life, draft.settled
    if life.stopped_at is not None and before.stopped_at is None:
        running = figures.finish(running, life.stopped_at, life.meter_stop_wh, terms)
    if life.unplugged_at is not None and before.unplugged_at is None:
        running = figures.stand(running, life.unplugged_at, terms)
    draft.running = running
    draft.is_changed = True


def _fold(draft: SessionDraft) -> None:
    """Put late readings in their places, and work everything out from the first reading on.

    A reading that is there already stays: only what it lacks is taken from its double.
    """
    stored = readings(draft.id) if draft.id else []
    known = {reading.at: (number, reading) for number, reading in stored}
    numbers = {at: number for at, (number, _) in known.items()}
    timeline = {at: reading for at, (_, reading) in known.items()}
    for reading in draft.arrived:
        first = timeline.get(reading.at)
        timeline[reading.at] = meter.merged(first, reading) if first else reading
        if reading.at not in numbers:
            draft.reading_count += 1
            numbers[reading.at] = draft.reading_count
    is_same = timeline == {at: reading for at, (_, reading) in known.items()} and not draft.is_reassigned
    if is_same and draft.life == draft.settled and draft.running is not None:
        return  # it was all known: a message that came twice
    draft.is_changed = True
    in_order = [timeline[at] for at in sorted(timeline)]
    draft.running, points = figures.fold(draft.life, in_order, draft.terms)
    for reading, point in zip(in_order, points, strict=True):
        sample = Sample(numbers[reading.at], reading, point)
        (draft.corrected if reading.at in known else draft.added).append(sample)
