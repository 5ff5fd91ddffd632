"""Names of the field: pending stations, dead letters, downsampled series, totals."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Renames models and fields; data stays."""

    dependencies = [("sessions_app", "0007_clock_lag")]
    operations = [
        migrations.RenameModel("KnockingStation", "PendingStation"),
        migrations.RenameField("PendingStation", "knocks", "attempts"),
        migrations.RenameModel("SetAsideMessage", "DeadLetter"),
        migrations.RenameModel("CurveDigest", "DownsampledSeries"),
        migrations.RenameField("DownsampledSeries", "upto", "last_number"),
        migrations.AlterField(
            "DownsampledSeries",
            "session",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="downsampled",
                serialize=False,
                to="sessions_app.chargingsession",
            ),
        ),
        migrations.RenameField("ChargingSession", "running", "totals"),
    ]
