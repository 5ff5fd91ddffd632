"""An IdTag is one and the same in capitals and in small letters.

Of tags that differ in nothing else one stays: the first that has a driver, blocked if any of them is.
"""

from django.db import migrations, models
from django.db.models import Count, F
from django.db.models.functions import Upper


def join(apps, schema_editor):
    tags = apps.get_model("sessions_app", "IdTag").objects.annotate(capitals=Upper("value"))
    sessions = apps.get_model("sessions_app", "ChargingSession").objects
    doubles = tags.values("capitals").annotate(count=Count("pk")).filter(count__gt=1)
    for capitals in list(doubles.values_list("capitals", flat=True)):
        kept, *others = tags.filter(capitals=capitals).order_by(F("driver").asc(nulls_last=True), "pk")
        kept.is_blocked = any(each.is_blocked for each in [kept, *others])
        kept.save(update_fields=["is_blocked"])
        sessions.filter(id_tag__in=others).update(id_tag=kept)
        tags.filter(pk__in=[each.pk for each in others]).delete()
    if schema_editor.connection.vendor == "postgresql":  # else the table cannot be altered in this transaction
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0002_history_indexes")]
    operations = [
        migrations.RunPython(join, migrations.RunPython.noop),
        migrations.AlterField("idtag", "value", models.CharField(max_length=255)),
        migrations.AddConstraint(
            "idtag",
            models.UniqueConstraint(
                Upper("value"),
                name="id_tag_once_in_any_case",
                violation_error_message="There is such a tag already, in capitals or in small letters.",
            ),
        ),
    ]
