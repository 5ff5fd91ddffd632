"""The protocol seam: refused versions, confirmed transaction ids, reasons of dead letters, choices of states."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0009_plain_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="chargingsession",
            name="station_transaction_uses",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="chargingstation",
            name="refused_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="chargingstation",
            name="refused_versions",
            field=models.CharField(blank=True, editable=False, max_length=255),
        ),
        migrations.AddField(
            model_name="deadletter",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("issued_id", "It has the id that we issued."),
                    ("station_id", "It has the station's own id."),
                    ("other_car_with_id", "The station uses one id for two cars; tag and meter decide."),
                    ("on_connector", "The session was active on the connector at that time."),
                    ("repeated", "The same message came before."),
                    ("only_candidate", "It is the only session that fits."),
                    ("none_fits", "No session fits."),
                    ("several_fit", "Several sessions fit."),
                    ("no_connector", "The message names no connector."),
                    ("none_begun", "No session had begun on the connector."),
                    ("ended_before", "The last session on the connector had ended."),
                ],
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="pendingstation",
            name="offered_versions",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="actionaudit",
            name="action",
            field=models.CharField(choices=[("stop charging", "stop charging"), ("reprice", "reprice")], max_length=40),
        ),
        migrations.AlterField(
            model_name="actionaudit",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("accepted", "accepted"),
                    ("rejected", "rejected"),
                    ("no answer", "no answer"),
                    ("repriced", "repriced"),
                    ("refused", "refused"),
                ],
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="chargingsession",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("DeAuthorized", "DeAuthorized"),
                    ("EmergencyStop", "EmergencyStop"),
                    ("EVDisconnected", "EVDisconnected"),
                    ("HardReset", "HardReset"),
                    ("Local", "Local"),
                    ("Other", "Other"),
                    ("PowerLoss", "PowerLoss"),
                    ("Reboot", "Reboot"),
                    ("Remote", "Remote"),
                    ("SoftReset", "SoftReset"),
                    ("UnlockCommand", "UnlockCommand"),
                    ("NextSession", "NextSession"),
                    ("Forgotten", "Forgotten"),
                    ("Closed", "Closed"),
                ],
                max_length=64,
            ),
        ),
        migrations.AlterField(
            model_name="connector",
            name="status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("Available", "Available"),
                    ("Preparing", "Preparing"),
                    ("Charging", "Charging"),
                    ("SuspendedEV", "SuspendedEV"),
                    ("SuspendedEVSE", "SuspendedEVSE"),
                    ("Finishing", "Finishing"),
                    ("Occupied", "Occupied"),
                    ("Reserved", "Reserved"),
                    ("Unavailable", "Unavailable"),
                    ("Faulted", "Faulted"),
                ],
                editable=False,
                max_length=64,
            ),
        ),
    ]
