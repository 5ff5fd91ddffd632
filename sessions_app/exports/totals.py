"""What the records of an export add up to: sums of the rounded values, as the screen's summary has it."""

from decimal import Decimal
from typing import Any

from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn


class ColumnTotals:
    """Sums by column; amounts of different currencies are never added."""

    def __init__(self, columns: tuple[FileColumn[Any], ...]) -> None:
        self.columns = columns
        totalled = [(n, each.cell_type) for n, each in enumerate(columns) if each.is_totalled]
        self.sums: dict[int, Any] = {n: 0 for n, kind in totalled if kind is not cell_types.MONEY}
        self.priced = [n for n, kind in totalled if kind is cell_types.MONEY]
        self.money: dict[str, Decimal] = {}
        self.unpriced = 0  # records that no price is known of: in the other totals, not in that of prices

    def add(self, values: list[Any]) -> None:
        """Count one record's values, in the order of the columns."""
        for n in self.sums:
            if values[n] is not None:
                self.sums[n] += values[n]
        for n in self.priced:
            if values[n] is None:
                self.unpriced += 1
            else:
                amount, currency = values[n]
                self.money[currency] = self.money.get(currency, Decimal(0)) + amount

    def lines(self) -> list[list[Any]]:
        """Return the totals as values of the columns: a line, and one more for each further currency.

        Nothing is totalled: no line.
        """
        if not self.sums and not self.priced:
            return []
        prices: list[tuple[str, Decimal | None]] = [*sorted(self.money.items())] or [("", None)]
        return [self._line({} if n else self.sums, *price) for n, price in enumerate(prices)]

    def _line(self, sums: dict[int, Any], currency: str, amount: Decimal | None) -> list[Any]:
        line = [sums.get(n) for n in range(len(self.columns))]
        if amount is None:
            return line
        for n, column in enumerate(self.columns):
            if column.cell_type is cell_types.CURRENCY:
                line[n] = currency
        for n in self.priced:
            line[n] = (amount, currency)
        return line
