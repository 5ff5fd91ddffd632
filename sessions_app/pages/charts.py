"""A session's curve as a Plotly figure: its lines, axes and colours.

The figure has the style and the axes; `static/js/graph` adds the points, since it also appends to them.
Times are epoch milliseconds in UTC on a date axis: Plotly shows them in UTC in any browser, and the page
shows them in site time (`zone_changes`). Colours are CSS tokens, so that one figure serves both themes.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
from django.core.exceptions import ImproperlyConfigured

from sessions_app.domain.quantities import SERIES, Series

LIVE_AHEAD = timedelta(days=40)  # how far ahead an open page knows the site's clock


# One axis per quantity; limit and currents share one.
AXES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "yaxis": ("kW", "--graph-power", {"side": "left", "rangemode": "tozero"}),
    "yaxis2": ("kWh", "--graph-energy", {"side": "right", "rangemode": "tozero"}),
    "yaxis3": ("A", "--graph-limit", {"side": "left"}),  # static/js/session/drawing.js sets its range
    "yaxis4": ("", "--graph-amount", {"side": "right", "rangemode": "tozero"}),
    "yaxis5": ("%", "--graph-battery", {"side": "right", "range": [0, 102]}),
    "yaxis6": ("V", "--graph-voltage", {"side": "left"}),  # and this one's
}
for _series in SERIES:
    if f"yaxis{_series.axis[1:]}" not in AXES:
        message = f"Quantity {_series.field!r}: AXES in pages/charts.py has no axis {_series.axis!r}."
        raise ImproperlyConfigured(message)


def build_figure(*, currency: str, marks: dict[str, datetime | None]) -> dict[str, Any]:
    """Return the figure of a session without its points, as Plotly's JSON; `marks` are times by name."""
    base = _base_figure(currency)
    at_ms = {name: epoch_ms(at) for name, at in marks.items() if at is not None}
    mark_layout = {
        "shapes": [_mark_line(name, at) for name, at in at_ms.items()],
        "annotations": [_mark_label(name, at) for name, at in at_ms.items()],
    }
    return {"data": base["data"], "layout": base["layout"] | mark_layout}


@lru_cache
def _base_figure(currency: str) -> dict[str, Any]:
    """Return the part that all sessions in a currency share; cached, since Plotly validates it for 15 ms."""
    traces = [_trace(series) for series in SERIES]
    figure: dict[str, Any] = go.Figure(data=traces, layout=_layout(currency)).to_dict()
    figure["layout"].pop("template", None)
    return figure


def _trace(series: Series) -> go.Scatter:
    return go.Scatter(
        name=series.name,
        meta=series.field,
        mode="lines",
        yaxis=series.axis,
        visible=series.is_shown,
        line={"color": f"var({series.colour})", "width": 2, **series.line},
        hoverinfo="skip",  # the page shows the values itself, in site time and with units
        connectgaps=False,
    )


def _layout(currency: str) -> dict[str, Any]:
    axes: dict[str, Any] = {}
    for name, (unit, colour, options) in AXES.items():
        axes[name] = {
            "title": {"text": unit or currency, "standoff": 8},
            "color": f"var({colour})",
            "showgrid": name == "yaxis",
            "gridcolor": "var(--graph-grid)",
            "zeroline": False,
            "fixedrange": True,
            "tickmode": "auto",  # an overlay axis defaults to "sync"
            "nticks": 6,
            "ticklabelstandoff": 6,
            **({} if name == "yaxis" else {"overlaying": "y"}),
            **({} if name in {"yaxis", "yaxis2"} else _outer_axis(options["side"])),
            **options,
        }
    # Idle intervals fill the whole height on an axis of their own.
    axes["yaxis7"] = {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True}
    return {
        "template": "none",
        "hovermode": False,
        "dragmode": "zoom",
        "showlegend": False,
        "margin": {"l": 52, "r": 64, "t": 28, "b": 36},  # on the right, room for "0.004" and the title kWh
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


def _outer_axis(side: str) -> dict[str, Any]:
    """Return the options that put an axis outside the others on its side, with a gap."""
    return {"anchor": "free", "autoshift": True, "shift": -10 if side == "left" else 10}


def _mark_line(name: str, at_ms: int) -> dict[str, Any]:
    line = {"color": "var(--graph-mark)", "width": 1, "dash": "dot"}
    ends = {"x0": at_ms, "x1": at_ms, "y0": 0, "y1": 1, "yref": "paper"}
    return dict(go.layout.Shape(type="line", name=name, line=line, **ends).to_plotly_json())


def _mark_label(name: str, at_ms: int) -> dict[str, Any]:
    """Return the label at the top of a mark; the page rotates it so that labels do not overlap."""
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


def epoch_ms(at: datetime) -> int:
    """Return epoch milliseconds."""
    return round(at.timestamp() * 1000)


def zone_changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[int, int, str]]:
    """Return the clock changes of the zone from start to end: epoch ms, UTC offset in ms, and zone name.

    The page adds the offset itself, so that a browser in another zone, or one that does not know this
    zone, shows site time, also after a clock change.
    """
    changes = [_zone_state(zone, start)]
    at = start
    while at < end:
        later = min(at + timedelta(days=1), end)
        if _zone_state(zone, later)[1:] != changes[-1][1:]:
            changes.append(_zone_state(zone, _find_change(zone, at, later)))
        at = later
    return changes


def _find_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the time of the clock change between both, to the second."""
    low, high = int(before.timestamp()), int(after.timestamp())
    later_state = _zone_state(zone, after)[1:]
    while high - low > 1:
        middle = (low + high) // 2
        if _zone_state(zone, datetime.fromtimestamp(middle, UTC))[1:] == later_state:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _zone_state(zone: ZoneInfo, at: datetime) -> tuple[int, int, str]:
    local = at.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return epoch_ms(at), round(offset.total_seconds() * 1000), local.tzname() or ""
