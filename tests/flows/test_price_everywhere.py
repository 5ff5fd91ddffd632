"""Every page shows the price that is stored with the session."""

from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from sessions_app.models import ChargingSession
from tests.recording.test_repricing import charged
from tests.support import builders
from tests.support.export_files import read_csv

pytestmark = pytest.mark.django_db(transaction=True)


def pages(client: Client, session: ChargingSession) -> dict[str, str]:
    addresses = {
        "table": reverse("history"),
        "dialog": reverse("session", args=[session.pk]),
        "pricing": reverse("session-pricing", args=[session.pk]),
        "receipt": reverse("session-receipt", args=[session.pk]),
        "csv": reverse("export", args=["history", "csv"]),
    }
    return {name: text(client, address) for name, address in addresses.items()}


def text(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    if not answer.streaming:
        return str(answer.content.decode())

    async def read() -> bytes:
        return b"".join([piece async for piece in answer])

    content: bytes = async_to_sync(read)()
    return content.decode()


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(builders.operator())
    return client


def test_every_page_and_the_export_show_the_stored_price(operator: Client) -> None:
    builders.policy(
        {"dimension": "FLAT", "price": Decimal("1.00")},
        {"dimension": "ENERGY", "price": Decimal("0.3337")},
        {"dimension": "TIME", "price": Decimal("0.77")},
        tax_percent=Decimal(10),
    )
    session = charged()
    lines = ["$1.00", "$4.00", "$1.54"]  # 12 kWh × 0.3337 = 4.0044, 2 h × 0.77

    result = pages(operator, session)

    assert session.price == Decimal("6.54")
    for name in ("table", "dialog", "pricing", "receipt"):
        assert "$6.54" in result[name], name
    for name in ("pricing", "receipt"):
        assert all(line in result[name] for line in lines), name
    [row] = read_csv(result["csv"].encode())
    assert (row["Price"], row["Currency"]) == ("6.54", "AUD")


def test_session_without_price_is_never_shown_as_free(operator: Client) -> None:
    session = charged()

    result = pages(operator, session)

    for name, page in result.items():
        assert "$0.00" not in page, name
    [row] = read_csv(result["csv"].encode())
    assert row["Price"] == ""
    assert "No pricing policy" in result["pricing"]
    assert "No pricing policy applies" in result["dialog"]
