// The graph of one session: in the dialog, on a page of its own, or in an expanded row.
//
// To show one anywhere, put the answer of GET /sessions/<id>/figure/ (with the header HX-Request) into the page.
// What htmx swaps in is mounted automatically; after any other insertion call mountAll(parent). An element
// [data-graph] holds its first points and the addresses of the rest:
//   data-figure   GET → JSON with everything; with ?from=&to= (ms) the detail of a window
//   data-points   GET ?after=<number> → the points since
//   data-live     the session's socket
// Its events bubble: "graph-drawn" {graph}; "session-cells" {cells}; "session-state" {state}; "session-moment", see
// playback.js; "session-over" when the session has ended, and when it has changed after that.
// A graph that has left the page stops when its next points come; unmountAll(parent) stops graphs at once.

import { picture } from "./drawing.js";
import { Feed } from "./feed.js";
import { Hover } from "./hover.js";
import { download, SIZE } from "./image.js";
import { Playback } from "./playback.js";
import { PlotArea, zoomedRange } from "./plot_area.js";
import { plotly } from "./plotly.js";
import { SeriesChoice } from "./series.js";
import { SessionData } from "./session_data.js";

const DRAW_EVERY_MS = 700;
const MOST_POINTS = 3000; // more points than this are worth a new, downsampled set
class Graph {
  #element;
  #frame;
  #data;
  #area;
  #series;
  #hover;
  #playback;
  #feed;
  #library = null; // Plotly, once the graph has been drawn
  #zoom = null; // the range that the manager has zoomed to: [from, to] in ms
  #size = {}; // of the frame when it was last drawn
  #drawnAt = 0;
  #timer = null; // until the next drawing
  #reloading = Promise.resolve();
  #resizes = new ResizeObserver(() => this.#isSized() || this.draw());
  #redraw = () => this.draw();

  constructor(element) {
    this.#element = element;
    this.#frame = this.#part("graph-plot");
    this.#data = new SessionData(JSON.parse(this.#part("payload").textContent), element.dataset.figure);
    this.#area = new PlotArea(this.#frame, () => this.range);
    this.#series = new SeriesChoice(element, this.#redraw);
    this.#playback = new Playback(element, this.#data, this.#area);
    this.#hover = new Hover(element, this.#data, this.#area, this.#series);
    this.#listen();
    this.draw();
    this.#feed = this.#follow();
  }

  // The drawn range, [from, to] in ms: the one that the manager has zoomed to, else the whole session.
  get range() {
    return this.#zoom ?? this.#data.range;
  }

  async draw() {
    this.#drawnAt = performance.now();
    const { clientWidth: width, clientHeight: height } = this.#frame;
    this.#size = { width, height };
    this.#series.offer(this.#data.points);
    this.#part("graph-note").textContent = this.#data.note;
    this.#part("graph-note").hidden = !this.#data.note;
    const library = await plotly().catch(() => null);
    if (!library) {
      this.#part("graph-wait").textContent = "The graph could not be loaded. Reload the page to try again.";
      return;
    }
    if (!this.#element.isConnected || !width) return;
    const { data, layout } = this.#picture({ width: this.#frame.clientWidth, height: this.#frame.clientHeight });
    await library.react(this.#frame, data, layout, { displayModeBar: false, doubleClick: false, responsive: false });
    if (!this.#library) this.#firstDrawn(library);
    this.#drawnAt = performance.now();
    this.#element.dataset.count = this.#data.points.readings;
    this.#hover.update();
    this.#playback.place();
    this.#tell("graph-drawn", { graph: this });
  }

  // Draw at most once per interval, so that a burst of points is drawn once.
  drawSoon() {
    if (this.#timer) return;
    const wait = Math.max(0, DRAW_EVERY_MS - (performance.now() - this.#drawnAt));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.draw();
    }, wait);
  }

  // Show a range, [from, to] in ms; null is the whole session.
  async zoomTo(range) {
    this.#zoom = range;
    this.#part("graph-whole").hidden = !range;
    if (!range) this.#data.points.detail = null;
    await this.draw();
    if (range) await this.#loadDetail();
  }

  // Add points as they come, and draw them soon. Return what Points.append returns.
  append(rows, options) {
    if (!this.#element.isConnected) {
      unmount(this.#element);
      return "nothing";
    }
    const { points } = this.#data;
    const outcome = points.append(rows, options);
    if (outcome === "appended" && points.length > MOST_POINTS) this.reload();
    else if (outcome === "appended") this.drawSoon();
    return outcome;
  }

  // Fetch everything again and keep what the manager has chosen. Reloads run one after the other: otherwise an
  // earlier answer might arrive last.
  reload() {
    this.#reloading = this.#reloading.then(() => this.#load());
    return this.#reloading;
  }

  // Play, pause or step by a key.
  handleKey(event) {
    this.#playback.handleKey(event);
  }

  // End the playback and show the whole session.
  leavePlayback() {
    this.#playback.leave();
  }

  stop() {
    this.#feed.close();
    this.#playback.pause();
    this.#hover.stop();
    this.#resizes.disconnect();
    document.removeEventListener("theme-changed", this.#redraw);
    clearTimeout(this.#timer);
    if (this.#library) this.#library.purge(this.#frame);
  }

  #part(name) {
    return this.#element.querySelector(`[data-${name}]`);
  }

  #picture(size) {
    return picture(this.#data, { size, frame: this.#frame, range: this.range, checked: this.#series.checked });
  }

  #firstDrawn(library) {
    this.#library = library;
    this.#part("graph-wait").hidden = true;
    this.#frame.on("plotly_relayout", (change) => {
      const range = zoomedRange(change);
      if (range) this.zoomTo(range);
    });
    this.#frame.on("plotly_doubleclick", () => this.zoomTo(null));
  }

  // A downsampled session has more points to show in a window.
  async #loadDetail() {
    const { points } = this.#data;
    if (points.readings >= points.lastNumber) return;
    const range = this.#zoom;
    const detail = await this.#data.fetchDetail(range);
    if (!detail || this.#zoom?.[0] !== range[0]) return;
    points.detail = detail;
    await this.draw();
  }

  async #load() {
    const payload = await this.#data.fetch();
    if (!payload || !this.#element.isConnected) return;
    if (payload.last < this.#data.points.lastNumber) return; // older than the points that have come since
    const { version } = this.#data;
    this.#data.replace(payload);
    this.#playback.update();
    await this.draw();
    if (this.#zoom) await this.#loadDetail();
    if (payload.version !== version) this.#tell("session-over");
  }

  #tell(name, detail) {
    this.#element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  #follow() {
    return new Feed(this.#element.dataset, {
      lastNumber: () => this.#data.points.lastNumber,
      version: () => this.#data.version,
      onPoints: (rows, options) => this.append(rows, options),
      onReload: () => this.reload(),
      onCells: (cells) => this.#tell("session-cells", { cells }),
      onState: (state) => this.#tell("session-state", { state }),
    });
  }

  #isSized() {
    return this.#frame.clientWidth === this.#size.width && this.#frame.clientHeight === this.#size.height;
  }

  #listen() {
    this.#part("graph-whole").addEventListener("click", () => this.zoomTo(null));
    this.#part("graph-png").addEventListener("click", () => {
      if (this.#library) download(this.#library, this.#element, this.#picture(SIZE), this.#data);
    });
    this.#element.addEventListener("hover-left", () => this.#playback.place());
    this.#resizes.observe(this.#frame);
    document.addEventListener("theme-changed", this.#redraw);
  }
}

const graphs = new WeakMap(); // by element

const elementsIn = (parent) => [
  ...(parent.matches?.("[data-graph]") ? [parent] : []),
  ...parent.querySelectorAll("[data-graph]"),
];

export function mountAll(parent) {
  for (const element of elementsIn(parent)) if (!graphs.has(element)) graphs.set(element, new Graph(element));
}

export function unmountAll(parent) {
  for (const element of elementsIn(parent)) unmount(element);
}

// Return the graph that is mounted in an element.
export function graphIn(parent) {
  return graphs.get(parent.querySelector("[data-graph]"));
}

function unmount(element) {
  graphs.get(element)?.stop();
  graphs.delete(element);
}
