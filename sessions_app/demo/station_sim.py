"""Simulate one charging station over a real socket; it reconnects when the connection breaks."""

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
    """A station with its connectors, which continue while the connection is broken."""

    def __init__(self, station: StationFixture, *, url: str, password: str, pace: Pace) -> None:
        self.station, self.pace = station, pace
        self.queue = MessageQueue()
        self.connectors = [ConnectorSimulator(station, number, self.queue, pace) for number in CONNECTORS]
        self._url = f"{url.rstrip('/')}/{quote(station.identity, safe='')}"
        credentials = b64encode(f"{station.identity}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._rng = Random(f"{pace.seed}/{station.identity}/line")  # noqa: S311 - no secret
        self._has_booted = False
        self._connector_tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Run the connectors and stay connected; wait longer after each failed attempt."""
        async with asyncio.TaskGroup() as tasks:
            self._connector_tasks = [tasks.create_task(connector.run()) for connector in self.connectors]
            await self._stay_connected()

    async def shut_down(self) -> None:
        """End all sessions, and return when the central system has confirmed them."""
        for connector in self.connectors:
            connector.close()
        await asyncio.gather(*self._connector_tasks)
        await self.queue.is_empty.wait()

    async def _stay_connected(self) -> None:
        wait_s = FIRST_RETRY_S
        while True:
            try:
                async with connect(
                    self._url,
                    subprotocols=["ocpp1.6"],  # type: ignore[list-item]  # a NewType over str
                    additional_headers=self._headers,
                    open_timeout=20,
                ) as connection:
                    wait_s = FIRST_RETRY_S
                    await self._communicate(connection)
            except InvalidStatus as refusal:
                logger.warning("%s was refused (HTTP %s).", self.station.identity, refusal.response.status_code)
            except CONNECTION_ERRORS as error:
                logger.info("%s lost its connection: %s", self.station.identity, error)
            self.queue.drop_status_messages()
            await asyncio.sleep(wait_s * self._rng.uniform(0.7, 1.3))
            wait_s = min(wait_s * 2, LONGEST_RETRY_S)

    async def _communicate(self, connection: ClientConnection) -> None:
        """Use one connection until it breaks or an outage is due."""
        client = OcppClient(self.station.identity, connection, self.connectors)
        tasks = [
            asyncio.create_task(job)
            for job in (client.start(), self._send_messages(client), self._send_heartbeats(client))
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=self._seconds_to_outage())
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await connection.close()
        await asyncio.sleep(self._rng.uniform(45, 120))

    def _seconds_to_outage(self) -> float | None:
        if not self.pace.has_outages:
            return None
        return self._rng.expovariate(1 / BETWEEN_OUTAGES.total_seconds()) + 60

    async def _send_messages(self, client: OcppClient) -> None:
        if not self._has_booted:
            await client.call(
                call.BootNotification(
                    charge_point_model="Demo 22" if not self.station.outlet.is_dc else "Demo DC",
                    charge_point_vendor="TerraFuse",
                    charge_point_serial_number=f"TF{self._rng.getrandbits(40):010X}",
                    firmware_version="1.4.2",
                )
            )
            self._has_booted = True
        for connector in self.connectors:
            self.queue.send_status(connector.connector, connector.status)
        await self.queue.deliver(client.call)

    async def _send_heartbeats(self, client: OcppClient) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL_S)
            await client.call(call.Heartbeat())
