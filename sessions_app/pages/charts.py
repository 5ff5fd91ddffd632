"""A session's curve as a Plotly figure: what is drawn, on which axis, in which colour.

The figure holds the style and the axes; `static/js/graph` puts the columns in, since it also appends to
them. Times are epoch milliseconds in UTC on a date axis, which Plotly words in UTC whatever the browser's
zone is; the page words them in site time (`zone_changes`). Colours are names of CSS tokens, so that one
figure serves both themes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

LIVE_AHEAD = timedelta(days=40)  # an open page knows the site's clock that far ahead


class Series(NamedTuple):
    """One line of the graph: its field of the points, its words, its axis and its colour token."""

    field: str
    name: str
    unit: str
    digits: int
    axis: str
    colour: str
    is_shown: bool = False
    line: Mapping[str, Any] = MappingProxyType({})


# A limit holds until the next one, and is no flow: where it lies on the power, the power is still seen.
LIMIT = {"shape": "hv", "dash": "6px,3px", "width": 1.5}

GRAPH_SERIES = (
    Series("power_kw", "Grid Power", "kW", 2, "y", "--graph-power", is_shown=True),
    Series("energy_kwh", "Energy Delivered", "kWh", 2, "y2", "--graph-energy", is_shown=True),
    Series("limit_a", "Grid Limit (A)", "A", 1, "y3", "--graph-limit", is_shown=True, line=LIMIT),
    Series("price", "Amount", "", 2, "y4", "--graph-amount", line={"shape": "hv"}),
    Series("battery", "Battery", "%", 0, "y5", "--graph-battery"),
    Series("voltage_v", "Voltage", "V", 1, "y6", "--graph-voltage"),
    Series("current_l1_a", "L1", "A", 1, "y3", "--graph-l1"),
    Series("current_l2_a", "L2", "A", 1, "y3", "--graph-l2"),
    Series("current_l3_a", "L3", "A", 1, "y3", "--graph-l3"),
)

# Each quantity has an axis of its own; limit and currents are one quantity.
AXES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "yaxis": ("kW", "--graph-power", {"side": "left", "rangemode": "tozero"}),
    "yaxis2": ("kWh", "--graph-energy", {"side": "right", "rangemode": "tozero"}),
    "yaxis3": ("A", "--graph-limit", {"side": "left"}),  # static/js/session/drawing.js spans it
    "yaxis4": ("", "--graph-amount", {"side": "right", "rangemode": "tozero"}),
    "yaxis5": ("%", "--graph-battery", {"side": "right", "range": [0, 102]}),
    "yaxis6": ("V", "--graph-voltage", {"side": "left"}),  # this one, too
}


def build_figure(*, currency: str, marks: dict[str, datetime | None]) -> dict[str, Any]:
    """Return the figure of a session, without its points, as Plotly's JSON; marks are moments by name."""
    styled = _styled(currency)
    at_ms = {name: milliseconds(at) for name, at in marks.items() if at is not None}
    drawn = {
        "shapes": [_line(name, at) for name, at in at_ms.items()],
        "annotations": [_word(name, at) for name, at in at_ms.items()],
    }
    return {"data": styled["data"], "layout": styled["layout"] | drawn}


@lru_cache
def _styled(currency: str) -> dict[str, Any]:
    """Return what is the same for all sessions in a currency: Plotly's checks of it take 15 ms."""
    made: dict[str, Any] = go.Figure(data=[_trace(each) for each in GRAPH_SERIES], layout=_layout(currency)).to_dict()
    made["layout"].pop("template", None)
    return made


def _trace(series: Series) -> go.Scatter:
    return go.Scatter(
        name=series.name,
        meta=series.field,
        mode="lines",
        yaxis=series.axis,
        visible=series.is_shown,
        line={"color": f"var({series.colour})", "width": 2, **series.line},
        hoverinfo="skip",  # the page words the moment itself: in site time, with units
        connectgaps=False,
    )


def _layout(currency: str) -> dict[str, Any]:
    axes: dict[str, Any] = {}
    for name, (unit, colour, how) in AXES.items():
        axes[name] = {
            "title": {"text": unit or currency, "standoff": 8},
            "color": f"var({colour})",
            "showgrid": name == "yaxis",
            "gridcolor": "var(--graph-grid)",
            "zeroline": False,
            "fixedrange": True,
            "tickmode": "auto",  # an overlay axis would begin with "sync"
            "nticks": 6,
            "ticklabelstandoff": 6,
            **({} if name == "yaxis" else {"overlaying": "y"}),
            **({} if name in {"yaxis", "yaxis2"} else _beside(how["side"])),
            **how,
        }
    # Idle stretches fill the whole height, whatever is drawn.
    axes["yaxis7"] = {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True}
    return {
        "template": "none",
        "hovermode": False,
        "dragmode": "zoom",
        "showlegend": False,
        "margin": {"l": 52, "r": 64, "t": 28, "b": 36},  # on the right "0.004" kWh beside their title
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "var(--graph-text)", "size": 12},
        "xaxis": {
            "type": "date",
            "showgrid": False,
            "zeroline": False,
            "linecolor": "var(--graph-grid)",
            "color": "var(--graph-text)",
        },
        **axes,
    }


def _beside(side: str) -> dict[str, Any]:
    """Return how an axis stands beside those that are shown on its side, with some air between."""
    return {"anchor": "free", "autoshift": True, "shift": -10 if side == "left" else 10}


def _line(name: str, at_ms: int) -> dict[str, Any]:
    line = {"color": "var(--graph-mark)", "width": 1, "dash": "dot"}
    where = {"x0": at_ms, "x1": at_ms, "y0": 0, "y1": 1, "yref": "paper"}
    return dict(go.layout.Shape(type="line", name=name, line=line, **where).to_plotly_json())


def _word(name: str, at_ms: int) -> dict[str, Any]:
    """Return the word at a mark's top; the page turns it so that none stands over another."""
    return dict(
        go.layout.Annotation(
            x=at_ms,
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="left",
            text=name,
            showarrow=False,
            font={"size": 11, "color": "var(--graph-text)"},
        ).to_plotly_json()
    )


def milliseconds(at: datetime) -> int:
    """Return epoch milliseconds."""
    return round(at.timestamp() * 1000)


def zone_changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[int, int, str]]:
    """Return from when on (ms) which offset (ms) and which name holds at the site, from start to end.

    The page adds the offset and words the result, so that a browser that stands elsewhere, or does
    not know the zone, says site time all the same, on both sides of a change of the clocks.
    """
    changes = [_clock(zone, start)]
    at = start
    while at < end:
        after = min(at + timedelta(days=1), end)
        if _clock(zone, after)[1:] != changes[-1][1:]:
            changes.append(_clock(zone, _change(zone, at, after)))
        at = after
    return changes


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the moment between both, to the second, from which on the later clock holds."""
    low, high = int(before.timestamp()), int(after.timestamp())
    wanted = _clock(zone, after)[1:]
    while high - low > 1:
        middle = (low + high) // 2
        if _clock(zone, datetime.fromtimestamp(middle, UTC))[1:] == wanted:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _clock(zone: ZoneInfo, at: datetime) -> tuple[int, int, str]:
    local = at.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return milliseconds(at), round(offset.total_seconds() * 1000), local.tzname() or ""
