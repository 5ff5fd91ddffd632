"""Sort History by the time held back, and add it up, from an index on PostgreSQL; SQLite does without."""

from django.db import migrations

TABLE = "sessions_app_chargingsession"
CARRIED = (
    "ended_at, site_id, site_area_id, station_id, connector_id, driver_id, id_tag_id, idle_s, end_reason"
)
SUMS = (
    f"{TABLE} (started_at, id, (FLOOR(EXTRACT(EPOCH FROM (ended_at - started_at)))::bigint),"
    f" (ROUND(energy_wh / 10)::bigint)) INCLUDE ({CARRIED}, energy_wh, price, currency{{more}})"
    " WHERE ended_at IS NOT NULL"
)


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX history_sums", params=None)
        schema_editor.execute(f"CREATE INDEX history_sums ON {SUMS.format(more=', held_back_s')}", params=None)
        schema_editor.execute(
            f"CREATE INDEX history_by_held_back ON {TABLE} (held_back_s, id) INCLUDE (started_at, {CARRIED})"
            " WHERE ended_at IS NOT NULL",
            params=None,
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX history_by_held_back", params=None)
        schema_editor.execute("DROP INDEX history_sums", params=None)
        schema_editor.execute(f"CREATE INDEX history_sums ON {SUMS.format(more='')}", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("sessions_app", "0016_ocpp_2"),
    ]

    operations = [migrations.RunPython(make, drop)]
