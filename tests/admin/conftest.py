"""The signed-in operator."""

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(factories.operator())
    return client
