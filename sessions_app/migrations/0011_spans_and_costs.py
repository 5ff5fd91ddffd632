"""Spans of statuses and connections; planned downtime; limits, demand intervals and costs of electricity.

The spans begin with what is known: each connector's present status and each station's last connection.
"""

import django.core.validators
import django.db.models.deletion
import sessions_app.models.places
import sessions_app.models.pricing
from django.db import migrations, models


def begin_spans(apps, schema_editor):
    stations = apps.get_model("sessions_app", "ChargingStation").objects.exclude(connected_at=None)
    connectors = apps.get_model("sessions_app", "Connector").objects.exclude(status="").exclude(status_at=None)
    connection_span = apps.get_model("sessions_app", "ConnectionSpan")
    connection_span.objects.bulk_create(
        connection_span(
            station_id=station.pk,
            connection=station.connection_id,
            connected_at=station.connected_at,
            disconnected_at=None if station.connection_id else station.disconnected_at,
            is_end_recorded=not station.connection_id,
        )
        for station in stations.iterator()
        if station.connection_id or (station.disconnected_at and station.disconnected_at >= station.connected_at)
    )
    status_span = apps.get_model("sessions_app", "StatusSpan")
    status_span.objects.bulk_create(
        status_span(
            station_id=connector.station_id,
            connector_number=connector.number,
            status=connector.status,
            error_code=connector.error_code,
            from_at=connector.status_at,
            received_at=connector.status_at,
        )
        for connector in connectors.iterator()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0010_protocol_seam'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConnectionSpan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.CharField(max_length=36)),
                ('connected_at', models.DateTimeField(verbose_name='connected')),
                ('disconnected_at', models.DateTimeField(null=True, verbose_name='disconnected')),
                ('is_end_recorded', models.BooleanField(default=False, verbose_name='end is recorded')),
            ],
        ),
        migrations.CreateModel(
            name='ElectricityCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(help_text='From this day these costs replace all earlier ones.')),
                ('days', models.CharField(blank=True, help_text='1 is Monday, 7 is Sunday.', max_length=7, validators=[sessions_app.models.pricing.validate_days])),
                ('time_from', models.TimeField(blank=True, null=True)),
                ('time_to', models.TimeField(blank=True, help_text='Earlier than from: past midnight.', null=True)),
                ('price_per_kwh', models.DecimalField(decimal_places=5, max_digits=10, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost per kWh')),
                ('currency', models.CharField(max_length=3, validators=[sessions_app.models.places.validate_currency])),
            ],
            options={
                'verbose_name': 'cost of electricity',
                'verbose_name_plural': 'cost of electricity',
            },
        ),
        migrations.CreateModel(
            name='PlannedDowntime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_at', models.DateTimeField(verbose_name='from')),
                ('to_at', models.DateTimeField(blank=True, null=True, verbose_name='to')),
                ('reason', models.CharField(blank=True, help_text='For example: cable is replaced.', max_length=200)),
            ],
            options={
                'verbose_name_plural': 'planned downtime',
            },
        ),
        migrations.CreateModel(
            name='StatusSpan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connector_number', models.PositiveIntegerField(verbose_name='connector')),
                ('status', models.CharField(max_length=64)),
                ('error_code', models.CharField(blank=True, max_length=64)),
                ('from_at', models.DateTimeField(help_text='As the station stated it, else when it arrived.', verbose_name='from')),
                ('to_at', models.DateTimeField(null=True, verbose_name='to')),
                ('received_at', models.DateTimeField(help_text='When it arrived, by our clock.', verbose_name='received')),
            ],
        ),
        migrations.AddField(
            model_name='site',
            name='demand_interval_min',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(15, '15 minutes'), (30, '30 minutes'), (60, '60 minutes')], help_text='Over which the utility averages demand. Empty is 30 minutes.', null=True, verbose_name='demand interval'),
        ),
        migrations.AddField(
            model_name='site',
            name='limit_a',
            field=models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='limit, A'),
        ),
        migrations.AddField(
            model_name='site',
            name='limit_w',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='limit, W'),
        ),
        migrations.AddField(
            model_name='sitearea',
            name='demand_interval_min',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(15, '15 minutes'), (30, '30 minutes'), (60, '60 minutes')], help_text='Empty is that of the site.', null=True, verbose_name='demand interval'),
        ),
        migrations.AddField(
            model_name='sitearea',
            name='limit_a',
            field=models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='limit, A'),
        ),
        migrations.AddField(
            model_name='sitearea',
            name='limit_w',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='limit, W'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(('limit_a', None), ('limit_w', None), _connector='OR'), name='site_limit_in_one_unit'),
        ),
        migrations.AddConstraint(
            model_name='sitearea',
            constraint=models.CheckConstraint(condition=models.Q(('limit_a', None), ('limit_w', None), _connector='OR'), name='area_limit_in_one_unit'),
        ),
        migrations.AddField(
            model_name='connectionspan',
            name='station',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='connection_spans', to='sessions_app.chargingstation'),
        ),
        migrations.AddField(
            model_name='electricitycost',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='electricity_costs', to='sessions_app.site'),
        ),
        migrations.AddField(
            model_name='planneddowntime',
            name='connector',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='planned_downtimes', to='sessions_app.connector'),
        ),
        migrations.AddField(
            model_name='planneddowntime',
            name='station',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='planned_downtimes', to='sessions_app.chargingstation'),
        ),
        migrations.AddField(
            model_name='statusspan',
            name='station',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='status_spans', to='sessions_app.chargingstation'),
        ),
        migrations.AddIndex(
            model_name='connectionspan',
            index=models.Index(condition=models.Q(('is_end_recorded', False)), fields=['station'], name='connection_span_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='connectionspan',
            constraint=models.UniqueConstraint(fields=('station', 'connected_at', 'connection'), name='connection_span_once'),
        ),
        migrations.AddConstraint(
            model_name='connectionspan',
            constraint=models.CheckConstraint(condition=models.Q(('disconnected_at', None), ('disconnected_at__gte', models.F('connected_at')), _connector='OR'), name='connection_span_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='electricitycost',
            constraint=models.CheckConstraint(condition=models.Q(('price_per_kwh__gte', 0)), name='electricity_cost_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='planneddowntime',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('connector__isnull', False), ('station', None)), models.Q(('connector', None), ('station__isnull', False)), _connector='OR'), name='downtime_of_station_or_connector'),
        ),
        migrations.AddConstraint(
            model_name='planneddowntime',
            constraint=models.CheckConstraint(condition=models.Q(('to_at', None), ('to_at__gt', models.F('from_at')), _connector='OR'), name='downtime_ends_after_it_starts'),
        ),
        migrations.AddIndex(
            model_name='statusspan',
            index=models.Index(fields=['station', 'connector_number', 'to_at'], name='status_span_by_end'),
        ),
        migrations.AddIndex(
            model_name='statusspan',
            index=models.Index(condition=models.Q(('to_at', None)), fields=['station', 'connector_number'], name='status_span_open'),
        ),
        migrations.AddConstraint(
            model_name='statusspan',
            constraint=models.UniqueConstraint(fields=('station', 'connector_number', 'from_at', 'status', 'error_code'), name='status_span_once'),
        ),
        migrations.AddConstraint(
            model_name='statusspan',
            constraint=models.CheckConstraint(condition=models.Q(('to_at', None), ('to_at__gte', models.F('from_at')), _connector='OR'), name='status_span_ends_after_it_starts'),
        ),
        migrations.RunPython(begin_spans, migrations.RunPython.noop),
    ]
