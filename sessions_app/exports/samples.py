"""The columns of the meter samples export."""

from datetime import datetime

from sessions_app.domain.file_cells import money_value, to_kw, to_percent
from sessions_app.domain.row import SessionRow
from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn, time_columns
from sessions_app.queries.samples import SampleRow


def sample_columns(session: SessionRow) -> tuple[FileColumn[SampleRow], ...]:
    """Return the columns. Times are in the zone of the site, amounts in the currency of the session."""

    def elapsed(sample: SampleRow, now: datetime) -> int:
        return max(0, int((sample.at - session.started_at).total_seconds()))

    return (
        *time_columns("at", "Time", lambda sample, now: sample.at, lambda sample: session.zone),
        FileColumn("elapsed", "Elapsed (h:mm:ss)", cell_types.DURATION, elapsed),
        FileColumn("power", "Grid Power (kW)", cell_types.DECIMAL, lambda sample, now: to_kw(sample.grid_power_w)),
        FileColumn("energy", "Energy Delivered (kWh)", cell_types.ENERGY_KWH, lambda sample, now: sample.energy_wh),
        FileColumn("limit", "Grid Limit (A)", cell_types.NUMBER, lambda sample, now: sample.limit_a),
        FileColumn(
            "price",
            "Amount",
            cell_types.MONEY,
            lambda sample, now: money_value(sample.price, session.currency),
        ),
        FileColumn(
            "price",
            "Currency",
            cell_types.CURRENCY,
            lambda sample, now: "" if sample.price is None else session.currency,
        ),
        FileColumn("inactivity", "Inactivity (h:mm:ss)", cell_types.DURATION, lambda sample, now: sample.idle_s),
        FileColumn("battery", "Battery (%)", cell_types.PERCENT, lambda sample, now: to_percent(sample.soc_percent)),
        FileColumn("voltage", "Voltage (V)", cell_types.NUMBER, lambda sample, now: sample.voltage_v),
        FileColumn("current", "Current L1 (A)", cell_types.NUMBER, lambda sample, now: sample.current_l1_a),
        FileColumn("current", "Current L2 (A)", cell_types.NUMBER, lambda sample, now: sample.current_l2_a),
        FileColumn("current", "Current L3 (A)", cell_types.NUMBER, lambda sample, now: sample.current_l3_a),
        FileColumn("register", "Meter Register (kWh)", cell_types.ENERGY_KWH, lambda sample, now: sample.register_wh),
        FileColumn("zone", "Time Zone", cell_types.TEXT, lambda sample, now: session.zone),
    )
