"""The last meter samples of a session, for its admin page."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.urls import reverse

from sessions_app.domain.quantities import QUANTITIES
from sessions_app.models import ChargingSession, MeterSample

LAST_SAMPLE_COUNT = 50


def _cell_text(field: str, text: Callable[[Any, str], str]) -> Callable[[MeterSample, str], str]:
    return lambda sample, currency: text(getattr(sample, field), currency)


SAMPLE_COLUMNS: dict[str, Callable[[MeterSample, str], str]] = {
    "Number": lambda sample, currency: f"{sample.number:,}",
    **{each.admin[0]: _cell_text(each.field, each.admin[1]) for each in QUANTITIES if each.admin},
}


class SampleTable(msgspec.Struct, frozen=True):
    """The newest samples first, the number of all samples, and links to files with all."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    files: dict[str, str]


def last_samples(session: ChargingSession) -> SampleTable:
    """Return the table of the last samples, in site time."""
    zone = ZoneInfo(session.site.time_zone)
    samples = session.samples.order_by("-at")[:LAST_SAMPLE_COUNT]
    return SampleTable(
        headings=(f"Time ({zone.key})", *SAMPLE_COLUMNS),
        rows=tuple(
            (
                f"{sample.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                *(cell_text(sample, session.currency) for cell_text in SAMPLE_COLUMNS.values()),
            )
            for sample in samples
        ),
        count=session.reading_count,
        files={suffix.upper(): reverse("session-samples", args=[session.pk, suffix]) for suffix in ("csv", "xlsx")},
    )
