"""The columns of one session's meter samples."""

from datetime import datetime

from sessions_app.domain.row import SessionRow
from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn, time_columns, to_kw, to_percent
from sessions_app.queries.samples import SampleRow


def sample_columns(session: SessionRow) -> tuple[FileColumn[SampleRow], ...]:
    """Return the columns; times are in the session's site's zone, amounts in its currency."""

    def elapsed(sample: SampleRow, now: datetime) -> int:
        return max(0, int((sample.at - session.started_at).total_seconds()))

    return (
        *time_columns("at", "Time", lambda each, now: each.at, lambda each: session.zone),
        FileColumn("elapsed", "Elapsed (h:mm:ss)", cell_types.DURATION, elapsed),
        FileColumn("power", "Grid Power (kW)", cell_types.DECIMAL, lambda each, now: to_kw(each.grid_power_w)),
        FileColumn("energy", "Energy Delivered (kWh)", cell_types.ENERGY_KWH, lambda each, now: each.energy_wh),
        FileColumn("limit", "Grid Limit (A)", cell_types.NUMBER, lambda each, now: each.limit_a),
        FileColumn(
            "price",
            "Amount",
            cell_types.MONEY,
            lambda each, now: cell_types.money_value(each.price, session.currency),
        ),
        FileColumn(
            "price",
            "Currency",
            cell_types.CURRENCY,
            lambda each, now: "" if each.price is None else session.currency,
        ),
        FileColumn("inactivity", "Inactivity (h:mm:ss)", cell_types.DURATION, lambda each, now: each.idle_s),
        FileColumn("battery", "Battery (%)", cell_types.PERCENT, lambda each, now: to_percent(each.soc_percent)),
        FileColumn("voltage", "Voltage (V)", cell_types.NUMBER, lambda each, now: each.voltage_v),
        FileColumn("current", "Current L1 (A)", cell_types.NUMBER, lambda each, now: each.current_l1_a),
        FileColumn("current", "Current L2 (A)", cell_types.NUMBER, lambda each, now: each.current_l2_a),
        FileColumn("current", "Current L3 (A)", cell_types.NUMBER, lambda each, now: each.current_l3_a),
        FileColumn("register", "Meter Register (kWh)", cell_types.ENERGY_KWH, lambda each, now: each.register_wh),
        FileColumn("zone", "Time Zone", cell_types.TEXT, lambda each, now: session.zone),
    )
