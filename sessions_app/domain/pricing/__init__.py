"""What a session costs: OCPI 2.2.1 price components over settled stretches of time.

PRICING.md beside this file has the rules in prose; its worked examples are the tests. A session
keeps its `Tariff` and its `Tally`; `add` lets the tally grow, `lines` says what it comes to.
"""

from sessions_app.domain.pricing.bill import lines, rounded, tax, total
from sessions_app.domain.pricing.tally import Tally, add, begin
from sessions_app.domain.pricing.tariff import (
    ENERGY,
    FLAT,
    MAX_PRICE,
    MIN_PRICE,
    PARKING_TIME,
    TIME,
    Component,
    Line,
    Tariff,
)

__all__ = [
    "ENERGY",
    "FLAT",
    "MAX_PRICE",
    "MIN_PRICE",
    "PARKING_TIME",
    "TIME",
    "Component",
    "Line",
    "Tally",
    "Tariff",
    "add",
    "begin",
    "lines",
    "rounded",
    "tax",
    "total",
]
