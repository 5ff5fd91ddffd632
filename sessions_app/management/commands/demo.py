"""`manage.py demo`: a company with sixty days of history and cars that charge now, until Ctrl-C."""

import secrets
import signal
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sessions_app.demo import fixtures, places, processes
from sessions_app.demo.connector_sim import LONGEST_STAY
from sessions_app.demo.seed import ForeignDataError, seed
from sessions_app.models import ChargingSession

DEFAULT_HISTORY_DAYS = 60
MIN_BACKLOG = timedelta(seconds=5)


class Command(BaseCommand):
    help = "Start the demo: invented data, the server, and OCPP clients that simulate stations."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--stations", type=int, default=fixtures.FIRST_STATIONS, help="number of live stations")
        parser.add_argument("--days", type=int, default=DEFAULT_HISTORY_DAYS, help="days of history in a new database")

    def handle(self, *args: Any, **options: Any) -> None:
        port, count = options["port"], options["stations"]
        if not 1 <= port <= 65_535:
            raise CommandError("PORT must be a number from 1 to 65535.")
        if not 1 <= count <= fixtures.FIRST_STATIONS + fixtures.MAX_EXTRA_STATIONS:
            raise CommandError(
                f"STATIONS must be a number from 1 to {fixtures.FIRST_STATIONS + fixtures.MAX_EXTRA_STATIONS}."
            )
        if not 0 <= options["days"] <= 1_000:
            raise CommandError("--days must be a number from 0 to 1000.")
        if not processes.is_port_free(port):
            raise CommandError(f"Port {port} is in use. Choose another: make demo PORT={port + 1}")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        try:
            self._run(port, count, options["days"])
        except KeyboardInterrupt:
            self.stdout.write("\nStopped during the preparation. You can start it again at any time.")
        except (ForeignDataError, ChildProcessError) as error:
            raise CommandError(str(error)) from error

    def _run(self, port: int, count: int, days: int) -> None:
        password = secrets.token_hex(16)
        with processes.collect_static():
            self.stdout.write("Preparing the database, its history and the static files …")
            call_command("migrate", verbosity=0)
            now = timezone.now()
            last_at = seed(stations=count, days=days, password=password, at=now)
        last_session_id = ChargingSession.objects.order_by("-pk").values_list("pk", flat=True).first()
        backlog = LONGEST_STAY if last_at is None else min(LONGEST_STAY, now - last_at)
        with ExitStack() as stack:
            worker = stack.enter_context(processes.start_worker())
            server = stack.enter_context(processes.start_server(port))
            stations = stack.enter_context(
                processes.start_stations(
                    [station.identity for station in fixtures.demo_stations(count)],
                    port=port,
                    password=password,
                    backlog=max(backlog, MIN_BACKLOG),
                    seed=str(last_session_id),
                )
            )
            self._greet(port, count)
            was_requested = processes.wait_for_exit(server, worker, stations)
            self.stdout.write("\nStopping: first the stations, then the server and the worker …")
        if not was_requested:
            raise CommandError("The server, the worker or the stations exited unexpectedly; see above.")
        self.stdout.write("Stopped. The data is kept in var/ for next time.")

    def _greet(self, port: int, count: int) -> None:
        self.stdout.write(f"""
  TerraFuse  http://{processes.HOST}:{port}/

  manager    {places.MANAGER} / {places.PASSWORD}   sees three sites, can stop charging at two of them
  operator   {places.OPERATOR} / {places.PASSWORD}   sees everything, sets up sites and prices at /admin/

  {count} stations are charging cars over OCPP 1.6. Ctrl-C stops everything.
""")
        self.stdout.flush()
