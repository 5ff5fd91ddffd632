"""`manage.py stream_export`: prints a long CSV, all but its header; the server starts it and hands it on.

Its input is one JSON object; an address holds names of people, which no list of processes should show.
"""

import os
import sys
from itertools import islice
from typing import Any

import msgspec
from django.core.management.base import BaseCommand
from django.http import QueryDict

from sessions_app.models import Manager
from sessions_app.pages.asked import FILES
from sessions_app.pages.exports import StreamRequest


class Command(BaseCommand):
    help = "Print the rows of a CSV without its header. Reads the request from standard input."

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(10)  # pages first
        asked = msgspec.json.decode(sys.stdin.buffer.read(), type=StreamRequest)
        user = Manager.objects.get(pk=asked.manager)
        file = FILES[asked.kind](QueryDict(asked.params), asked.of, user)
        try:
            for piece in islice(file.pieces(bom=False), 1, None):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the browser, or the server, has gone
            os._exit(1)  # nothing is left to flush
