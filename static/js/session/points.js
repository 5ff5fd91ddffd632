// The points of a graph as columns: what the server sent at first, and what came since. Each number once.

export class Points {
  constructor(payload) {
    this.replace(payload);
  }

  // Take everything anew: at first, and when earlier points have changed.
  replace({ points, last, count, gap_ms: gap }) {
    this.columns = points;
    this.last = last;
    this.gap = gap;
    this.steps = count > 2 ? null : []; // too few to know how often this station reports
    this.detail = null;
    this.taken = points.number.filter((number) => number).length;
    this.merged = null;
  }

  get length() {
    return this.columns.at_ms.length;
  }

  get lastAt() {
    return this.columns.at_ms.at(-1) ?? 0;
  }

  // Append what is new. Return "gap" where numbers are missing, "redraw" where a point came late.
  // Rows are as the fields of the columns, in their order. An answer over HTTP lacks none by itself.
  append(rows, { isWhole = false } = {}) {
    const fields = Object.keys(this.columns);
    const fresh = rows.filter((row) => row[0] > this.last).sort((one, other) => one[0] - other[0]);
    if (!fresh.length) return "nothing";
    for (const row of fresh) {
      if (row[1] < this.lastAt) return "redraw";
      if (row[0] !== this.last + 1 && !isWhole) return "gap";
      this.#silence(row[1]);
      fields.forEach((field, place) => this.columns[field].push(row[place]));
      this.last = row[0];
      this.taken += 1;
    }
    this.merged = null;
    return "appended";
  }

  // An empty point in the middle of a silence: the line has a gap there.
  #silence(at) {
    if (!(this.columns.number.at(-1) > 0)) return; // the start is no reading
    if (this.steps) return this.#learn(at - this.lastAt);
    if (at - this.lastAt > this.gap) {
      const middle = (this.lastAt + at) / 2;
      for (const [field, column] of Object.entries(this.columns)) column.push(field === "at_ms" ? middle : null);
    }
  }

  // The first steps say what is usual here: three of the middle one are a gap, as the server counts.
  #learn(step) {
    this.steps.push(step);
    const sorted = [...this.steps].sort((one, other) => one - other);
    this.gap = 3 * Math.max(sorted[(sorted.length - 1) >> 1], 10_000);
    if (this.steps.length > 4) this.steps = null;
  }

  // Show these points of a window in place of the fewer ones of the whole session.
  magnify(detail) {
    this.detail = detail;
    this.merged = null;
  }

  // The columns to draw.
  get shown() {
    if (!this.detail?.at_ms.length) return this.columns;
    this.merged ??= this.#merge();
    return this.merged;
  }

  #merge() {
    const at = this.columns.at_ms;
    const from = place(at, this.detail.at_ms[0]);
    let to = place(at, this.detail.at_ms.at(-1));
    while (at[to] <= this.detail.at_ms.at(-1)) to += 1;
    return Object.fromEntries(
      Object.entries(this.columns).map(([field, column]) => [
        field,
        [...column.slice(0, from), ...this.detail[field], ...column.slice(to)],
      ]),
    );
  }

  has(field) {
    return this.columns[field].some((value) => value !== null);
  }

  // Stretches in which the car stood, from the growing seconds of inactivity: [[from, to], …].
  idle() {
    const { at_ms: at, idle_s: idle } = this.shown;
    const stretches = [];
    let before = null;
    for (let i = 0; i < at.length; i += 1) {
      if (idle[i] === null) continue;
      if (before !== null && idle[i] > idle[before]) {
        const from = Math.max(at[i] - (idle[i] - idle[before]) * 1000, at[0]);
        const last = stretches.at(-1);
        if (last && from - last[1] < 2000) last[1] = at[i];
        else stretches.push([from, at[i]]);
      }
      before = i;
    }
    return stretches;
  }

  // The place of the point nearest to a moment; or, where it lies in a gap, from when to when that is.
  near(ms) {
    const { at_ms: at, number } = this.shown;
    const next = Math.min(place(at, ms), at.length - 1);
    const before = Math.max(next - 1, 0);
    if (number[before] === null) return { from: at[before - 1], to: at[next] };
    if (number[next] === null) return { from: at[before], to: at[next + 1] };
    return { place: ms - at[before] < at[next] - ms ? before : next };
  }

  // The place of the last point at or before a moment that is no gap.
  placeAt(ms) {
    const { at_ms: at, number } = this.shown;
    let found = place(at, ms);
    if (at[found] !== ms) found -= 1;
    while (found > 0 && number[found] === null) found -= 1;
    return Math.max(found, 0);
  }
}

// The first place at or after a moment.
function place(at, ms) {
  let low = 0,
    high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
