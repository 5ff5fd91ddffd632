// Where moments lie in a drawn graph, in px of its frame.

export class PlotArea {
  #frame;
  #range;

  // frame: the element that Plotly draws into; range(): the [from, to] that is drawn, in ms
  constructor(frame, range) {
    this.#frame = frame;
    this.#range = range;
  }

  // The plot without its margins, {l, t, w, h}; undefined before the first drawing. Plotly has no public name for it.
  get #box() {
    // oxlint-disable-next-line no-underscore-dangle -- tests/test_borrowed_apis.py fails when Plotly changes it
    return this.#frame._fullLayout?._size;
  }

  // The position of a moment, {x, top, height, right}; null before the first drawing and outside the range.
  at(ms) {
    const box = this.#box;
    if (!box) return null;
    const [from, to] = this.#range();
    const share = (ms - from) / (to - from);
    if (share < 0 || share > 1) return null;
    return { x: box.l + share * box.w, top: box.t, height: box.h, right: box.l + box.w };
  }

  // As `at`, but a moment outside the range is at its nearer end.
  atNearest(ms) {
    const [from, to] = this.#range();
    return this.at(Math.min(Math.max(ms, from), to));
  }

  // The moment under a pointer event, in ms; null where the pointer is not over the plot.
  momentUnder({ clientX, clientY }) {
    const box = this.#box;
    if (!box) return null;
    const frame = this.#frame.getBoundingClientRect();
    const x = clientX - frame.left - box.l;
    const y = clientY - frame.top - box.t;
    if (y < 0 || y > box.h || x < 0 || x > box.w) return null;
    const [from, to] = this.#range();
    return from + (x / box.w) * (to - from);
  }

  // Put a vertical line at a moment.
  placeLine(line, ms) {
    const at = this.#show(line, ms);
    if (!at) return;
    line.style.translate = `${at.x}px 0`;
    line.style.top = `${at.top}px`;
    line.style.height = `${at.height}px`;
  }

  // Put a box next to a moment: to the right where there is room, else to the left.
  placeBox(box, ms) {
    const at = this.#show(box, ms);
    if (!at) return;
    const room = this.#frame.clientWidth - at.x;
    const left = room > box.offsetWidth + 16 ? at.x + 12 : at.x - box.offsetWidth - 12;
    box.style.translate = `${Math.max(0, left)}px 0`;
    box.style.top = `${at.top + 8}px`;
  }

  // Show an element only where its moment is in the range; return the position.
  #show(element, ms) {
    const at = this.at(ms);
    element.hidden = at === null;
    return at;
  }
}

// Return the range, [from, to] in ms, that Plotly's relayout event zooms to; null where it changes no range.
export function zoomedRange(change) {
  const range = change["xaxis.range"] ?? [change["xaxis.range[0]"], change["xaxis.range[1]"]];
  return range[0] === undefined ? null : range.map(milliseconds);
}

// Plotly gives a moment as a number or as the shortest text of it: "2026-03-03", "2026-03-03 09:14".
function milliseconds(moment) {
  if (typeof moment === "number") return moment;
  const text = moment.length <= 10 ? `${moment} 00:00` : moment;
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
