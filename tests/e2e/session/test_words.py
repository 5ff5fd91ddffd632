"""The browser says figures as the server does."""

from decimal import Decimal

import pytest

from sessions_app.domain import wording
from tests import factories

pytestmark = pytest.mark.browser
AMOUNTS = {"AUD": 1234.5, "USD": 1.5, "JPY": 389, "KWD": 0.125, "EUR": -3}


def test_browser_formats_money_like_the_server(signed_in) -> None:
    page = signed_in(factories.operator())
    page.goto("/sessions/in-progress/")

    said = page.evaluate(
        """async (asked) => {
            const { money } = await import("/static/js/session/words.js");
            return asked.map(([amount, nothing]) => money(amount, nothing));
        }""",
        [[amount, wording.money(Decimal(0), currency)] for currency, amount in AMOUNTS.items()],
    )

    assert said == [wording.money(Decimal(str(amount)), currency) for currency, amount in AMOUNTS.items()]
