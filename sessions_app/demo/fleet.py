"""Run many simulated stations in one process."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from sessions_app.demo.connector_sim import Pace
from sessions_app.demo.fixtures import StationFixture
from sessions_app.demo.station_sim import StationSimulator

logger = logging.getLogger(__name__)
SHUT_DOWN_WITHIN_S = 5.0


async def run(stations: Iterable[StationFixture], *, url: str, password: str, pace: Pace, stop: asyncio.Event) -> None:
    """Run the stations until `stop` is set, then end all sessions and report that to the central system."""
    clients = [StationSimulator(station, url=url, password=password, pace=pace) for station in stations]
    tasks = [asyncio.create_task(client.run()) for client in clients]
    stopped = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stopped in done:
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUT_DOWN_WITHIN_S):
                await asyncio.gather(*(client.shut_down() for client in clients))
    for task in (*tasks, stopped):
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            logger.error("A station failed.", exc_info=result)
