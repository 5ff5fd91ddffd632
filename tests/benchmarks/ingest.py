"""Meter readings recorded a second: acknowledged to the stations, and stored in the database.

    python tests/benchmarks/ingest.py --stations 100 --seconds 20
    python tests/benchmarks/ingest.py --url ws://127.0.0.1:8000/ocpp --password P --prefix BENCH

Each station sends its next MeterValues when the last one is answered, over a real socket. Without
--url it creates a database with the stations and starts its own server; client and server
share the machine. A server that runs already needs stations PREFIX-001 … (`manage.py add_station
PREFIX --count N --password P --accept-unknown-tags`); what it stored is not counted then, unless
DATABASE_URL names its database.
"""

import argparse
import asyncio
import base64
import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stand import create_database, database_url, drop_database, migrate, server, use_database
from websockets.asyncio.client import ClientConnection, connect

DATABASE = "terrafuse_bench_ingest"
PREFIX = "BENCH"
PASSWORD = "a password of the benchmark"


@dataclass
class ClientTimes:
    """Times seen by the stations: seconds from each reading to its answer."""

    latencies_s: list[float] = field(default_factory=list)
    transactions: list[int] = field(default_factory=list)


class Station:
    """A minimal OCPP client, so that the server is measured, not the client."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a call and return the payload of its answer; an error ends the run."""
        self._count += 1
        await self._socket.send(json.dumps([2, str(self._count), action, payload]))
        kind, id_, answer, *_ = json.loads(await self._socket.recv())
        if (kind, id_) != (3, str(self._count)):
            raise SystemExit(f"{action} was answered by {kind} {id_} {answer}")
        return dict(answer)


def reading(transaction: int, at: datetime, number: int) -> dict[str, Any]:
    """Return the MeterValues of a typical AC station: energy, power, offered current, voltage."""
    sampled = [
        {"value": str(1000 + number), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": "7.2", "measurand": "Power.Active.Import", "unit": "kW"},
        {"value": "32", "measurand": "Current.Offered", "unit": "A"},
        {"value": "230.1", "measurand": "Voltage", "unit": "V", "phase": "L1-N"},
    ]
    value = {"timestamp": at.isoformat().replace("+00:00", "Z"), "sampledValue": sampled}
    return {"connectorId": 1, "transactionId": transaction, "meterValue": [value]}


async def run_station(
    url: str, name: str, password: str, ready: asyncio.Barrier, seconds: float, times: ClientTimes
) -> None:
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    async with connect(
        f"{url}/{name}",
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        additional_headers={"Authorization": f"Basic {token}"},
        compression=None,
        open_timeout=60,
    ) as socket:
        station = Station(socket)
        await station.call("BootNotification", {"chargePointVendor": "Bench", "chargePointModel": "M"})
        at = datetime.now(UTC) - timedelta(hours=12)
        stamp = at.isoformat().replace("+00:00", "Z")
        start = {"connectorId": 1, "idTag": "BENCH", "meterStart": 1000, "timestamp": stamp}
        transaction = (await station.call("StartTransaction", start))["transactionId"]
        times.transactions.append(transaction)
        await ready.wait()
        deadline = time.perf_counter() + seconds
        number = 0
        while (sent := time.perf_counter()) < deadline:
            number += 1
            message = reading(transaction, at + timedelta(seconds=number), number)
            await station.call("MeterValues", message)
            times.latencies_s.append(time.perf_counter() - sent)


async def run(url: str, password: str, prefix: str, stations: int, seconds: float) -> ClientTimes:
    times, ready = ClientTimes(), asyncio.Barrier(stations)
    await asyncio.gather(
        *(run_station(url, f"{prefix}-{n:03}", password, ready, seconds, times) for n in range(1, stations + 1))
    )
    return times


def stored(transactions: list[int]) -> int:
    """Count the samples of those sessions in the database."""
    from sessions_app.models import MeterSample

    return MeterSample.objects.filter(session_id__in=transactions).count()


def percentile(values: list[float], percent: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def report(times: ClientTimes, seconds: float, stored_count: int | None) -> None:
    acked = len(times.latencies_s)
    figures = {
        "acked_per_s": round(acked / seconds, 1),
        "acked": acked,
        "stored": stored_count,
        "p50_ms": round(percentile(times.latencies_s, 50) * 1000, 1),
        "p99_ms": round(percentile(times.latencies_s, 99) * 1000, 1),
    }
    for name, value in figures.items():
        print(f"{name:>12} {value}")
    print(json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--url", help="of a server that runs already: ws://HOST:PORT/ocpp")
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--prefix", default=PREFIX)
    options = parser.parse_args()
    args = (options.password, options.prefix, options.stations, options.seconds)
    if options.url:
        times = asyncio.run(run(options.url.rstrip("/"), *args))
        stored_count = None
        if os.environ.get("DATABASE_URL"):
            use_database(os.environ["DATABASE_URL"].rsplit("/", 1)[1])
            stored_count = stored(times.transactions)
        report(times, options.seconds, stored_count)
        return
    create_database(DATABASE)
    try:
        use_database(DATABASE)
        migrate()
        add_stations(*args[:3])
        with server({"DATABASE_URL": database_url(DATABASE)}) as address:
            times = asyncio.run(run(address.replace("http", "ws", 1) + "/ocpp", *args))
        report(times, options.seconds, stored(times.transactions))
    finally:
        drop_database(DATABASE)


def add_stations(password: str, prefix: str, count: int) -> None:
    from django.core.management import call_command

    call_command("add_station", prefix, count=count, password=password, accept_unknown_tags=True, verbosity=0)


if __name__ == "__main__":
    main()
