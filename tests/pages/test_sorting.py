"""Every column of both tables sorts both ways: by its own values, then by id, unknown values first."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app.lists.columns import available_columns
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import ChargingSession
from tests.support import builders

pytestmark = pytest.mark.django_db

MANY = 5
ORDERS = [order for order in permutations(range(MANY)) if order[0] < order[-1]]  # none is another's reverse
# Each column ranks the five sessions in its own order, so that a wrong sort key fails the test.
OWN = (
    *("started_at", "lasted", "reason", "station", "connector", "inactivity", "power", "consumption"),
    *("battery", "price", "company", "site", "site_area", "user", "id_tag", "policy", "peak_power", "held_back"),
)
RANKS = {key: ORDERS[(5 + 7 * number) % len(ORDERS)] for number, key in enumerate(OWN)}
# In the order of their labels, which differs from that of their codes.
REASONS = ("UnlockCommand", "EVDisconnected", "Other", "PowerLoss", "Local")


def rank(key: str, session: int) -> int:
    return RANKS[key].index(session)


def started(session: int) -> timedelta:
    return timedelta(hours=rank("started_at", session))


def lasted(session: int) -> timedelta:
    return timedelta(hours=2 * rank("lasted", session))


def energy_wh(session: int) -> int:
    return 1_000 + 700 * rank("consumption", session)


def average(session: int) -> float:
    hours = lasted(session).total_seconds() / 3600
    return energy_wh(session) / hours if hours else -1


def expected(tab: str, key: str) -> list[int]:
    """Return the five sessions in ascending order of the column."""
    derived: dict[str, Callable[[int], Any]] = {
        "id": lambda session: session,
        "ended_at": lambda session: started(session) + lasted(session),
        "duration": lasted if tab == HISTORY else lambda session: -started(session),
        "average_power": average,
    }
    return sorted(range(MANY), key=derived.get(key, lambda session: rank(key, session)))


def create_session(tab: str, session: int) -> ChargingSession:
    """Create one of the five; a value of the lowest rank is unknown."""

    def at(key: str) -> int:
        return rank(key, session)

    company = builders.company(f"{'ABCDE'[at('company')]} Company")
    site = builders.site(f"{'ABCDE'[at('site')]} Site", of=company)
    area = builders.area(site, f"{'ABCDE'[at('site_area')]} Area")
    where = builders.station(f"{'ABCDE'[at('station')]}-1", at=site, connectors=MANY)
    where.site_area = area
    where.save()
    created = builders.session(
        on=where,
        connector=at("connector") or 1,
        started_at=builders.NOON + started(session),
        lasted=lasted(session) if tab == HISTORY else None,
        energy_wh=Decimal(energy_wh(session)),
        idle_s=60 * at("inactivity"),
        held_back_s=60 * at("held_back"),
        power_w=500.0 * at("power") if at("power") else None,
        battery=10.0 * at("battery") if at("battery") else None,
        price=Decimal(at("price")) if at("price") else None,
        currency="AUD",
        driver=builders.driver(f"{'ABCDE'[at('user')]} Driver") if at("user") else None,
        id_tag_value=f"TAG{at('id_tag')}" if at("id_tag") else "",
        policy=builders.policy(description=f"{'ABCDE'[at('policy')]} Policy") if at("policy") else None,
        peak_power_w=900.0 * at("peak_power") if at("peak_power") else None,
        last_reading_at=timezone.now() if tab == IN_PROGRESS else None,  # an old power counts as unknown
        **({"end_reason": REASONS[at("reason")]} if tab == HISTORY else {}),
    )
    if not at("connector"):
        ChargingSession.objects.filter(pk=created.pk).update(connector=None)
    return created


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_every_column_sorts_both_ways(client: Client, tab: str) -> None:
    client.force_login(builders.operator())
    pks = [create_session(tab, session).pk for session in range(MANY)]
    for key in available_columns(tab):
        rising = [pks[session] for session in expected(tab, key)]
        assert shown(client, f"/sessions/{tab}/?sort={key}") == rising, key
        assert shown(client, f"/sessions/{tab}/?sort=-{key}") == rising[::-1], key


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_every_column_has_its_own_expected_order(tab: str) -> None:
    keys = set(available_columns(tab)) - ({"duration"} if tab == IN_PROGRESS else set())  # the reverse of the start
    orders = {tuple(expected(tab, key)) for key in keys}
    assert len(orders | {order[::-1] for order in orders}) == 2 * len(keys)


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_equal_values_are_sorted_by_id(client: Client, tab: str) -> None:
    client.force_login(builders.operator())
    where = builders.station(connectors=MANY)
    length: dict[str, Any] = {} if tab == HISTORY else {"lasted": None}
    pks = [builders.session(on=where, connector=number, **length).pk for number in range(1, MANY + 1)]
    for key in set(available_columns(tab)) - {"connector"}:
        rising = pks[::-1] if (tab, key) == (IN_PROGRESS, "duration") else pks  # the reverse of the start
        assert shown(client, f"/sessions/{tab}/?sort={key}") == rising, key
        assert shown(client, f"/sessions/{tab}/?sort=-{key}") == rising[::-1], key


def shown(client: Client, address: str) -> list[int]:
    return [row.id for row in client.get(address).context["table"].data.data]
