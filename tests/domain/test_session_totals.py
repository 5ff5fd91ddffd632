"""Totals that are stored with a session, across versions."""

from decimal import Decimal

import msgspec

from sessions_app.domain.figures import start_totals
from sessions_app.domain.session_totals import BillingContext, decode_totals
from tests.support.builders import NOON

VERSION_0_1_0 = (
    '{"at":"2026-03-03T12:00:00Z","register":[["1000.000","2026-03-03T12:00:00Z"],null],'
    '"energy_wh":"0.000","clock":{"counted_s":0.0,"is_running":false,"waiting":[]},'
    '"tally":[[0],null,0,0,-1,-1,-1],"flags":0}'
)


def test_totals_of_an_earlier_version_are_refused() -> None:
    """Otherwise a renamed field would take its default, and an open session would lose its price so far."""
    assert decode_totals(VERSION_0_1_0) is None


def test_totals_of_this_version_are_read() -> None:
    totals = start_totals(NOON, Decimal(1000), BillingContext(zone="UTC"))

    assert decode_totals(msgspec.json.encode(totals).decode()) == totals
