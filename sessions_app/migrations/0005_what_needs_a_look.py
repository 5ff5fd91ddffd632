"""The few sessions that need a look are found by an index: an operator asks for them among all."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0004_who_charged_where'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='chargingsession',
            index=models.Index(condition=models.Q(('flags', 0), _negated=True), fields=['-started_at', '-id'], name='session_to_look_at'),
        ),
    ]
