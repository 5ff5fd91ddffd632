"""What the navigation counts."""

import pytest
from django.test import Client

from tests.support import builders

pytestmark = pytest.mark.django_db


def test_it_counts_what_the_manager_may_see_in_three_queries(client: Client, django_assert_num_queries) -> None:
    ours = builders.session(lasted=None)
    builders.session(lasted=None)
    builders.session(on=ours.station)
    client.force_login(builders.manager(of=[ours.site]))

    with django_assert_num_queries(3):  # who asks, twice, and the count
        answer = client.get("/sessions/in-progress/count/")

    assert answer.text == "1"


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/sessions/in-progress/count/").status_code == 302
