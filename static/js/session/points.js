// The points of a graph as columns: those of the first answer, and those that have come since. Each number once.

export class Points {
  #columns; // {field: [values]}; a point of nulls is a gap
  #lastNumber;
  #gap; // a longer silence than this, in ms, is a gap
  #steps; // the first intervals between readings, in ms, until the usual one is known
  #readings;
  #detail = null; // the points of a window that replace the fewer ones of the whole session
  #merged = null; // the columns with the detail

  constructor(payload) {
    this.replace(payload);
  }

  // Take all points from an answer: at first, and when earlier points have changed.
  replace({ points, last, count, gap_ms: gap }) {
    this.#columns = points;
    this.#lastNumber = last;
    this.#gap = gap;
    this.#steps = count > 2 ? null : []; // too few to know how often this station reports
    this.#readings = points.number.filter((number) => number).length;
    this.detail = null;
  }

  // The columns to draw.
  get columns() {
    if (!this.#detail?.at_ms.length) return this.#columns;
    this.#merged ??= this.#merge();
    return this.#merged;
  }

  get length() {
    return this.#columns.at_ms.length;
  }

  // How many readings are here: fewer than lastNumber where the session is downsampled.
  get readings() {
    return this.#readings;
  }

  get lastNumber() {
    return this.#lastNumber;
  }

  get lastAt() {
    return this.#columns.at_ms.at(-1) ?? 0;
  }

  get gap() {
    return this.#gap;
  }

  // Columns of a window that are shown in place of the fewer points of the whole session; null for none.
  set detail(columns) {
    this.#detail = columns;
    this.#merged = null;
  }

  // Append new rows, whose values are in the order of the columns. Return "gap" where numbers are missing, "redraw"
  // where a point came late. An answer over HTTP is whole: its numbers may have holes.
  append(rows, { isWhole = false } = {}) {
    const fields = Object.keys(this.#columns);
    const newRows = rows.filter((row) => row[0] > this.#lastNumber).toSorted((a, b) => a[0] - b[0]);
    if (!newRows.length) return "nothing";
    for (const row of newRows) {
      if (row[1] < this.lastAt) return "redraw";
      if (row[0] !== this.#lastNumber + 1 && !isWhole) return "gap";
      this.#markSilence(row[1]);
      fields.forEach((field, i) => this.#columns[field].push(row[i]));
      this.#lastNumber = row[0];
      this.#readings += 1;
    }
    this.#merged = null;
    return "appended";
  }

  has(field) {
    return this.#columns[field].some((value) => value !== null);
  }

  // Return the intervals in which the seconds of a field grow, such as idle_s: [[from, to], …] in ms.
  intervals(field) {
    const { at_ms: at, [field]: seconds } = this.columns;
    const intervals = [];
    let before = null;
    for (let i = 0; i < at.length; i += 1) {
      if (seconds[i] === null) continue;
      if (before !== null && seconds[i] > seconds[before]) {
        const from = Math.max(at[i] - (seconds[i] - seconds[before]) * 1000, at[0]);
        const last = intervals.at(-1);
        if (last && from - last[1] < 2000) last[1] = at[i];
        else intervals.push([from, at[i]]);
      }
      before = i;
    }
    return intervals;
  }

  // Return {index} of the point nearest to a moment or, in a gap, {from, to} of the gap in ms.
  nearest(ms) {
    const { at_ms: at, number } = this.columns;
    const next = Math.min(firstIndexFrom(at, ms), at.length - 1);
    const before = Math.max(next - 1, 0);
    if (number[before] === null) return { from: at[before - 1], to: at[next] };
    if (number[next] === null) return { from: at[before], to: at[next + 1] };
    return { index: ms - at[before] < at[next] - ms ? before : next };
  }

  // Return the index of the last point at or before a moment, gaps left out.
  indexAt(ms) {
    const { at_ms: at, number } = this.columns;
    let index = firstIndexFrom(at, ms);
    if (at[index] !== ms) index -= 1;
    while (index > 0 && number[index] === null) index -= 1;
    return Math.max(index, 0);
  }

  // Put an empty point into the middle of a silence, so that the line has a gap there.
  #markSilence(at) {
    if (!(this.#columns.number.at(-1) > 0)) return; // the start is no reading
    if (this.#steps) {
      this.#learnGap(at - this.lastAt);
    } else if (at - this.lastAt > this.#gap) {
      const middle = (this.lastAt + at) / 2;
      for (const [field, column] of Object.entries(this.#columns)) column.push(field === "at_ms" ? middle : null);
    }
  }

  // The first intervals tell how often the station reports. Three times their median is a gap, as on the server.
  #learnGap(step) {
    this.#steps.push(step);
    const sorted = this.#steps.toSorted((a, b) => a - b);
    this.#gap = 3 * Math.max(sorted[(sorted.length - 1) >> 1], 10_000);
    if (this.#steps.length > 4) this.#steps = null;
  }

  #merge() {
    const at = this.#columns.at_ms;
    const detail = this.#detail;
    const from = firstIndexFrom(at, detail.at_ms[0]);
    let to = firstIndexFrom(at, detail.at_ms.at(-1));
    while (at[to] <= detail.at_ms.at(-1)) to += 1;
    return Object.fromEntries(
      Object.entries(this.#columns).map(([field, column]) => [
        field,
        [...column.slice(0, from), ...detail[field], ...column.slice(to)],
      ]),
    );
  }
}

// Return the index of the first moment at or after `ms`, by bisection.
function firstIndexFrom(at, ms) {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
