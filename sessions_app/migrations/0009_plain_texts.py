"""Help texts and labels in plain English; nothing changes in the database."""

import django.core.validators
import django.db.models.functions.text
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0008_plain_names'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='actionaudit',
            options={'verbose_name': 'action', 'verbose_name_plural': 'audit log'},
        ),
        migrations.AlterModelOptions(
            name='exportjob',
            options={'verbose_name': 'export', 'verbose_name_plural': 'exports'},
        ),
        migrations.AlterModelOptions(
            name='idtag',
            options={'verbose_name': 'IdTag', 'verbose_name_plural': 'IdTags'},
        ),
        migrations.AlterField(
            model_name='chargingsession',
            name='reading_count',
            field=models.PositiveIntegerField(default=0, verbose_name='readings'),
        ),
        migrations.AlterField(
            model_name='chargingstation',
            name='accepts_unknown_tags',
            field=models.BooleanField(default=False, help_text='Also allow charging with unregistered IdTags.'),
        ),
        migrations.AlterField(
            model_name='chargingstation',
            name='identity',
            field=models.CharField(help_text="Last part of the station's OCPP address.", max_length=255, unique=True),
        ),
        migrations.AlterField(
            model_name='connector',
            name='limit_a',
            field=models.FloatField(blank=True, help_text='Current limit in A for this connector, below its rating.', null=True),
        ),
        migrations.AlterField(
            model_name='connector',
            name='max_power_w',
            field=models.PositiveIntegerField(blank=True, help_text='Rated power in W. Leave empty if unknown.', null=True),
        ),
        migrations.AlterField(
            model_name='driver',
            name='unit',
            field=models.CharField(blank=True, help_text='Apartment or office, such as 1204.', max_length=50),
        ),
        migrations.AlterField(
            model_name='exportjob',
            name='state',
            field=models.CharField(choices=[('queued', 'Waiting'), ('running', 'Being prepared'), ('ready', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10),
        ),
        migrations.AlterField(
            model_name='pricecomponent',
            name='date_to',
            field=models.DateField(blank=True, help_text='First day on which it no longer applies.', null=True),
        ),
        migrations.AlterField(
            model_name='pricecomponent',
            name='grace_minutes',
            field=models.PositiveIntegerField(default=0, help_text='Free minutes of inactivity.', verbose_name='grace period, minutes'),
        ),
        migrations.AlterField(
            model_name='pricecomponent',
            name='step_size',
            field=models.PositiveIntegerField(default=1, help_text='In Wh or seconds. 1 is exact.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='blocks of'),
        ),
        migrations.AlterField(
            model_name='pricecomponent',
            name='time_to',
            field=models.TimeField(blank=True, help_text='If earlier than “from”, it ends on the next day.', null=True),
        ),
        migrations.AlterField(
            model_name='pricingpolicy',
            name='tax_percent',
            field=models.DecimalField(decimal_places=2, default=0, help_text='Included in the prices.', max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(Decimal('99.99'))], verbose_name='tax, %'),
        ),
        migrations.AlterConstraint(
            model_name='idtag',
            name='id_tag_once_in_any_case',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Upper('value'), name='id_tag_once_in_any_case', violation_error_message='This IdTag already exists. Upper and lower case are the same.'),
        ),
    ]
