"""The browser's own pickers of days and times.

Those of the admin offer today and now of the server, where the forms mean the time at a site.
"""

from datetime import time
from typing import Any

from django import forms


class Day(forms.DateInput):
    """A day of the calendar."""

    input_type = "date"


class Clock(forms.TimeInput):
    """A time of day; with seconds only where there are any."""

    input_type = "time"

    def format_value(self, value: Any) -> str | None:
        is_whole = isinstance(value, time) and not value.second
        return f"{value:%H:%M}" if is_whole else super().format_value(value)


class WallClock(forms.SplitDateTimeWidget):
    """A moment as calendar and clock show it at a place."""

    def __init__(self) -> None:
        forms.MultiWidget.__init__(self, (Day, Clock))
