"""The browser formats figures like the server."""

from decimal import Decimal

import pytest

from sessions_app.domain import wording
from tests.e2e.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.browser
AMOUNTS = {"AUD": 1234.5, "USD": 1.5, "JPY": 389, "KWD": 0.125, "EUR": -3}


def test_browser_formats_money_like_the_server(signed_in: SignIn) -> None:
    page = signed_in(builders.operator())
    page.goto("/sessions/in-progress/")

    texts = page.evaluate(
        """async (pairs) => {
            const { money } = await import("/static/js/session/words.js");
            return pairs.map(([amount, nothing]) => money(amount, nothing));
        }""",
        [[amount, wording.money(Decimal(0), currency)] for currency, amount in AMOUNTS.items()],
    )

    assert texts == [wording.money(Decimal(str(amount)), currency) for currency, amount in AMOUNTS.items()]
