"""The migrations create every constraint and index of the models."""

import re

import pytest
from django.apps import apps
from django.db import connection

NAMES = {
    "postgresql": "SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes",
    "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
}


@pytest.mark.django_db
def test_every_constraint_and_index_is_in_the_database() -> None:
    models = apps.get_app_config("sessions_app").get_models()
    declared = {each.name for model in models for each in (*model._meta.constraints, *model._meta.indexes)}
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        existing = {word for (text,) in cursor.fetchall() for word in re.findall(r"\w+", text)}

    assert declared - existing == set()
