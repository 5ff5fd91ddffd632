"""Formats in English, as Django looks for them; the rest are its own."""

DATETIME_FORMAT = "j M Y H:i T"  # never a time without its zone
