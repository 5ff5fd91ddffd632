"""One connector that lives: a car comes, charges, stands idle and leaves, and the next one comes."""

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
from sessions_app.domain.register import LEAST_POWER_W

READINGS_IN_A_MESSAGE = 60  # when many have waited
MIN_INTERVAL = timedelta(seconds=10)
MEAN_GAP = timedelta(minutes=50)
LONGEST_STAY = timedelta(hours=14)  # of the car that stands where `stays_long` says so
LONGEST_AGO = timedelta(hours=2, minutes=20)  # and everywhere else
LONGEST_DC_AGO = timedelta(minutes=35)


@dataclass(frozen=True)
class Pace:
    """How quickly things go: `speed` 6 makes stays, gaps and batteries a sixth; figures stay true."""

    interval: timedelta = timedelta(seconds=15)
    speed: float = 1.0
    backlog: timedelta = timedelta(0)  # how long ago the first cars may have come
    seed: str = "1"
    has_outages: bool = False


_LONG_STAYS = {("HT-B1-01", 2), ("HT-B2-02", 1), ("QH-P2-01", 2), ("SG-E-01", 2)}


def has_long_stay(station: StationFixture, connector: int) -> bool:
    """Return whether the first car here has stood for many hours; no later visit stands in its past."""
    return (station.identity, connector) in _LONG_STAYS


@dataclass
class ConnectorSimulator:
    """The state of one connector; `wanted_end` is why the transaction is to end now."""

    station: StationFixture
    connector: int
    outbox: MessageQueue
    pace: Pace
    status: str = "Available"
    transaction: Transaction | None = None
    wanted_end: str = ""
    wanted_tag: str = ""
    is_closing: bool = False
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _register_wh: float = 0.0

    def end(self, reason: str) -> None:
        """Let the running transaction end now."""
        self.wanted_end = reason
        self._asked.set()

    def begin(self, tag: str) -> None:
        """Let a transaction with that tag begin now (RemoteStartTransaction)."""
        self.wanted_tag = tag
        self._asked.set()

    def close(self) -> None:
        """Let the car leave now, and no other one come."""
        self.is_closing = True
        self.end("Local")

    async def live(self) -> None:
        """Let cars come and go until the plug is closed."""
        rng = Random(f"{self.pace.seed}/{self.station.identity}/{self.connector}")  # noqa: S311 - no secret
        self._register_wh = float(rng.randint(200, 9_000) * 1_000)
        if self.pace.backlog and (rng.random() < 0.6 or has_long_stay(self.station, self.connector)):
            await self._host(self._earlier_visit(rng))
        while not self.is_closing:
            await self._pause(MEAN_GAP * rng.expovariate(1) / self.pace.speed)
            if not self.is_closing:
                self._tell("Preparing")
                await self._pause(timedelta(seconds=rng.uniform(2, 6) / self.pace.speed))
                await self._host(self._next_visit(rng))

    def _earlier_visit(self, rng: Random) -> Visit:
        """Return a visit that began some time ago; a third of the cars are nearly full by now."""
        now, share = datetime.now(UTC), rng.uniform(0.1, 1)
        if has_long_stay(self.station, self.connector):
            ago = min(self.pace.backlog, LONGEST_STAY * (1 + share) / 2)
            return self._visit(now - ago, ago + timedelta(minutes=rng.uniform(20, 240)), rng)
        longest = LONGEST_DC_AGO if self.station.outlet.is_dc else LONGEST_AGO
        ago = min(self.pace.backlog, longest * share)
        one = self._visit(now - ago, ago + longest * rng.uniform(0.1, 1), rng)
        nearly_full = one.car.fills_to - rng.uniform(2, 9)
        return msgspec.structs.replace(one, battery=nearly_full) if rng.random() < 0.33 else one

    def _next_visit(self, rng: Random) -> Visit:
        minutes = rng.uniform(18, 50) if self.station.outlet.is_dc else rng.uniform(45, 240)
        speed = self.pace.speed
        one = self._visit(datetime.now(UTC), timedelta(minutes=minutes) / speed, rng)
        car = msgspec.structs.replace(one.car, battery_wh=one.car.battery_wh / speed)
        return msgspec.structs.replace(one, car=car, tag=self.wanted_tag or one.tag)

    def _visit(self, at: datetime, stay: timedelta, rng: Random) -> Visit:
        seed = f"{self.pace.seed}/{self.station.identity}/{self.connector}/{rng.random()}"
        return draw_visit(self.station, self.connector, at=at, stay=stay, seed=seed)

    async def _host(self, guest: Visit) -> None:
        """Be there for one car until it has left."""
        charge = start_charge(guest, register_wh=self._register_wh)
        transaction = self.transaction = Transaction(self.connector)
        self.wanted_end = self.wanted_tag = ""
        if self.is_closing:
            return
        self.outbox.start(transaction, guest.tag, charge.reading())
        self._tell_what_waited(guest, charge, transaction)
        self._tell("Charging")
        reason = await self._charge(guest, charge, transaction)
        self._register_wh = charge.register_wh
        self.outbox.stop(transaction, charge.reading(), reason=reason, tag=guest.tag)
        self.transaction = None
        if reason != "EVDisconnected" and not self.is_closing:
            self._tell("Finishing")
            await self._pause(min(guest.lingers, timedelta(minutes=20) / self.pace.speed))
        self._tell("Available")

    def _tell_what_waited(self, guest: Visit, charge: Charge, transaction: Transaction) -> None:
        """Tell what was measured before the station was there, about as closely as from now on.

        A graph takes a silence of three usual intervals for a gap.
        """
        now = datetime.now(UTC)
        step = 2 if now - charge.at < LONGEST_AGO else 3
        interval = max(self.pace.interval, MIN_INTERVAL) * step
        waited = simulate_readings(charge, guest, until=now, interval=interval)
        for first in range(0, len(waited), READINGS_IN_A_MESSAGE):
            self.outbox.measure(transaction, waited[first : first + READINGS_IN_A_MESSAGE])

    async def _charge(self, guest: Visit, charge: Charge, transaction: Transaction) -> str:
        """Report a reading each interval until the car leaves; return why the transaction ends."""
        while not (self.wanted_end or transaction.is_refused or datetime.now(UTC) >= guest.stops_at):
            await self._pause(self.pace.interval)
            now = datetime.now(UTC)
            charge.advance(now, offered_a=offered_a(self.station, now))
            self.outbox.measure(transaction, [charge.reading()])
            self._tell("SuspendedEV" if charge.power_w < LEAST_POWER_W else "Charging")
        if transaction.is_refused:
            return "DeAuthorized"
        return self.wanted_end or (guest.ending if guest.ending == "Local" else "EVDisconnected")

    def _tell(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.outbox.tell_status(self.connector, status)

    async def _pause(self, lasting: timedelta) -> None:
        """Wait, unless somebody asks for something meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(lasting.total_seconds()):
                await self._asked.wait()
        self._asked.clear()
