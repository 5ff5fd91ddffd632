"""An event batch is loaded in a few queries."""

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from sessions_app.domain import events
from sessions_app.queries.event_batch import load_batch
from tests.support import builders
from tests.support.builders import NOON
from tests.support.event_builders import minutes, start

pytestmark = pytest.mark.django_db(transaction=True)


def test_500_starts_take_the_same_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    station = builders.station(connectors=2)
    ids = [start(station), start(station, at=minutes(5))]
    starts = [
        events.Started(
            station_id=station.pk,
            at=NOON + timedelta(seconds=number),
            connector=number % 2 + 1,
            id_tag="",
            meter_start_wh=None,
        )
        for number in range(500)
    ]

    with transaction.atomic(), django_assert_num_queries(4):
        load_batch(starts[:1])
    with transaction.atomic(), django_assert_num_queries(4):
        batch = load_batch(starts)

    assert [draft.id for draft in batch.sessions] == ids
