// From the server's figure and the points to what Plotly draws: a pure step, done anew for each change.

const NARROW = 560; // px: beside two axes there is no room for a third
const LETTER = 7; // px of a mark's word
const FEW = 40; // points that are few enough to be marked each

// Colours are names of tokens; the browser knows what they are in this theme.
function painter(frame) {
  const known = new Map();
  const probe = document.createElement("i");
  probe.hidden = true;
  frame.append(probe);
  const colour = (name) => {
    if (!known.has(name)) {
      probe.style.color = name;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  };
  const paint = (value) => {
    if (typeof value === "string") return value.startsWith("var(") ? colour(value) : value;
    if (Array.isArray(value)) return value.map(paint);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, paint(each)]));
  };
  return { paint, done: () => probe.remove() };
}

// A point between two gaps makes no line: it is marked, or nobody would see it.
function markers(column) {
  if (column.filter((value) => value !== null).length <= FEW) return 5;
  let any = false;
  const sizes = column.map((value, i) => {
    const alone = value !== null && (column[i - 1] ?? null) === null && (column[i + 1] ?? null) === null;
    any ||= alone;
    return alone ? 5 : 0;
  });
  return any ? sizes : null;
}

function traces(figure, points, shown) {
  const columns = points.shown;
  return figure.data.map((trace) => {
    const visible = shown.has(trace.meta) && points.has(trace.meta);
    if (!visible) return { ...trace, visible: false, x: [], y: [] };
    const size = markers(columns[trace.meta]);
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

function axes(layout, drawn, width) {
  const used = new Set(drawn.filter((trace) => trace.visible).map((trace) => trace.yaxis));
  return Object.fromEntries(
    Object.keys(layout)
      .filter((key) => key.startsWith("yaxis"))
      .map((key) => {
        const name = key.replace("axis", "");
        if (name === "y7") return [key, layout[key]];
        const span = SPANS[name]?.(extent(drawn, name));
        return [key, { ...layout[key], ...(span && { range: span }), visible: used.has(name) && hasAxis(name, width) }];
      }),
  );
}

const hasAxis = (name, width) => width >= NARROW || name === "y" || name === "y2";

// Limit and currents stay clear of the power, which fills its own axis; a voltage ripples about its mean.
const SPANS = {
  y3: ([, highest]) => [0, 1.25 * highest],
  y6: ([lowest, highest]) => [lowest - 10, highest + 10],
};

function extent(drawn, axis) {
  let lowest = Infinity,
    highest = -Infinity;
  for (const { y, yaxis, visible } of drawn) {
    if (yaxis !== axis || !visible) continue;
    for (const value of y) {
      if (value === null) continue;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  return highest === -Infinity ? [0, 1] : [lowest, highest || 1];
}

// Where there is no room for a series' axis, its highest value stands beside its line.
function peakWords(layout, drawn, width, [from, to]) {
  return drawn
    .filter(({ visible, yaxis }) => visible && !hasAxis(yaxis, width))
    .flatMap(({ x, y, yaxis, line }) => {
      let top = -1;
      for (let i = 0; i < x.length; i += 1) {
        if (x[i] >= from && x[i] <= to && y[i] !== null && (top < 0 || y[i] > y[top])) top = i;
      }
      if (top < 0) return [];
      const unit = layout[yaxis.replace("y", "yaxis")].title.text;
      const text = `${Math.round(y[top] * 100) / 100} ${unit}`;
      const xanchor = (x[top] - from) / (to - from) < 0.5 ? "left" : "right";
      return [
        {
          x: x[top],
          y: y[top],
          yref: yaxis,
          yanchor: "bottom",
          xanchor,
          text,
          showarrow: false,
          font: { size: 11, color: line.color },
        },
      ];
    });
}

// Plotly's own fill would run on through a gap; where there is none it is the cheaper one.
function hasGap(column) {
  const first = column.findIndex((value) => value !== null);
  const last = column.findLastIndex((value) => value !== null);
  return column.slice(first, last + 1).includes(null);
}

const GROUND = { fill: "tozeroy", fillcolor: "var(--graph-power-fill)" };

// The ground under the power, piece by piece.
function ground({ at_ms: at, power_kw: power }, isNeeded) {
  const x = [],
    y = [];
  for (let i = 0; isNeeded && i < at.length; i += 1) {
    if (power[i] === null) continue;
    const begins = i === 0 || power[i - 1] === null,
      ends = i === at.length - 1 || power[i + 1] === null;
    x.push(...(begins ? [at[i]] : []), at[i], ...(ends ? [at[i], null] : []));
    y.push(...(begins ? [0] : []), power[i], ...(ends ? [0, null] : []));
  }
  return {
    type: "scatter",
    meta: "ground",
    mode: "lines",
    line: { width: 0 },
    hoverinfo: "skip",
    showlegend: false,
    zorder: -1,
    ...GROUND,
    fill: "toself",
    x,
    y,
    visible: x.length > 0,
  };
}

// All idle stretches as one filled line: a shape for each of a hundred would cost as much as the graph.
function shade(stretches) {
  return {
    type: "scatter",
    name: "Idle",
    meta: "idle",
    mode: "lines",
    line: { width: 0 },
    hoverinfo: "skip",
    zorder: -1,
    x: stretches.flatMap(([from, to]) => [from, from, to, to, null]),
    y: stretches.flatMap(() => [0, 1, 1, 0, null]),
    yaxis: "y7",
    fill: "toself",
    fillcolor: "var(--graph-idle)",
    visible: stretches.length > 0,
  };
}

// The widest stretch says what the shade means.
function idleWord(stretches, [from, to]) {
  const seen = stretches.map(([a, b]) => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => b > a);
  const widest = seen.sort((one, other) => other[1] - other[0] - (one[1] - one[0]))[0];
  if (!widest || widest[1] - widest[0] < (to - from) / 14) return [];
  return [
    {
      x: (widest[0] + widest[1]) / 2,
      y: 0.06,
      yref: "paper",
      yanchor: "bottom",
      text: "idle",
      showarrow: false,
      font: { size: 11, color: "var(--graph-text)" },
    },
  ];
}

// The session's whole range, with a little air; a session of a moment gets two minutes.
// Where a station has fallen silent the time since then is shown, too, empty.
export function wholeRange(payload, points, now) {
  const from = payload.started_ms;
  const isSilent = payload.ended_ms === null && now - points.lastAt > points.gap;
  const to = Math.max(points.lastAt, payload.ended_ms ?? 0, isSilent ? now : 0, from + 120_000);
  const air = (to - from) * 0.015;
  return [from - air, to + air];
}

// The words of the marks, none over another: a word that would run into the next mark turns to the left
// where there is room, else both marks share their words.
function markWords(annotations, [from, to], width) {
  const placed = [];
  let taken = 0; // px up to which there are words
  const seen = annotations.filter(({ x }) => x >= from && x <= to).sort((one, other) => one.x - other.x);
  seen.forEach((word, i) => {
    const at = ((word.x - from) / (to - from)) * width;
    const next = i + 1 < seen.length ? ((seen[i + 1].x - from) / (to - from)) * width : width;
    const long = word.text.length * LETTER;
    const before = placed.at(-1);
    if (at + long <= next && at >= taken) {
      placed.push({ ...word, xanchor: "left" });
      taken = at + long;
    } else if (at - long >= taken) {
      placed.push({ ...word, xanchor: "right" });
      taken = at;
    } else if (before && taken > at - long) {
      placed[placed.length - 1] = { ...before, text: `${before.text}, ${word.text}` };
      taken += long + 2 * LETTER;
    } else {
      placed.push({ ...word, xanchor: "left" });
      taken = at + long;
    }
  });
  return placed;
}

// The size is that of the frame, unless it is for a picture of its own.
export function picture({ payload, points, shown, range, siteTime, frame }, size = null) {
  const { figure } = payload;
  const { width, height } = size ?? { width: frame.clientWidth, height: frame.clientHeight };
  const stretches = points.idle();
  const lines = traces(figure, points, shown);
  const data = [
    ...lines,
    ground(points.shown, shown.has("power_kw") && hasGap(points.shown.power_kw)),
    shade(stretches),
  ];
  const { moments, words } = siteTime.ticks(...range, Math.max(3, Math.floor(width / 90)));
  const margin = { ...figure.layout.margin, ...(width < NARROW ? { l: 40, r: 54 } : {}) };
  const layout = {
    ...figure.layout,
    ...axes(figure.layout, lines, width),
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
      ticktext: words,
    },
    annotations: [
      ...markWords(figure.layout.annotations, range, width - margin.l - margin.r),
      ...idleWord(stretches, range),
      ...peakWords(figure.layout, lines, width, range),
    ],
    uirevision: "kept",
  };
  const { paint, done } = painter(frame);
  const painted = { data: data.map((trace) => coloured(paint, trace)), layout: paint(layout) };
  done();
  return painted;
}

// The points themselves hold no colours: they are not walked through.
function coloured(paint, { x, y, ...style }) {
  return { ...paint(style), x, y };
}
