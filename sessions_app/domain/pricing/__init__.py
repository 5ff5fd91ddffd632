"""What a session costs: OCPI 2.2.1 price components applied to classified intervals.

PRICING.md in this folder has the rules in prose; its worked examples are the tests. A session stores its
`Tariff` and its `Usage`. `add_intervals` extends the usage, `calculate_lines` returns its price lines.
"""

from sessions_app.domain.pricing.compiled import depends_on_power
from sessions_app.domain.pricing.price_lines import calculate_lines, tax, total
from sessions_app.domain.pricing.tariff import (
    ENERGY,
    FLAT,
    MAX_PRICE,
    MIN_PRICE,
    PARKING_TIME,
    TIME,
    Component,
    PriceLine,
    Tariff,
    rounded,
)
from sessions_app.domain.pricing.usage import Usage, add_intervals, start_usage

__all__ = [
    "ENERGY",
    "FLAT",
    "MAX_PRICE",
    "MIN_PRICE",
    "PARKING_TIME",
    "TIME",
    "Component",
    "PriceLine",
    "Tariff",
    "Usage",
    "add_intervals",
    "calculate_lines",
    "depends_on_power",
    "rounded",
    "start_usage",
    "tax",
    "total",
]
