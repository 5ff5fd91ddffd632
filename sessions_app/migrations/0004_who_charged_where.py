"""Who has charged where is told by an index: the people in a manager's filters took seconds."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0003_id_tag_any_case'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='chargingsession',
            name='session_by_driver',
        ),
        migrations.AlterField(
            model_name='chargingsession',
            name='driver',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='sessions_app.driver'),
        ),
        migrations.AddIndex(
            model_name='chargingsession',
            index=models.Index(fields=['driver', 'site'], name='session_by_driver'),
        ),
    ]
