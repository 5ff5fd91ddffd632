"""The lookup of stations and drivers in the filters."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.support import builders

pytestmark = pytest.mark.django_db
BOX = re.compile(r'name="([^"]*)"\s+value="(\d+)"')


def finder(client: Client, what: str, **query: Any) -> str:
    return client.get(f"/sessions/history/filters/{what}/", query).text


@pytest.mark.parametrize(("what", "word"), [("driver", "raman"), ("station", "b1")])
def test_match_is_a_value_of_its_filter(client: Client, what: str, word: str) -> None:
    session = builders.session(on=builders.station("HT-B1-03"), driver=builders.driver("Priya Raman"))
    builders.session(on=builders.station("ZZ-9"), driver=builders.driver("Tom Gray"))
    client.force_login(builders.operator())

    [(name, value)] = BOX.findall(finder(client, what, find=word))

    shown = client.get("/sessions/history/", {name: value}).context["table"].data.data
    assert [row.id for row in shown] == [session.pk]


def test_selected_value_stays_beside_matches(client: Client) -> None:
    priya, tom = builders.driver("Priya Raman"), builders.driver("Tom Gray")
    for driver in (priya, tom):
        builders.session(driver=driver)
    client.force_login(builders.operator())

    page = finder(client, "driver", find="gray", driver=priya.pk)

    assert BOX.findall(page) == [("driver", str(priya.pk)), ("driver", str(tom.pk))]
    assert page.count("checked") == 1


def test_unknown_lookup_is_a_404(client: Client) -> None:
    client.force_login(builders.operator())

    assert client.get("/sessions/history/filters/anything/").status_code == 404


def test_drivers_without_sessions_are_not_offered(client: Client) -> None:
    # Not to an operator either: their filter would be invalid.
    builders.driver("Priya Raman")
    tom = builders.driver("Tom Gray")
    builders.session(driver=tom)
    client.force_login(builders.operator())

    assert BOX.findall(finder(client, "driver")) == [("driver", str(tom.pk))]
