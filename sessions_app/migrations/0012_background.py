"""Background tasks: heartbeats of workers, schedules, and turns of exports in place of slots."""

from django.db import migrations, models
from django.db.models import Q


def requeue_running(apps, schema_editor):
    """The processes that wrote these files have ended with the old version; a worker writes them again."""
    apps.get_model("sessions_app", "ExportJob").objects.filter(state="running").update(state="queued")


class Migration(migrations.Migration):

    dependencies = [
        ("sessions_app", "0011_spans_and_costs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduleState",
            fields=[
                ("name", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("next_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WorkerHeartbeat",
            fields=[
                ("worker_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(requeue_running, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="exportjob", name="export_in_a_slot"),
        migrations.RemoveField(model_name="exportjob", name="slot"),
        migrations.RenameField(model_name="exportjob", old_name="beat_at", new_name="progress_at"),
        migrations.AddField(model_name="exportjob", name="turn", field=models.UUIDField(null=True)),
        migrations.AddConstraint(
            model_name="exportjob",
            constraint=models.UniqueConstraint(
                condition=Q(("state", "running")), fields=("manager",), name="one_export_a_manager"
            ),
        ),
    ]
