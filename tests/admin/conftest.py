"""The signed-in operator."""

import pytest
from django.test import Client

from tests.support import builders


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(builders.operator())
    return client
