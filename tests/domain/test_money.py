"""The format of money in every legal tender, and codes that are not currencies."""

from decimal import Decimal

import pytest

from sessions_app.domain.wording import is_currency, money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("5.09", "AUD", "$5.09"),
        ("-3", "AUD", "-$3.00"),
        ("12345.6", "AUD", "$12,345.60"),
        ("1.5", "USD", "USD 1.50"),
        ("389", "JPY", "JPY 389"),
        ("0.125", "KWD", "KWD 0.125"),
        ("-3", "EUR", "-EUR 3.00"),
        ("1", "SCR", "Rs 1.00"),
    ],
)
def test_no_break_space_separates_letters_from_digits(amount: str, currency: str, text: str) -> None:
    assert money(Decimal(amount), currency) == text.replace(" ", "\N{NO-BREAK SPACE}")


def test_missing_amount_is_shown_as_unknown() -> None:
    assert (money(None, "AUD"), money(Decimal(1), "")) == ("–", "–")


@pytest.mark.parametrize("code", ["AUD", "EUR", "JPY", "KWD", "XOF"])
def test_currency_is_legal_tender(code: str) -> None:
    assert is_currency(code)


@pytest.mark.parametrize("code", ["ZZZ", "XXX", "XAU", "CLF", "DEM", "aud", "AU", "AUD ", ""])
def test_other_codes_are_not_currencies(code: str) -> None:
    assert not is_currency(code)
