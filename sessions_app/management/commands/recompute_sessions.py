"""`manage.py recompute_sessions`: recompute chosen sessions by today's rules, first without writing."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sessions_app.domain.flags import REASON_FLAGS, reason_bits
from sessions_app.queries.session_selection import (
    SessionSelection,
    UnknownSelectionError,
    select_sessions,
    session_ids,
)
from sessions_app.recording.recomputation import recompute_session
from sessions_app.recording.recompute_report import RecomputeReport

CTRL_C_EXIT_CODE = 130  # as of a shell


class Command(BaseCommand):
    help = (
        "Recompute chosen sessions from their meter samples by today's rules and their stored tariffs. Without --apply "
        "nothing is written. Each session is a transaction of its own: after an interruption, run the command again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="ids of sessions")
        parser.add_argument("--station", action="append", default=[], metavar="ID", help="may be repeated")
        parser.add_argument("--site", action="append", default=[], metavar="NAME", help="or COMPANY/NAME; repeatable")
        parser.add_argument("--from", dest="first_day", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last_day", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--flag", action="append", default=[], choices=REASON_FLAGS, help="any of these flags")
        parser.add_argument("--all", action="store_true", help="all sessions")
        parser.add_argument("--apply", action="store_true", help="write the new figures")
        parser.add_argument("--largest", type=int, default=10, metavar="N", help="how many to list (default: 10)")

    def handle(self, *args: Any, **options: Any) -> None:
        selection = _selection(options)
        if (selection == SessionSelection()) is not options["all"]:
            raise CommandError("Choose sessions by id, --station, --site, --from, --to or --flag, or else --all.")
        if options["largest"] < 0:
            raise CommandError("--largest must be 0 or more.")
        is_applied, report, is_interrupted = options["apply"], RecomputeReport(most=options["largest"]), False
        try:
            self._recompute(selection, report, is_applied=is_applied)
        except UnknownSelectionError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            is_interrupted = True
        for line in report.lines(is_applied=is_applied):
            self.stdout.write(line)
        if not is_applied:
            self.stdout.write("This was a dry run: nothing is written. Add --apply to write.")
        if is_interrupted:
            text = "Interrupted. What is written stays. Run the same command again for the rest."
            raise CommandError(text, returncode=CTRL_C_EXIT_CODE)

    def _recompute(self, selection: SessionSelection, report: RecomputeReport, *, is_applied: bool) -> None:
        sessions = select_sessions(selection)
        total = sessions.count()
        for page in session_ids(sessions):
            for session_id in page:
                result = recompute_session(session_id, is_applied=is_applied, at=timezone.now())
                if result is not None:
                    report.add(result)
            self.stdout.write(f"{report.sessions:,} of {total:,} sessions, {report.changed:,} changed")


def _selection(options: dict[str, Any]) -> SessionSelection:
    return SessionSelection(
        ids=tuple(options["ids"]),
        stations=tuple(options["station"]),
        sites=tuple(options["site"]),
        first_day=options["first_day"],
        last_day=options["last_day"],
        flags=reason_bits(options["flag"]),
    )
