// From the server's figure and the points to what Plotly draws: a pure step, repeated for each change.

import { intervalLabel, markLabels, peakLabels } from "./annotations.js";
import { colourResolver } from "./colours.js";

const NARROW = 560; // px: a narrower frame has room for two axes only
const FEW = 40; // points that are few enough to be marked each

// Return {data, layout} for Plotly, of a size in px. Colours are those of the theme at `frame`.
export function picture({ figure, points, siteTime }, { size, frame, range, checked }) {
  const { width, height } = size;
  const { columns } = points;
  const lines = traces(figure, points, checked);
  const needsGround = checked.has("power_kw") && hasGap(columns.power_kw);
  const shades = SHADES.map((shade) => ({ ...shade, intervals: points.intervals(shade.field) }));
  const data = [...lines, powerGround(columns, needsGround), ...shades.map(intervalShade)];
  const { moments, labels } = siteTime.ticks(...range, Math.max(3, Math.floor(width / 90)));
  const margin = { ...figure.layout.margin, ...(width < NARROW ? { l: 40, r: 54 } : {}) };
  const withoutAxis = lines.filter(({ visible, yaxis }) => visible && !hasAxis(yaxis, width));
  const plotWidth = width - margin.l - margin.r;
  const layout = {
    ...figure.layout,
    ...yAxes(figure.layout, lines, width),
    width,
    height,
    autosize: false,
    margin,
    xaxis: {
      ...figure.layout.xaxis,
      range: range.map((ms) => Math.round(ms)),
      autorange: false,
      tickmode: "array",
      tickvals: moments,
      ticktext: labels,
    },
    annotations: [
      ...markLabels(figure.layout.annotations, range, plotWidth),
      ...shades.flatMap(({ name, intervals }) => intervalLabel(name.toLowerCase(), intervals, range, plotWidth)),
      ...peakLabels(withoutAxis, figure.layout, range),
    ],
    uirevision: "constant",
  };
  const { resolve, done } = colourResolver(frame);
  // The points hold no colours, so the resolver need not walk through them.
  const coloured = { data: data.map(({ x, y, ...style }) => ({ ...resolve(style), x, y })), layout: resolve(layout) };
  done();
  return coloured;
}

function traces(figure, points, checked) {
  const { columns } = points;
  return figure.data.map((trace) => {
    const visible = checked.has(trace.meta) && points.has(trace.meta);
    if (!visible) return { ...trace, visible: false, x: [], y: [] };
    const size = markerSizes(columns[trace.meta]);
    return {
      ...trace,
      visible,
      x: columns.at_ms,
      y: columns[trace.meta],
      ...(trace.meta === "power_kw" && !hasGap(columns.power_kw) ? GROUND : {}),
      ...(size ? { mode: "lines+markers", marker: { size, color: trace.line.color } } : {}),
    };
  });
}

// A point between two gaps makes no line: without a marker it would be invisible.
function markerSizes(column) {
  if (column.filter((value) => value !== null).length <= FEW) return 5;
  const sizes = column.map((value, i) => {
    const isAlone = value !== null && (column[i - 1] ?? null) === null && (column[i + 1] ?? null) === null;
    return isAlone ? 5 : 0;
  });
  return sizes.includes(5) ? sizes : null;
}

function yAxes(layout, lines, width) {
  const used = new Set(lines.filter((trace) => trace.visible).map((trace) => trace.yaxis));
  const keys = Object.keys(layout).filter((key) => key.startsWith("yaxis"));
  return Object.fromEntries(
    keys.map((key) => {
      const name = key.replace("axis", "");
      if (name === "y7") return [key, layout[key]];
      const range = RANGES[name]?.(extent(lines, name));
      return [key, { ...layout[key], ...(range && { range }), visible: used.has(name) && hasAxis(name, width) }];
    }),
  );
}

const hasAxis = (name, width) => width >= NARROW || name === "y" || name === "y2";

// Limit and currents keep clear of the power, which fills its own axis; a voltage ripples about its mean.
const RANGES = {
  y3: ([, highest]) => [0, 1.25 * highest],
  y6: ([lowest, highest]) => [lowest - 10, highest + 10],
};

// Return the lowest and the highest value on an axis.
function extent(lines, axis) {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const { y, yaxis, visible } of lines) {
    if (yaxis !== axis || !visible) continue;
    for (const value of y) {
      if (value === null) continue;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  return highest === -Infinity ? [0, 1] : [lowest, highest || 1];
}

// Plotly's own fill would cover a gap; where there is none, it is the cheaper one.
function hasGap(column) {
  const first = column.findIndex((value) => value !== null);
  const last = column.findLastIndex((value) => value !== null);
  return column.slice(first, last + 1).includes(null);
}

const GROUND = { fill: "tozeroy", fillcolor: "var(--graph-power-fill)" };
const AREA = { type: "scatter", mode: "lines", line: { width: 0 }, hoverinfo: "skip", zorder: -1, fill: "toself" };

// The ground under the power, piece by piece between the gaps.
function powerGround({ at_ms: at, power_kw: power }, isNeeded) {
  const x = [];
  const y = [];
  const count = isNeeded ? at.length : 0;
  for (let i = 0; i < count; i += 1) {
    if (power[i] === null) continue;
    if (i === 0 || power[i - 1] === null) {
      x.push(at[i]);
      y.push(0);
    }
    x.push(at[i]);
    y.push(power[i]);
    if (i === at.length - 1 || power[i + 1] === null) {
      x.push(at[i], null);
      y.push(0, null);
    }
  }
  const { fillcolor } = GROUND;
  return { ...AREA, meta: "ground", showlegend: false, fillcolor, x, y, visible: x.length > 0 };
}

// The shaded intervals: hatching tells held back from idle without colours.
const SHADES = [
  { field: "idle_s", name: "Idle", style: { fillcolor: "var(--graph-idle)" } },
  {
    field: "held_back_s",
    name: "Held back",
    style: {
      fillpattern: {
        shape: "/",
        size: 8,
        solidity: 0.16,
        fgcolor: "var(--graph-held-back)",
        bgcolor: "var(--graph-held-back-ground)",
      },
    },
  },
];

// All intervals of a kind as one filled trace: a hundred shapes would cost as much as the whole graph.
function intervalShade({ name, style, intervals }) {
  return {
    ...AREA,
    ...style,
    name,
    meta: name.toLowerCase(),
    x: intervals.flatMap(([from, to]) => [from, from, to, to, null]),
    y: intervals.flatMap(() => [0, 1, 1, 0, null]),
    yaxis: "y7",
    visible: intervals.length > 0,
  };
}
