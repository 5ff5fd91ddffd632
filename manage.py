#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys
from pathlib import Path

from terrafuse import env


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "terrafuse.settings")
    if sys.argv[1:2] == ["demo"]:  # the one command that needs no settings of anybody's
        env.keep_secret(Path(__file__).resolve().parent / "var" / "secret-key")
    from django.core.management import execute_from_command_line

    with env.told_plainly():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
