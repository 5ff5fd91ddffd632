"""`manage.py simulate_stations`: OCPP clients that simulate stations, until Ctrl-C."""

import asyncio
import signal
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

from sessions_app.demo import fixtures, fleet
from sessions_app.demo.connector_sim import Pace


class Command(BaseCommand):
    help = "Simulate charging stations as OCPP 1.6J clients: cars plug in, charge, idle and unplug."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="+", metavar="ID")
        parser.add_argument("--url", required=True, help="ws://HOST:PORT/ocpp")
        parser.add_argument("--password", required=True, help="for Basic Auth, the same for all")
        parser.add_argument("--tag", action="append", default=[], help="a tag to charge with; may be repeated")
        parser.add_argument("--seed", default="1", help="the seed of the random cars")
        parser.add_argument("--interval", type=float, default=15, help="seconds between meter values (15)")
        parser.add_argument("--speed", type=float, default=1, help="with 6 everything takes a sixth of the time")
        parser.add_argument(
            "--backlog", type=float, default=0, metavar="MINUTES", help="how long ago the first cars may have arrived"
        )
        parser.add_argument("--outages", action="store_true", help="disconnect stations from time to time")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_options(options)
        pace = Pace(
            interval=timedelta(seconds=options["interval"]),
            speed=options["speed"],
            backlog=timedelta(minutes=options["backlog"]),
            seed=options["seed"],
            has_outages=options["outages"],
        )
        stations = [fixtures.station_by_identity(identity, tags=tuple(options["tag"])) for identity in options["ids"]]
        asyncio.run(_run_until_signal(stations, options["url"], options["password"], pace))


async def _run_until_signal(stations: list[fixtures.StationFixture], url: str, password: str, pace: Pace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await fleet.run(stations, url=url, password=password, pace=pace, stop=stop)


def _check_options(options: dict[str, Any]) -> None:
    address = urlsplit(options["url"])
    if address.scheme not in {"ws", "wss"} or not address.netloc:
        raise CommandError("--url must be an address such as ws://127.0.0.1:8000/ocpp.")
    if not 0.5 <= options["interval"] <= 3_600:
        raise CommandError("--interval must be a number from 0.5 to 3600.")
    if not 0.01 <= options["speed"] <= 1_000:
        raise CommandError("--speed must be a number from 0.01 to 1000.")
    if options["backlog"] < 0:
        raise CommandError("--backlog must be 0 or more.")
