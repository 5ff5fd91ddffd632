"""The product's figures of a session that is written for the reference."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import figures, meter
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.pricing import Tariff
from sessions_app.domain.session_totals import BillingContext, SessionPoint, SessionTotals, StatusAt
from sessions_app.domain.value_selection import SampledValue
from tests.domain.reference import Message, Session

Figures = tuple[SessionTotals, list[SessionPoint]]


class Product(msgspec.Struct):
    """The input of the domain: what the recorder would hand over."""

    state: SessionState
    readings: list[Reading]
    statuses: list[StatusAt]
    billing: BillingContext

    def folded(self) -> Figures:
        """Return the figures of all at once."""
        return figures.fold(self.state, self.readings, self.billing, self.statuses)

    def advanced(self) -> tuple[SessionTotals, list[SessionPoint], int]:
        """Return the figures reading by reading, as the recorder does, and how often it had to fold."""
        running = msgspec.structs.replace(self.state, stopped_at=None, meter_stop_wh=None, unplugged_at=None)
        totals = figures.start_totals(self.state.started_at, self.state.meter_start_wh, self.billing)
        points: list[SessionPoint] = []
        folds = 0
        own = [each for each in self.readings if self.is_own(each)]
        for number, reading in enumerate(own, 1):
            statuses = [each for each in self.statuses if each.at <= reading.at]
            totals = stored(totals)
            first = number - 1 - len(totals.pending)
            advanced = figures.advance(totals, reading, self.billing, statuses)
            if advanced is None:
                folds, first = folds + 1, 0
                advanced = figures.fold(running, own[:number], self.billing, statuses)
            totals, points[first:] = advanced
        if self.state.stopped_at is not None:
            first = len(own) - len(totals.pending)
            stopped = figures.apply_stop(stored(totals), self.state, self.billing, self.statuses)
            if stopped is None:
                folds += 1
                totals, points = figures.fold(self.state, own, self.billing, self.statuses)
            else:
                totals, points[first:] = stopped
                if self.state.unplugged_at is not None:
                    totals = figures.add_parked_time(totals, self.state.unplugged_at, self.billing)
        return totals, points, folds

    def is_own(self, reading: Reading) -> bool:
        """Return whether a reading counts: it is within the session and names its transaction, where others do."""
        stopped_at = self.state.stopped_at
        is_within = self.state.started_at <= reading.at and (stopped_at is None or reading.at <= stopped_at)
        return is_within and (reading.is_named or not any(each.is_named for each in self.readings))


def stored(totals: SessionTotals) -> SessionTotals:
    return msgspec.json.decode(msgspec.json.encode(totals), type=SessionTotals)


def product(session: Session, *, end: datetime | None = None, tariff: Tariff | None = None) -> Product:
    """Return the product's input; times are taken as stated, the end is that of the reference."""
    connector = session.connector
    rating_w, phases = connector.rating_w, connector.phases or 1
    by_time: dict[datetime, Reading] = {}
    begin: Decimal | None = None
    last: Decimal | None = None
    for message in sorted(session.messages, key=lambda each: each.arrived):
        reading = parsed(message)
        if reading is None:
            continue
        begin = reading.begin_wh if begin is None else begin
        last = reading.end_wh if reading.end_wh is not None else last
        reading = msgspec.structs.replace(
            meter.assign_phase(reading, phases=phases, rating_w=rating_w), begin_wh=None, end_wh=None
        )
        if not reading.is_empty:
            first = by_time.get(reading.at)
            by_time[reading.at] = meter.merge_readings(first, reading) if first else reading
    started_at = session.start.stated or session.start.arrived
    stop = session.stop
    stopped_at = None if stop is None else max(started_at, stop.stated or stop.arrived)
    state = SessionState(
        started_at=started_at,
        meter_start_wh=_wh(session.start.meter, begin),
        stopped_at=stopped_at,
        meter_stop_wh=_wh(stop.meter if stop else None, last) if stop else None,
        unplugged_at=end if stopped_at is not None and end is not None and end > stopped_at else None,
    )
    statuses = [StatusAt(each.stated or each.arrived, each.status) for each in session.statuses]
    return Product(
        state=state,
        readings=[by_time[at] for at in sorted(by_time)],
        statuses=sorted(statuses, key=lambda each: each.at),
        billing=BillingContext(
            zone="UTC",
            rating_w=rating_w,
            phases=phases,
            limit_a=None if connector.limit_a is None else float(connector.limit_a),
            tariff=tariff,
            interval_s=session.interval_s,
        ),
    )


def parsed(message: Message) -> Reading | None:
    """Return the reading of a message of the reference, as ingest would."""
    reading = meter.parse_reading(message.stated or message.arrived, list(sampled(message.values)))
    if reading is None:
        return None
    return msgspec.structs.replace(reading, is_named=message.has_transaction_id)


def sampled(values: Sequence[object]) -> list[SampledValue]:
    result = []
    for value in values:
        fields = dict(value)  # type: ignore[call-overload]
        is_signed = fields.pop("format", None) == "SignedData"
        result.append(SampledValue(**fields, is_signed=is_signed))
    return result


def _wh(meter_wh: object, boundary: Decimal | None) -> Decimal | None:
    if meter_wh is None:
        return boundary
    wh = Decimal(str(meter_wh))
    return wh.quantize(Decimal("0.001")) if wh >= 0 else boundary
