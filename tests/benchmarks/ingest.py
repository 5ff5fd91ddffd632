"""How many meter readings a second are recorded: acknowledged to the stations, and found in the database.

    python tests/benchmarks/ingest.py --stations 100 --seconds 20
    python tests/benchmarks/ingest.py --url ws://127.0.0.1:8000 --password P --prefix BENCH

Each station sends its next MeterValues when the last one is answered, over a real socket. Without
--url it makes a database, fills in the stations, and starts a server of its own; client and server
share the machine. A server that runs already needs stations PREFIX-001 … (`manage.py add_station
PREFIX --count N --password P --accept-unknown-tags`); its rows are not counted then, unless
DATABASE_URL names its database.
"""

import argparse
import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stand import create_database, database_url, drop_database, migrate, server, use_database

from tests.support.async_station_client import async_station, meter_values, start_payload

DATABASE = "terrafuse_bench_ingest"
PREFIX = "BENCH"
PASSWORD = "a password of the benchmark"


@dataclass
class Tally:
    """What the stations saw: seconds from a reading sent to its answer."""

    latencies_s: list[float] = field(default_factory=list)
    transactions: list[int] = field(default_factory=list)


def reading(transaction: int, at: datetime, number: int) -> dict[str, Any]:
    """Return MeterValues as a usual AC station sends them: energy, power, offered current, voltage."""
    sampled = (
        {"value": str(1000 + number), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": "7.2", "measurand": "Power.Active.Import", "unit": "kW"},
        {"value": "32", "measurand": "Current.Offered", "unit": "A"},
        {"value": "230.1", "measurand": "Voltage", "unit": "V", "phase": "L1-N"},
    )
    return meter_values(transaction, at, *sampled)


async def run_station(ws: str, name: str, password: str, ready: asyncio.Barrier, seconds: float, tally: Tally) -> None:
    async with async_station(ws, name, password=password, compression=None, open_timeout=60) as station:
        await station.call("BootNotification", {"chargePointVendor": "Bench", "chargePointModel": "M"})
        at = datetime.now(UTC) - timedelta(hours=12)
        transaction = await station.start(start_payload(at, meter_wh=1000, id_tag="BENCH"))
        tally.transactions.append(transaction)
        await ready.wait()
        deadline = time.perf_counter() + seconds
        number = 0
        while (sent := time.perf_counter()) < deadline:
            number += 1
            message = reading(transaction, at + timedelta(seconds=number), number)
            answer = await station.call("MeterValues", message)
            if answer[0] != 3:
                raise SystemExit(f"MeterValues was answered by {answer}")
            tally.latencies_s.append(time.perf_counter() - sent)


async def run(ws: str, password: str, prefix: str, stations: int, seconds: float) -> Tally:
    tally, ready = Tally(), asyncio.Barrier(stations)
    await asyncio.gather(
        *(run_station(ws, f"{prefix}-{n:03}", password, ready, seconds, tally) for n in range(1, stations + 1))
    )
    return tally


def stored(transactions: list[int]) -> int:
    """Count the samples of those sessions in the database."""
    from sessions_app.models import MeterSample

    return MeterSample.objects.filter(session_id__in=transactions).count()


def percentile(values: list[float], percent: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def report(tally: Tally, seconds: float, found: int | None) -> None:
    acked = len(tally.latencies_s)
    figures = {
        "acked_per_s": round(acked / seconds, 1),
        "acked": acked,
        "stored": found,
        "p50_ms": round(percentile(tally.latencies_s, 50) * 1000, 1),
        "p99_ms": round(percentile(tally.latencies_s, 99) * 1000, 1),
    }
    for name, value in figures.items():
        print(f"{name:>12} {value}")
    print(json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--url", help="of a server that runs already: ws://HOST:PORT")
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--prefix", default=PREFIX)
    options = parser.parse_args()
    args = (options.password, options.prefix, options.stations, options.seconds)
    if options.url:
        tally = asyncio.run(run(options.url.rstrip("/"), *args))
        found = None
        if os.environ.get("DATABASE_URL"):
            use_database(os.environ["DATABASE_URL"].rsplit("/", 1)[1])
            found = stored(tally.transactions)
        report(tally, options.seconds, found)
        return
    create_database(DATABASE)
    try:
        use_database(DATABASE)
        migrate()
        add_stations(*args[:3])
        with server({"DATABASE_URL": database_url(DATABASE)}) as address:
            tally = asyncio.run(run(address.replace("http", "ws", 1), *args))
        report(tally, options.seconds, stored(tally.transactions))
    finally:
        drop_database(DATABASE)


def add_stations(password: str, prefix: str, count: int) -> None:
    from django.core.management import call_command

    call_command("add_station", prefix, count=count, password=password, accept_unknown_tags=True, verbosity=0)


if __name__ == "__main__":
    main()
