"""The columns of the two tables: one record each, in the order of the screens.

Tables, live cells, sort orders, exports and the figures of a session's header are derived from these records.
CONTRIBUTING.md tells how to add one.
"""

from datetime import datetime
from operator import attrgetter

from sessions_app.domain import wording
from sessions_app.domain.cell_texts import (
    battery_text,
    energy_text,
    estimate_title,
    ocpp_reason_title,
    power_text,
    price_money,
    price_text,
    shown_power_kw,
    whole_duration_s,
)
from sessions_app.domain.column import (
    CellText,
    Column,
    ColumnError,
    Offer,
    column_faults,
    name_column,
    text_cell,
    time_column,
    zone_of,
)
from sessions_app.domain.file_cells import FileCell, duration_cells, time_cells, to_kw, to_kwh, to_percent
from sessions_app.domain.row import SessionRow

# An unknown value is an empty cell in a file: a dash would turn a column of numbers into text.
_RECORDS = (
    Column(
        key="id",
        heading="ID",
        text=lambda row, now: str(row.id),
        sort="id",
        file=(FileCell("ID", "integer", lambda row, now: row.id),),
        in_progress="default",
        history="default",
        mark="look",
        is_figure=True,
    ),
    time_column(
        "started_at", "Started At", sort="started_at", in_progress="default", history="default", label="Started"
    ),
    time_column("ended_at", "End Date", sort=None, in_progress="never", history="default", label="Ended"),
    Column(
        key="reason",
        heading="Reason",
        text=lambda row, now: wording.reason(row.end_reason, row.ended_by),
        title=ocpp_reason_title,
        sort=None,
        file=(
            FileCell(
                "Reason",
                "text",
                lambda row, now: wording.reason(row.end_reason, row.ended_by) if row.end_reason else "",
            ),
            text_cell("Reason (OCPP)", "end_reason"),
        ),
        in_progress="never",
        history="default",
    ),
    Column(
        key="station",
        heading="Charging Station",
        text=lambda row, now: row.station,
        sort="station__identity",
        file=(text_cell("Charging Station", "station"),),
        in_progress="default",
        history="default",
    ),
    Column(
        key="connector",
        heading="Connector",
        text=lambda row, now: wording.connector_letter(row.connector),
        sort="connector__number",
        file=(
            FileCell(
                "Connector",
                "text",
                lambda row, now: "" if row.connector is None else wording.connector_letter(row.connector),
            ),
        ),
        in_progress="default",
        history="default",
    ),
    Column(
        key="duration",
        heading="Duration",
        text=lambda row, now: wording.duration(row.duration_s(now)),
        sort=None,
        file=duration_cells("Duration", whole_duration_s),
        in_progress="default",
        history="default",
        is_figure=True,
        width_px=(74, None),
    ),
    Column(
        key="inactivity",
        heading="Inactivity",
        text=lambda row, now: wording.duration(row.idle_s),
        sort="idle_s",
        file=(
            *duration_cells("Inactivity", lambda row, now: row.idle_s),
            FileCell("Inactivity Level", "text", lambda row, now: row.level or "normal"),
        ),
        in_progress="default",
        history="default",
        mark="level",
        is_figure=True,
        is_live=True,
        width_px=(82, None),
    ),
    Column(
        key="held_back",
        heading="Held back",
        text=lambda row, now: wording.duration(row.held_back_s),
        sort="held_back_s",
        file=duration_cells("Held Back", lambda row, now: row.held_back_s),
        is_figure=True,
        is_live=True,
        width_px=(82, None),
    ),
    Column(
        key="power",
        heading="Power",
        label="Power now",
        text=power_text,
        sort="power_w",
        file=(
            FileCell("Power (kW)", "decimal", shown_power_kw),
            *time_cells("No Reading Since", SessionRow.silent_since, zone_of),
        ),
        in_progress="default",
        history="never",
        mark="silence",
        is_figure=True,
        is_live=True,
        width_px=(94, 94),
    ),
    Column(
        key="consumption",
        heading="Consumption",
        label="Energy",
        text=energy_text,
        title=estimate_title,
        sort="energy_wh",
        file=(FileCell("Consumption (kWh)", "decimal", lambda row, now: to_kwh(row.energy_wh), is_totalled=True),),
        in_progress="default",
        history="default",
        is_figure=True,
        is_live=True,
        width_px=(88, None),
    ),
    Column(
        key="battery",
        heading="Battery",
        text=battery_text,
        sort="battery",
        file=(
            FileCell("Battery at Start (%)", "percent", lambda row, now: to_percent(row.battery_start)),
            FileCell("Battery (%)", "percent", lambda row, now: to_percent(row.battery)),
        ),
        in_progress="default",
        is_figure=True,
        is_live=True,
    ),
    Column(
        key="price",
        heading="Price",
        text=price_text,
        title=estimate_title,
        sort=None,
        file=(
            FileCell("Price", "money", price_money, is_totalled=True),
            FileCell("Currency", "currency", lambda row, now: "" if row.price is None else row.currency),
        ),
        in_progress="default",
        history="default",
        is_figure=True,
        is_live=True,
        width_px=(68, None),
    ),
    name_column("company", "Company", sort="site__company__name", in_progress="default"),
    name_column("site", "Site", sort="site__name", in_progress="default"),
    name_column("site_area", "Site Area", sort="site_area__name", in_progress="default"),
    Column(
        key="user",
        heading="User",
        text=lambda row, now: row.user or wording.UNKNOWN,
        title=attrgetter("user"),
        sort="driver__name",
        file=(text_cell("User", "user"), text_cell("Unit", "unit")),
        in_progress="default",
    ),
    Column(
        key="id_tag",
        heading="IdTag",
        text=lambda row, now: row.id_tag or wording.UNKNOWN,
        sort="id_tag_value",
        file=(text_cell("IdTag", "id_tag"),),
    ),
    name_column("policy", "Pricing policy", sort="policy__description", file="Pricing Policy"),
    Column(
        key="peak_power",
        heading="Peak power",
        text=lambda row, now: wording.kw(row.peak_power_w),
        sort="peak_power_w",
        file=(FileCell("Peak Power (kW)", "decimal", lambda row, now: to_kw(row.peak_power_w)),),
        is_figure=True,
        is_live=True,
    ),
    Column(
        key="average_power",
        heading="Average power",
        text=lambda row, now: wording.kw(row.average_power_w),
        sort=None,
        file=(FileCell("Average Power (kW)", "decimal", lambda row, now: to_kw(row.average_power_w)),),
        in_progress="never",
        is_figure=True,
    ),
)


if _FAULTS := column_faults(_RECORDS):
    raise ColumnError(" ".join(_FAULTS))

COLUMNS: dict[str, Column] = {column.key: column for column in _RECORDS}
LIVE_CELLS = tuple(column.key for column in _RECORDS if column.is_live)
CELLS: dict[str, CellText] = {column.key: column.text for column in _RECORDS}
# For a table with sites in several time zones, where a time without its zone would mislead.
ZONED_CELLS: dict[str, CellText] = {column.key: column.zoned_text or column.text for column in _RECORDS}


def offered_columns(tab: str, *offers: Offer) -> tuple[str, ...]:
    """Return the keys of the columns that the tab has by default or on demand, in order."""
    return tuple(column.key for column in _RECORDS if getattr(column, tab.replace("-", "_")) in offers)


def cells(row: SessionRow, keys: tuple[str, ...], *, now: datetime) -> dict[str, str]:
    """Return the cell texts of the columns `keys`."""
    return {key: CELLS[key](row, now) for key in keys}
