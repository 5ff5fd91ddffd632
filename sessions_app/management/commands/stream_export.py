"""`manage.py stream_export`: print a long CSV without its header. The server starts it and forwards it.

The request comes as a JSON object on stdin: it may contain names of people, and arguments show in the
process list.
"""

import os
import sys
from itertools import islice
from typing import Any

import msgspec
from django.core.management.base import BaseCommand
from django.http import QueryDict

from sessions_app.exports.process_stream import StreamRequest
from sessions_app.exports.registry import describe_export
from sessions_app.models import Manager


class Command(BaseCommand):
    help = "Print a CSV without its header. Reads the request from stdin."
    requires_system_checks = []  # they load the pages

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(10)  # pages have priority
        request = msgspec.json.decode(sys.stdin.buffer.read(), type=StreamRequest)
        user = Manager.objects.get(pk=request.manager)
        spec = describe_export(request.kind, request.of, QueryDict(request.params), user)
        try:
            for piece in islice(spec.pieces(bom=False), 1, None):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the browser or the server is gone
            os._exit(1)  # nothing is left to flush
