"""The SQL of `bulk`: random, plausible sessions created inside PostgreSQL, in order of time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

SESSIONS = "sessions_app_chargingsession"

# Every connector with its site and policy, and each site's range of drivers, numbered from 0.
_PLACES = """
plugs AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY hashint4(c.id::int)) - 1 AS n, c.id AS connector_id,
           s.id AS station_id, a.id AS site_area_id, a.site_id, t.time_zone, c.max_power_w,
           p.id AS policy_id, p.currency,
           e.price AS kwh_price, e.id AS component_id, p.description, o.name AS company
    FROM sessions_app_connector c
    JOIN sessions_app_chargingstation s ON s.id = c.station_id
    JOIN sessions_app_sitearea a ON a.id = s.site_area_id
    JOIN sessions_app_site t ON t.id = a.site_id
    JOIN sessions_app_company o ON o.id = t.company_id
    JOIN sessions_app_pricingpolicy p ON p.company_id = o.id
    JOIN sessions_app_pricecomponent e ON e.policy_id = p.id
),
people AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY d.site_id, d.id) - 1 AS n, d.id AS driver_id, d.site_id,
           g.id AS id_tag_id, g.value
    FROM sessions_app_driver d JOIN sessions_app_idtag g ON g.driver_id = d.id
),
spans AS MATERIALIZED (SELECT site_id, min(n) AS first_n, count(*) AS many FROM people GROUP BY site_id),
plug_count AS (SELECT count(*) AS many FROM plugs),
"""

# Starts are spread evenly over the years; within a day there are more in mornings and evenings.
PAST = (
    "WITH"
    + _PLACES
    + """
dice AS MATERIALIZED (
    SELECT i, random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6,
           (i + random()) / %(sessions)s * 365.25 * %(years)s AS day
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
),
moments AS (
    SELECT *, %(until)s::timestamptz - make_interval(secs => 86400 * (365.25 * %(years)s - (
               floor(day) + (day - floor(day)) + 0.1 * sin(6.2831853 * (day - floor(day)))
           ))) - interval '30 hours' AS started_at
    FROM dice
),
figures AS (
    SELECT m.*, p.*, o.driver_id, o.id_tag_id, o.value,
           CASE WHEN r1 < 0.015 THEN 0
                ELSE round(least(-ln(1 - r2) * 11000 + 150, 78000)::numeric, 3) END AS energy_wh,
           least(p.max_power_w, 3600 + 7800 * r3) AS peak_w,
           CASE WHEN r4 < 0.45 THEN floor(r5 * 240)
                ELSE floor(-ln(1 - r5) * 5400) END AS idle_s
    FROM moments m
    JOIN plugs p ON p.n = floor(m.r6 * (SELECT many FROM plug_count))
    JOIN spans ON spans.site_id = p.site_id
    LEFT JOIN people o ON o.n = spans.first_n + floor(m.r3 * spans.many) AND m.r4 > 0.03
),
finished AS (
    SELECT *, started_at + make_interval(secs => 120 + energy_wh::float * 3600 / (peak_w * 0.86))
               AS stopped_at
    FROM figures
)
"""
)
OPEN = (
    "WITH"
    + _PLACES
    + """
finished AS (
    SELECT p.*, o.driver_id, o.id_tag_id, o.value, %(until)s::timestamptz - make_interval(secs =>
               60 + 40 * (n * 7919 %% 500)) AS started_at, NULL::timestamptz AS stopped_at,
           round((900 + 13.7 * (n * 7919 %% 500))::numeric, 3) AS energy_wh, 0.5 AS r1, 0.5 AS r2, 0.5 AS r4,
           least(p.max_power_w, 7200) AS peak_w, CASE WHEN n %% 3 = 0 THEN n * 61 %% 5400 ELSE 0 END AS idle_s
    FROM plugs p
    JOIN spans USING (site_id)
    JOIN LATERAL (SELECT driver_id, id_tag_id, value FROM people WHERE people.n = spans.first_n) o ON true
    WHERE p.n BETWEEN %(first)s AND %(last)s
)
"""
)

# Each column's expression over `finished`; any other column gets its model's default.
_COLUMNS = {
    "station_id": "station_id",
    "connector_id": "connector_id",
    "site_area_id": "site_area_id",
    "site_id": "site_id",
    "driver_id": "driver_id",
    "id_tag_id": "id_tag_id",
    "id_tag_value": "coalesce(value, 'GUEST' || station_id)",
    "started_at": "started_at",
    "meter_start_wh": "1000000",
    "stopped_at": "stopped_at",
    "meter_stop_wh": "CASE WHEN stopped_at IS NOT NULL THEN 1000000 + energy_wh END",
    "unplugged_at": "stopped_at + make_interval(secs => idle_s)",
    "ended_at": "stopped_at + make_interval(secs => idle_s)",
    "end_reason": """CASE WHEN stopped_at IS NULL THEN '' WHEN r2 < 0.5 THEN 'EVDisconnected'
        WHEN r2 < 0.85 THEN 'Local' WHEN r2 < 0.93 THEN 'Remote' WHEN r2 < 0.95 THEN 'PowerLoss'
        WHEN r2 < 0.97 THEN 'UnlockCommand' WHEN r2 < 0.98 THEN 'Reboot' ELSE 'Other' END""",
    "ended_by": "CASE WHEN stopped_at IS NOT NULL AND r2 BETWEEN 0.85 AND 0.89 THEN 'Dana Ng' ELSE '' END",
    "energy_wh": "energy_wh",
    "power_w": "CASE WHEN stopped_at IS NULL THEN CASE WHEN idle_s > 0 THEN 0 ELSE peak_w END END",
    "peak_power_w": "peak_w",
    "limit_a": "max_power_w / 690.0",
    "idle_s": "idle_s",
    "battery_start": "CASE WHEN r4 > 0.7 THEN floor(r2 * 60) + 10 END",
    "battery": "CASE WHEN r4 > 0.7 THEN least(100, floor(r2 * 60) + 10 + floor(energy_wh / 600)) END",
    "reading_count": "greatest(1, (energy_wh / 120)::int)",
    "last_reading_at": "coalesce(stopped_at, now())",
    "sample_interval_s": "60",
    "flags": "(driver_id IS NULL)::int * 8 + (energy_wh = 0)::int * 128",
    "policy_id": "policy_id",
    "tariff": """json_build_object('policy_id', policy_id, 'description', description,
        'entity_type', 'Company', 'entity_id', 'CMP-0001', 'currency', currency,
        'valid_from', '2020-01-01T00:00:00Z',
        'tax_percent', '10.00', 'components', json_build_array(json_build_object(
            'dimension', 'ENERGY', 'price', kwh_price::text, 'step_size', 1)),
        'min_price', NULL, 'max_price', NULL)::text""",
    "currency": "currency",
    "price": "round(energy_wh / 1000 * kwh_price, 2)",
    "price_lines": """json_build_array(json_build_object('dimension', 'ENERGY', 'unit_price', kwh_price::text,
        'quantity', (energy_wh / 1000)::text, 'amount', round(energy_wh / 1000 * kwh_price, 2)::text))
        ::text""",
}

# One reading a minute for the latest sessions of history: a flat curve with an idle end.
_SAMPLE_COLUMNS = {
    "session_id": "l.id",
    "at": "l.started_at + make_interval(mins => k)",
    "number": "k",
    "register_wh": "l.meter_start_wh + sofar.wh",
    "power_w": "CASE WHEN sofar.wh < l.energy_wh THEN l.peak_power_w ELSE 0 END",
    "energy_wh": "sofar.wh",
    "grid_power_w": "CASE WHEN sofar.wh < l.energy_wh THEN l.peak_power_w ELSE 0 END",
    "limit_a": "l.limit_a",
    "price": "round(sofar.wh / nullif(l.energy_wh, 0) * l.price, 2)",
}
_SAMPLED = f"""
FROM (SELECT * FROM {SESSIONS} WHERE ended_at IS NOT NULL ORDER BY started_at DESC LIMIT %(sampled)s) l
CROSS JOIN LATERAL generate_series(
    1, greatest(1, (extract(epoch FROM l.ended_at - l.started_at) / 60)::int)) AS k
CROSS JOIN LATERAL (
    SELECT least(l.energy_wh, round((l.peak_power_w * 0.86 * k / 60)::numeric, 3)) AS wh) AS sofar
"""


def _with_defaults(model: "type[Model]", columns: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return an expression for each column of the model, and the defaults of those that have none of their own."""
    expressions: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.column is None:
            continue
        expressions[field.column] = columns.get(field.column, f"%({field.column})s")
        if field.column not in columns:
            defaults[field.column] = field.get_default()
    return expressions, defaults


def insert_sessions(cursor: Any, source: str, values: Mapping[str, Any]) -> None:
    """Insert the rows of the source's `finished`."""
    from sessions_app.models import ChargingSession

    expressions, defaults = _with_defaults(ChargingSession, _COLUMNS)
    params = {**values, **defaults}
    cursor.execute("SELECT setseed(%(seed)s * (1 + %(first)s::float / 1e9))", params)
    columns, selected = ", ".join(expressions), ", ".join(expressions.values())
    cursor.execute(
        f"{source} INSERT INTO {SESSIONS} ({columns}) SELECT {selected} FROM finished ORDER BY started_at", params
    )


def insert_samples(cursor: Any, sampled: int) -> None:
    """Insert the samples of that many sessions."""
    from sessions_app.models import MeterSample

    expressions, defaults = _with_defaults(MeterSample, _SAMPLE_COLUMNS)
    columns, selected = ", ".join(expressions), ", ".join(expressions.values())
    cursor.execute(
        f"INSERT INTO {MeterSample._meta.db_table} ({columns}) SELECT {selected} {_SAMPLED}",
        {"sampled": sampled, **defaults},
    )


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Drop the sessions' indexes and recreate them at the end; foreign keys are not checked meanwhile."""
    cursor.execute(
        """SELECT indexdef, indexrelid::regclass::text FROM pg_index
           JOIN pg_indexes ON indexname = indexrelid::regclass::text
           WHERE indrelid = %s::regclass AND NOT EXISTS
               (SELECT FROM pg_constraint WHERE conindid = indexrelid)""",
        [SESSIONS],
    )
    definitions = cursor.fetchall()
    for _, name in definitions:
        cursor.execute(f'DROP INDEX "{name}"')
    cursor.execute("SET session_replication_role = replica; SET work_mem = '64MB'")
    yield
    cursor.execute("SET session_replication_role = DEFAULT; SET maintenance_work_mem = '256MB'")
    for definition, _ in definitions:
        cursor.execute(definition)
