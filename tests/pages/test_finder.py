"""What the finder of the filters finds, by a word: stations and people to choose from."""

import re

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db
BOX = re.compile(r'name="([^"]*)"\s+value="(\d+)"')


def finder(client: Client, what: str, **query: object) -> str:
    return client.get(f"/sessions/history/filters/{what}/", query).text


@pytest.mark.parametrize(("what", "word"), [("driver", "raman"), ("station", "b1")])
def test_what_it_finds_is_a_value_of_that_filter(client: Client, what: str, word: str) -> None:
    session = factories.session(on=factories.station("HT-B1-03"), driver=factories.driver("Priya Raman"))
    factories.session(on=factories.station("ZZ-9"), driver=factories.driver("Tom Gray"))
    client.force_login(factories.operator())

    [(name, value)] = BOX.findall(finder(client, what, find=word))

    shown = client.get("/sessions/history/", {name: value}).context["table"].data.data
    assert [row.id for row in shown] == [session.pk]


def test_what_is_chosen_stays_beside_what_it_finds(client: Client) -> None:
    priya, tom = factories.driver("Priya Raman"), factories.driver("Tom Gray")
    for driver in (priya, tom):
        factories.session(driver=driver)
    client.force_login(factories.operator())

    found = finder(client, "driver", find="gray", driver=priya.pk)

    assert BOX.findall(found) == [("driver", str(priya.pk)), ("driver", str(tom.pk))]
    assert found.count("checked") == 1


def test_there_is_none_for_anything_else(client: Client) -> None:
    client.force_login(factories.operator())

    assert client.get("/sessions/history/filters/anything/").status_code == 404


def test_nobody_is_offered_who_has_not_charged(client: Client) -> None:
    """Not to an operator either: the filter would refuse them."""
    factories.driver("Priya Raman")
    tom = factories.driver("Tom Gray")
    factories.session(driver=tom)
    client.force_login(factories.operator())

    assert BOX.findall(finder(client, "driver")) == [("driver", str(tom.pk))]
