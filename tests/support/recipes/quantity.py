"""A measured quantity: the temperature."""

from tests.support.recipes.recipe import Edit, Recipe

QUANTITY = Recipe(
    "A measured quantity",
    (
        Edit(
            "sessions_app/models/sessions.py",
            "\n    # Computed by domain.figures\n",
            "    temperature_c = models.FloatField(null=True)\n",
        ),
        Edit(
            "sessions_app/domain/meter.py",
            "\n    @property\n    def phases_w",
            "    temperature_c: float | None = None\n",
        ),
        Edit(
            "sessions_app/domain/meter.py",
            "        current_a=_unphased_current(",
            '        temperature_c=_total(phases.get("Temperature", none)),\n',
        ),
        Edit("sessions_app/domain/meter.py", ")\n\n\nclass Reading", '    "temperature_c",\n'),
        Edit("sessions_app/domain/value_selection.py", ")\nOUTLET, INLET", '    "Temperature",\n'),
        Edit(
            "sessions_app/domain/quantities.py",
            "    *(_current(f",
            """    Quantity(
        field="temperature_c",
        sampled=Sampled("Temperature", "Celsius"),
        series=Series("temperature_c", "Temperature", "°C", 0, "y8", "--graph-temperature"),
        file=SampleCell("Temperature (°C)", "number"),
        admin=("Temperature", lambda celsius, currency: f"{celsius} °C"),
    ),
""",
        ),
        Edit(
            "sessions_app/pages/charts.py",
            '    "yaxis6": (',
            '    "yaxis8": ("°C", "--graph-temperature", {"side": "right"}),\n',
        ),
        Edit("static/css/graph.css", "  --graph-l1:", "  --graph-temperature: light-dark(#8a3a3a, #e0a0a0);\n"),
        Edit(
            "static/css/graph.css",
            ".series input {",
            ".series-temperature_c {\n  --own: var(--graph-temperature);\n}\n",
        ),
    ),
    """
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from sessions_app.admin.samples import last_samples
from sessions_app.demo.message_queue import sampled_values
from sessions_app.domain.events import Measured
from sessions_app.domain.meter import Reading, merge_readings, parse_reading
from sessions_app.domain.transactions import issued_id
from sessions_app.domain.value_selection import SampledValue
from sessions_app.exports.csv import csv_chunks
from sessions_app.exports.samples import sample_columns
from sessions_app.models import ChargingSession
from sessions_app.queries.readings import load_readings
from sessions_app.queries.rows import rows_by_id
from sessions_app.queries.samples import stream_samples
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import start
from tests.support.export_files import read_csv

pytestmark = pytest.mark.django_db(transaction=True)


def test_quantity_is_recorded_drawn_and_exported(client: Client) -> None:
    at = builders.NOON + timedelta(minutes=1)
    sent = sampled_values(Reading(at=at, register_wh=Decimal(1100), temperature_c=21.5))
    assert {"value": "21.5", "measurand": "Temperature", "unit": "Celsius"} in sent
    reading = parse_reading(at, [SampledValue(**each) for each in sent])
    assert merge_readings(Reading(at=at), reading).temperature_c == 21.5
    station = builders.station()
    pk = start(station)
    record([Measured(station_id=station.pk, at=at, connector=1, transaction=issued_id(str(pk)), readings=(reading,))])
    assert dict(load_readings(pk))[1].temperature_c == 21.5
    client.force_login(builders.operator())
    graph = client.get(f"/sessions/{pk}/figure/").json()
    assert 21.5 in graph["points"]["temperature_c"]
    assert "temperature_c" in [trace["meta"] for trace in graph["figure"]["data"]]
    points = client.get(f"/sessions/{pk}/points/").json()
    assert dict(zip(points["fields"], points["points"][0], strict=True))["temperature_c"] == 21.5
    file = b"".join(csv_chunks(sample_columns(rows_by_id([pk])[pk]), stream_samples(pk), now=at, bom=False))
    assert read_csv(file)[0]["Temperature (°C)"] == "21.5"
    assert "21.5 °C" in str(last_samples(ChargingSession.objects.get()).rows)
""",
    also=("tests/ingest/test_values.py",),
)
