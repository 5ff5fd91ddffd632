"""English formats that differ from Django's."""

DATETIME_FORMAT = "j M Y H:i T"  # a time always has its zone
