"""The count in the navigation."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.support import builders

pytestmark = pytest.mark.django_db


def test_navigation_counts_visible_sessions_in_three_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ours = builders.session(lasted=None)
    builders.session(lasted=None)
    builders.session(on=ours.station)
    client.force_login(builders.manager(of=[ours.site]))

    with django_assert_num_queries(3):  # the session, the manager, and the count
        answer = client.get("/sessions/in-progress/count/")

    assert answer.text == "1"


def test_anonymous_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/sessions/in-progress/count/").status_code == 302
