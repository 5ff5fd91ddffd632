"""The format of money in every legal tender, and codes that are not currencies."""

from decimal import Decimal

import pytest

from sessions_app.domain.wording import is_currency, minor_digits, money


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
        ("12.5", "RSD", "RSD 12.50"),
        ("0.125", "IQD", "IQD 0.125"),
        ("7", "BGN", "BGN 7.00"),  # withdrawn from ISO 4217 with the euro
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


def test_decimals_are_those_of_iso_4217() -> None:
    two = ["AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"]  # CLDR: none
    assert {minor_digits(code) for code in two} == {2}
    assert (minor_digits("IQD"), minor_digits("JPY"), minor_digits("KWD")) == (3, 0, 3)
