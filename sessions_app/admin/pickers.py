"""The browser's own date and time pickers.

Those of the admin offer today and now of the server, but the forms need the time at a site.
"""

from datetime import time
from typing import Any

from django import forms


class DateInput(forms.DateInput):
    """A date picker."""

    input_type = "date"


class TimeInput(forms.TimeInput):
    """A time picker; it shows seconds only if they are not zero."""

    input_type = "time"

    def format_value(self, value: Any) -> str | None:
        is_whole_minute = isinstance(value, time) and not value.second
        return f"{value:%H:%M}" if is_whole_minute else super().format_value(value)


class SiteDateTimeInput(forms.SplitDateTimeWidget):
    """A date and a time, in the local time of a place."""

    def __init__(self) -> None:
        forms.MultiWidget.__init__(self, (DateInput, TimeInput))
