"""One charging station over a real socket: says what its plugs have to say, comes back when it is cut off."""

import asyncio
import logging
from base64 import b64encode
from datetime import timedelta
from random import Random
from urllib.parse import quote

from ocpp.v16 import call
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from sessions_app.demo.connector_sim import ConnectorSimulator, Pace
from sessions_app.demo.fixtures import StationFixture
from sessions_app.demo.message_queue import MessageQueue
from sessions_app.demo.ocpp_client import OcppClient
from sessions_app.demo.visit_patterns import CONNECTORS

logger = logging.getLogger(__name__)
FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 30.0
HEARTBEAT_INTERVAL_S = 300
BETWEEN_OUTAGES = timedelta(minutes=45)
CONNECTION_ERRORS = (OSError, TimeoutError, WebSocketException)


class StationSimulator:
    """A station with its plugs; they live on while the connection is broken."""

    def __init__(self, station: StationFixture, *, url: str, password: str, pace: Pace) -> None:
        self.station, self.pace = station, pace
        self.outbox = MessageQueue()
        self.plugs = [ConnectorSimulator(station, connector, self.outbox, pace) for connector in CONNECTORS]
        self._address = f"{url.rstrip('/')}/{quote(station.identity, safe='')}"
        credentials = b64encode(f"{station.identity}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._rng = Random(f"{pace.seed}/{station.identity}/line")  # noqa: S311 - no secret
        self._has_booted = False
        self._lives: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Live, and stay connected with longer and longer waits while that cannot be."""
        async with asyncio.TaskGroup() as tasks:
            self._lives = [tasks.create_task(plug.live()) for plug in self.plugs]
            await self._stay_connected()

    async def leave(self) -> None:
        """Let all cars leave, and return when the central system has been told."""
        for plug in self.plugs:
            plug.close()
        await asyncio.gather(*self._lives)
        await self.outbox.is_empty.wait()

    async def _stay_connected(self) -> None:
        wait_s = FIRST_RETRY_S
        while True:
            try:
                async with connect(
                    self._address,
                    subprotocols=["ocpp1.6"],  # type: ignore[list-item]  # a NewType over str
                    additional_headers=self._headers,
                    open_timeout=20,
                ) as connection:
                    wait_s = FIRST_RETRY_S
                    await self._talk(connection)
            except InvalidStatus as refusal:
                logger.warning("%s is refused (HTTP %s).", self.station.identity, refusal.response.status_code)
            except CONNECTION_ERRORS as error:
                logger.info("%s is cut off: %s", self.station.identity, error)
            self.outbox.forget_what_need_not_arrive()
            await asyncio.sleep(wait_s * self._rng.uniform(0.7, 1.3))
            wait_s = min(wait_s * 2, LONGEST_RETRY_S)

    async def _talk(self, connection: ClientConnection) -> None:
        """Speak over one connection until it breaks, or until an outage comes."""
        link = OcppClient(self.station.identity, connection, self.plugs)
        tasks = [asyncio.create_task(each) for each in (link.start(), self._speak(link), self._beat(link))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=self._until_outage_s())
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await connection.close()
        await asyncio.sleep(self._rng.uniform(45, 120))

    def _until_outage_s(self) -> float | None:
        if not self.pace.has_outages:
            return None
        return self._rng.expovariate(1 / BETWEEN_OUTAGES.total_seconds()) + 60

    async def _speak(self, link: OcppClient) -> None:
        if not self._has_booted:
            await link.call(
                call.BootNotification(
                    charge_point_model="Demo 22" if not self.station.outlet.is_dc else "Demo DC",
                    charge_point_vendor="TerraFuse",
                    charge_point_serial_number=f"TF{self._rng.getrandbits(40):010X}",
                    firmware_version="1.4.2",
                )
            )
            self._has_booted = True
        for plug in self.plugs:
            self.outbox.tell_status(plug.connector, plug.status)
        await self.outbox.deliver(link.call)

    async def _beat(self, link: OcppClient) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL_S)
            await link.call(call.Heartbeat())
