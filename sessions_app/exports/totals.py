"""The totals of an export: sums of the rounded values, like the summary on screen."""

from decimal import Decimal
from typing import Any

from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn


class ColumnTotals:
    """Sums by column, and one sum of money per currency."""

    def __init__(self, columns: tuple[FileColumn[Any], ...]) -> None:
        self.columns = columns
        totalled = [(n, column.cell_type) for n, column in enumerate(columns) if column.is_totalled]
        self.sums: dict[int, Any] = {n: 0 for n, cell_type in totalled if cell_type is not cell_types.MONEY}
        self.money_indexes = [n for n, cell_type in totalled if cell_type is cell_types.MONEY]
        self.money: dict[str, Decimal] = {}
        self.unpriced = 0  # records without a price: they count in the other totals

    def add(self, values: list[Any]) -> None:
        """Add one record's values, in the order of the columns."""
        for n in self.sums:
            if values[n] is not None:
                self.sums[n] += values[n]
        for n in self.money_indexes:
            if values[n] is None:
                self.unpriced += 1
            else:
                amount, currency = values[n]
                self.money[currency] = self.money.get(currency, Decimal(0)) + amount

    def lines(self) -> list[list[Any]]:
        """Return lines of totals as column values: one per currency, at least one.

        Return none if no column has a total.
        """
        if not self.sums and not self.money_indexes:
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
        for n in self.money_indexes:
            line[n] = (amount, currency)
        return line
