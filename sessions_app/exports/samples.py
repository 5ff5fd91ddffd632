"""The columns of one session's meter samples."""

from datetime import datetime

from sessions_app.domain.row import SessionRow
from sessions_app.exports import kinds
from sessions_app.exports.columns import Column, kw, moment, percent
from sessions_app.queries.samples import SampleRow


def sample_columns(session: SessionRow) -> tuple[Column[SampleRow], ...]:
    """Return the columns; times are in the session's site's zone, amounts in its currency."""

    def elapsed(sample: SampleRow, now: datetime) -> int:
        return max(0, int((sample.at - session.started_at).total_seconds()))

    return (
        *moment("at", "Time", lambda each, now: each.at, lambda each: session.zone),
        Column("elapsed", "Elapsed (h:mm:ss)", kinds.SPAN, elapsed),
        Column("power", "Grid Power (kW)", kinds.DECIMAL, lambda each, now: kw(each.grid_power_w)),
        Column("energy", "Energy Delivered (kWh)", kinds.ENERGY, lambda each, now: each.energy_wh),
        Column("limit", "Grid Limit (A)", kinds.NUMBER, lambda each, now: each.limit_a),
        Column("price", "Amount", kinds.MONEY, lambda each, now: kinds.money(each.price, session.currency)),
        Column(
            "price",
            "Currency",
            kinds.CURRENCY,
            lambda each, now: "" if each.price is None else session.currency,
        ),
        Column("inactivity", "Inactivity (h:mm:ss)", kinds.SPAN, lambda each, now: each.idle_s),
        Column("battery", "Battery (%)", kinds.PERCENT, lambda each, now: percent(each.soc_percent)),
        Column("voltage", "Voltage (V)", kinds.NUMBER, lambda each, now: each.voltage_v),
        Column("current", "Current L1 (A)", kinds.NUMBER, lambda each, now: each.current_l1_a),
        Column("current", "Current L2 (A)", kinds.NUMBER, lambda each, now: each.current_l2_a),
        Column("current", "Current L3 (A)", kinds.NUMBER, lambda each, now: each.current_l3_a),
        Column("register", "Meter Register (kWh)", kinds.ENERGY, lambda each, now: each.register_wh),
        Column("zone", "Time Zone", kinds.TEXT, lambda each, now: session.zone),
    )
