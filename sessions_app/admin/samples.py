"""The last meter samples of a session, for its admin page."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec
from django.urls import reverse

from sessions_app.domain import wording
from sessions_app.models import ChargingSession, MeterSample

LAST_SAMPLE_COUNT = 50

SAMPLE_COLUMNS: dict[str, Callable[[MeterSample, str], str]] = {
    "Number": lambda sample, currency: f"{sample.number:,}",
    "Grid power": lambda sample, currency: wording.kw(sample.grid_power_w),
    "Energy": lambda sample, currency: wording.kwh(sample.energy_wh),
    "Grid limit": lambda sample, currency: wording.amperes(sample.limit_a),
    "Inactivity": lambda sample, currency: wording.duration(sample.idle_s),
    "Amount": lambda sample, currency: wording.money(sample.price, currency),
    "Battery": lambda sample, currency: wording.percent(sample.soc_percent),
    "Current L1": lambda sample, currency: wording.amperes(sample.current_l1_a),
    "Current L2": lambda sample, currency: wording.amperes(sample.current_l2_a),
    "Current L3": lambda sample, currency: wording.amperes(sample.current_l3_a),
    "Register": lambda sample, currency: wording.kwh(sample.register_wh),
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
