// The words inside a graph: its marks, the time idle and held back, and the peaks of series without an axis.

const LETTER = 7; // px of a letter

// Return the labels of the marks, none over another. A label that would run into the next mark goes to the left of its
// own mark where there is room; otherwise both marks share one label.
export function markLabels(annotations, [from, to], width) {
  const placed = [];
  let usedTo = 0; // px up to which there are labels
  const inRange = annotations.filter(({ x }) => x >= from && x <= to).toSorted((a, b) => a.x - b.x);
  const position = ({ x }) => ((x - from) / (to - from)) * width;
  inRange.forEach((label, i) => {
    const at = position(label);
    const next = i + 1 < inRange.length ? position(inRange[i + 1]) : width;
    const length = label.text.length * LETTER;
    const before = placed.at(-1);
    const fitsRight = at + length <= next && at >= usedTo;
    if (!fitsRight && at - length >= usedTo) {
      placed.push({ ...label, xanchor: "right" });
      usedTo = at;
    } else if (!fitsRight && before && usedTo > at - length) {
      placed[placed.length - 1] = { ...before, text: `${before.text}, ${label.text}` };
      usedTo += length + 2 * LETTER;
    } else {
      placed.push({ ...label, xanchor: "left" });
      usedTo = at + length;
    }
  });
  return placed;
}

// Return the label of the widest of the intervals, if it is wide enough to hold one.
export function intervalLabel(text, intervals, [from, to], width) {
  const visible = intervals.map(([a, b]) => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => b > a);
  const widest = visible.toSorted((one, other) => other[1] - other[0] - (one[1] - one[0]))[0];
  if (!widest || ((widest[1] - widest[0]) / (to - from)) * width < text.length * LETTER) return [];
  const at = { x: (widest[0] + widest[1]) / 2, y: 0.06, yref: "paper", yanchor: "bottom" };
  const font = { size: 11, color: "var(--graph-text)" };
  return [{ ...at, text, showarrow: false, font, bgcolor: "var(--raised)", borderpad: 2 }]; // hatching is behind it
}

// Return the highest values of these traces, each next to its line, with the units of their axes.
export function peakLabels(traces, layout, [from, to]) {
  return traces.flatMap(({ x, y, yaxis, line }) => {
    let top = -1;
    for (let i = 0; i < x.length; i += 1) {
      if (x[i] >= from && x[i] <= to && y[i] !== null && (top < 0 || y[i] > y[top])) top = i;
    }
    if (top < 0) return [];
    const unit = layout[yaxis.replace("y", "yaxis")].title.text;
    const text = `${Math.round(y[top] * 100) / 100} ${unit}`;
    const xanchor = (x[top] - from) / (to - from) < 0.5 ? "left" : "right";
    const at = { x: x[top], y: y[top], yref: yaxis, yanchor: "bottom", xanchor };
    return [{ ...at, text, showarrow: false, font: { size: 11, color: line.color } }];
  });
}
