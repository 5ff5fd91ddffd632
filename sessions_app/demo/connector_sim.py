"""Simulate one connector: cars arrive one after the other, charge, stay idle and leave."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from sessions_app.demo.cars import Charge
from sessions_app.demo.fixtures import StationFixture
from sessions_app.demo.history import simulate_readings, start_charge
from sessions_app.demo.message_queue import MessageQueue, Transaction
from sessions_app.demo.visit_patterns import Visit, draw_visit, offered_a
from sessions_app.domain.station_states import ConnectorStatus, StopReason
from sessions_app.domain.units import LEAST_POWER_W

READINGS_PER_MESSAGE = 60  # of a backlog
MIN_INTERVAL = timedelta(seconds=10)
MEAN_GAP = timedelta(minutes=50)
LONGEST_STAY = timedelta(hours=14)  # of the first car where `has_long_stay` is True
LONGEST_AGO = timedelta(hours=2, minutes=20)  # of the first car at other AC connectors
LONGEST_DC_AGO = timedelta(minutes=35)


@dataclass(frozen=True)
class Pace:
    """The speed of the simulation: with `speed` 6 stays, gaps and batteries are a sixth; power stays real."""

    interval: timedelta = timedelta(seconds=15)
    speed: float = 1.0
    backlog: timedelta = timedelta(0)  # how long ago the first cars may have arrived
    seed: str = "1"
    has_outages: bool = False


_LONG_STAYS = {("HT-B1-01", 2), ("HT-B2-02", 1), ("QH-P2-01", 2), ("SG-E-01", 2)}


def has_long_stay(station: StationFixture, connector: int) -> bool:
    """Return whether the first car has been here for many hours; the history leaves room for its stay."""
    return (station.identity, connector) in _LONG_STAYS


@dataclass
class ConnectorSimulator:
    """The state of one connector. `requested_stop` is the reason of a requested stop, or ""."""

    station: StationFixture
    connector: int
    queue: MessageQueue
    pace: Pace
    status: str = ConnectorStatus.AVAILABLE
    transaction: Transaction | None = None
    requested_stop: str = ""
    requested_tag: str = ""
    is_closing: bool = False
    _wake_up: asyncio.Event = field(default_factory=asyncio.Event)
    _register_wh: float = 0.0

    def request_stop(self, reason: str) -> None:
        """End the running transaction now."""
        self.requested_stop = reason
        self._wake_up.set()

    def request_start(self, tag: str) -> None:
        """Start a transaction with that tag now (RemoteStartTransaction)."""
        self.requested_tag = tag
        self._wake_up.set()

    def close(self) -> None:
        """End the running transaction and accept no other car."""
        self.is_closing = True
        self.request_stop(StopReason.LOCAL)

    async def run(self) -> None:
        """Simulate visits until the connector is closed."""
        rng = Random(f"{self.pace.seed}/{self.station.identity}/{self.connector}")  # noqa: S311 - no secret
        self._register_wh = float(rng.randint(200, 9_000) * 1_000)
        if self.pace.backlog and (rng.random() < 0.6 or has_long_stay(self.station, self.connector)):
            await self._run_visit(self._first_visit(rng))
        while not self.is_closing:
            await self._pause(MEAN_GAP * rng.expovariate(1) / self.pace.speed)
            if not self.is_closing:
                self._set_status(ConnectorStatus.PREPARING)
                await self._pause(timedelta(seconds=rng.uniform(2, 6) / self.pace.speed))
                await self._run_visit(self._next_visit(rng))

    def _first_visit(self, rng: Random) -> Visit:
        """Return a visit that started some time ago; the battery of every third car is nearly full."""
        now, share = datetime.now(UTC), rng.uniform(0.1, 1)
        if has_long_stay(self.station, self.connector):
            ago = min(self.pace.backlog, LONGEST_STAY * (1 + share) / 2)
            return self._visit(now - ago, ago + timedelta(minutes=rng.uniform(20, 240)), rng)
        longest = LONGEST_DC_AGO if self.station.outlet.is_dc else LONGEST_AGO
        ago = min(self.pace.backlog, longest * share)
        visit = self._visit(now - ago, ago + longest * rng.uniform(0.1, 1), rng)
        nearly_full = visit.car.fills_to - rng.uniform(2, 9)
        return msgspec.structs.replace(visit, battery=nearly_full) if rng.random() < 0.33 else visit

    def _next_visit(self, rng: Random) -> Visit:
        minutes = rng.uniform(18, 50) if self.station.outlet.is_dc else rng.uniform(45, 240)
        speed = self.pace.speed
        visit = self._visit(datetime.now(UTC), timedelta(minutes=minutes) / speed, rng)
        car = msgspec.structs.replace(visit.car, battery_wh=visit.car.battery_wh / speed)
        return msgspec.structs.replace(visit, car=car, tag=self.requested_tag or visit.tag)

    def _visit(self, at: datetime, stay: timedelta, rng: Random) -> Visit:
        seed = f"{self.pace.seed}/{self.station.identity}/{self.connector}/{rng.random()}"
        return draw_visit(self.station, self.connector, at=at, stay=stay, seed=seed)

    async def _run_visit(self, visit: Visit) -> None:
        """Simulate one visit from plug-in until the car has left."""
        charge = start_charge(visit, register_wh=self._register_wh)
        transaction = self.transaction = Transaction(self.connector)
        self.requested_stop = self.requested_tag = ""
        if self.is_closing:
            return
        self.queue.send_start(transaction, visit.tag, charge.reading())
        self._send_backlog(visit, charge, transaction)
        self._set_status(ConnectorStatus.CHARGING)
        reason = await self._charge(visit, charge, transaction)
        self._register_wh = charge.register_wh
        self.queue.send_stop(transaction, charge.reading(), reason=reason, tag=visit.tag)
        self.transaction = None
        if reason != StopReason.EV_DISCONNECTED and not self.is_closing:
            self._set_status(ConnectorStatus.FINISHING)
            await self._pause(min(visit.lingers, timedelta(minutes=20) / self.pace.speed))
        self._set_status(ConnectorStatus.AVAILABLE)

    def _send_backlog(self, visit: Visit, charge: Charge, transaction: Transaction) -> None:
        """Send the readings since the start of the visit, at nearly the live interval.

        A graph shows a silence of three usual intervals as a gap.
        """
        now = datetime.now(UTC)
        step = 2 if now - charge.at < LONGEST_AGO else 3
        interval = max(self.pace.interval, MIN_INTERVAL) * step
        backlog = simulate_readings(charge, visit, until=now, interval=interval)
        for first in range(0, len(backlog), READINGS_PER_MESSAGE):
            self.queue.send_readings(transaction, backlog[first : first + READINGS_PER_MESSAGE])

    async def _charge(self, visit: Visit, charge: Charge, transaction: Transaction) -> str:
        """Send a reading each interval until the car leaves; return the reason of the stop."""
        while not (self.requested_stop or transaction.is_refused or datetime.now(UTC) >= visit.stops_at):
            await self._pause(self.pace.interval)
            now = datetime.now(UTC)
            charge.advance(now, offered_a=offered_a(self.station, now))
            self.queue.send_readings(transaction, [charge.reading()])
            self._set_status(
                ConnectorStatus.SUSPENDED_EV if charge.power_w < LEAST_POWER_W else ConnectorStatus.CHARGING
            )
        if transaction.is_refused:
            return StopReason.DEAUTHORIZED
        return self.requested_stop or (visit.ending if visit.ending == StopReason.LOCAL else StopReason.EV_DISCONNECTED)

    def _set_status(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.queue.send_status(self.connector, status)

    async def _pause(self, duration: timedelta) -> None:
        """Wait, but return early on a request."""
        with suppress(TimeoutError):
            async with asyncio.timeout(duration.total_seconds()):
                await self._wake_up.wait()
        self._wake_up.clear()
