"""Whether a station is silent is told by our clock: its own may be hours behind."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0006_what_is_where'),
    ]

    operations = [
        migrations.AddField(
            model_name='chargingsession',
            name='clock_lag_s',
            field=models.FloatField(null=True),
        ),
    ]
