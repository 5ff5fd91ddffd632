// The graph of one session, in the dialog, on a page of its own, or in an expanded row.
//
// How to show one anywhere: put the answer of GET /sessions/<id>/figure/ (with the header HX-Request) in
// the page. Whatever htmx swaps in is found by itself; after any other way call mountAll(parent). An
// element [data-graph] holds its first points and says where the rest comes from:
//   data-figure   GET → JSON, everything anew; with ?from=&to= (ms) the detail of a window
//   data-points   GET ?after=<number> → the points since
//   data-live     the session's socket
// It tells (events that bubble): "session-cells" {cells}, "session-state" {state}, "session-moment", and
// "session-over" when the session has ended, and when it has changed after that.
// A graph that has left the page stops by itself; unmountAll(parent) stops those inside at once.

import { Feed } from "./feed.js";
import { Hover } from "./hover.js";
import { picture, wholeRange } from "./drawing.js";
import { download } from "./image.js";
import { Playback } from "./playback.js";
import { plotly } from "./plotly.js";
import { Points } from "./points.js";
import { SiteTime } from "./sitetime.js";

const DRAW_EVERY_MS = 700;
const MANY = 3000; // so many points drawn one by one are worth a fresh, thinned set

class Graph {
  constructor(element) {
    this.element = element;
    element.graph = this;
    this.part = (name) => element.querySelector(`[data-${name}]`);
    this.frame = this.part("graph-plot");
    this.toggles = [...element.querySelectorAll("[data-series]")];
    this.take(JSON.parse(this.part("payload").textContent));
    this.hover = new Hover(this);
    this.playback = new Playback(this);
    this.#listen();
    this.ready = this.draw();
    this.#follow();
  }

  take(payload) {
    this.payload = payload;
    this.takenAt = performance.now();
    this.points ??= new Points(payload);
    this.points.replace(payload);
    this.siteTime = new SiteTime(payload.clock);
  }

  get isLive() {
    return this.payload.ended_ms === null;
  }

  // The server's time: a browser's clock may be wrong.
  get now() {
    return this.payload.now_ms + performance.now() - this.takenAt;
  }

  get shown() {
    return new Set(this.toggles.filter((toggle) => toggle.checked).map((toggle) => toggle.dataset.series));
  }

  // The range that the manager has zoomed to, else that of the whole session.
  get range() {
    return this.zoom ?? wholeRange(this.payload, this.points, this.now);
  }

  async draw() {
    this.drawnAt = performance.now();
    this.width = this.frame.clientWidth;
    this.height = this.frame.clientHeight;
    this.#say();
    const library = await plotly().catch(() => null);
    if (!library) {
      this.part("graph-wait").textContent = "The graph could not be loaded. Reload the page to try again.";
      return;
    }
    if (!this.element.isConnected || !this.width) return;
    const { data, layout } = picture(this);
    await library.react(this.frame, data, layout, { displayModeBar: false, doubleClick: false, responsive: false });
    if (!this.library) this.#firstDrawn(library);
    this.drawnAt = performance.now();
    this.element.dataset.count = this.points.taken;
    this.hover.again();
    this.playback.place();
    this.element.dispatchEvent(new CustomEvent("graph-drawn", { bubbles: true }));
  }

  // At most so often: a burst of points is drawn once.
  drawSoon() {
    if (this.waiting) return;
    const wait = Math.max(0, DRAW_EVERY_MS - (performance.now() - this.drawnAt));
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.draw();
    }, wait);
  }

  #firstDrawn(library) {
    this.library = library;
    this.part("graph-wait").hidden = true;
    this.frame.on("plotly_relayout", (change) => this.#zoomed(change));
    this.frame.on("plotly_doubleclick", () => this.zoomTo(null));
  }

  // Say what there is to see, and offer only the series that the station reports.
  #say() {
    const { taken } = this.points;
    for (const toggle of this.toggles) {
      const field = toggle.dataset.series;
      const isAlways = field === "power_kw" || field === "energy_kwh";
      toggle.closest("label").hidden = !isAlways && !this.points.has(field);
    }
    const note = this.part("graph-note");
    note.hidden = taken > 1;
    note.textContent = taken === 1 ? "One reading so far, shown as a point."
      : this.isLive ? "No readings yet. The graph starts with the first one."
      : "The station sent no readings. Only the start and the stop are known.";
    if (taken === 1 && !this.isLive) note.textContent = "The station sent only one reading, shown as a point.";
  }

  #zoomed(change) {
    const range = change["xaxis.range"] ?? [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    if (range[0] === undefined) return;
    const ms = (text) => (typeof text === "number" ? text : Date.parse(`${text.replace(" ", "T")}Z`));
    this.zoomTo([ms(withTime(range[0])), ms(withTime(range[1]))]);
  }

  async zoomTo(range) {
    this.zoom = range;
    this.part("graph-whole").hidden = !range;
    if (!range) this.points.magnify(null);
    await this.draw();
    if (range) await this.#magnify();
  }

  // A thinned session shows more of itself where one looks closer.
  async #magnify() {
    if (this.points.taken >= this.points.last) return;
    const [from, to] = this.zoom;
    const detail = await ask(`${this.element.dataset.figure}?from=${Math.floor(from)}&to=${Math.ceil(to)}`);
    if (!detail || this.zoom?.[0] !== from) return;
    this.points.magnify(detail.points);
    await this.draw();
  }

  // Fetch everything anew, and keep what the manager has chosen. One after the other: else the answer that
  // was given first may come last.
  reload() {
    this.reloading = Promise.resolve(this.reloading).then(() => this.#renew());
    return this.reloading;
  }

  async #renew() {
    const payload = await ask(this.element.dataset.figure);
    if (!payload || !this.element.isConnected) return;
    if (payload.last < this.points.last) return; // older than what has come since
    const { version } = this.payload;
    this.take(payload);
    this.playback.renew();
    await this.draw();
    if (this.zoom) await this.#magnify();
    if (payload.version !== version) this.#tell("session-over");
  }

  #tell(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  #follow() {
    this.feed = new Feed({
      address: this.element.dataset.live,
      pointsAddress: this.element.dataset.points,
      has: { last: () => this.points.last, version: () => this.payload.version },
      told: {
        points: (rows, how) => this.#append(rows, how),
        reload: () => this.reload(),
        cells: (cells) => this.#tell("session-cells", { cells }),
        state: (state) => this.#tell("session-state", { state }),
      },
    });
  }

  #append(rows, how) {
    if (!this.element.isConnected) {
      unmount(this.element);
      return "nothing";
    }
    const outcome = this.points.append(rows, how);
    if (outcome === "appended" && this.points.length > MANY) this.reload();
    else if (outcome === "appended") this.drawSoon();
    return outcome;
  }

  #isSized() {
    return this.frame.clientWidth === this.width && this.frame.clientHeight === this.height;
  }

  #listen() {
    for (const toggle of this.toggles) toggle.addEventListener("change", () => this.draw());
    this.part("graph-whole").addEventListener("click", () => this.zoomTo(null));
    this.part("graph-png").addEventListener("click", () => this.library && download(this));
    this.sized = new ResizeObserver(() => this.#isSized() || this.draw());
    this.sized.observe(this.frame);
    this.themed = () => this.draw();
    document.addEventListener("theme-changed", this.themed);
  }

  stop() {
    this.feed?.close();
    this.playback.pause();
    this.hover.stop();
    this.sized.disconnect();
    document.removeEventListener("theme-changed", this.themed);
    clearTimeout(this.waiting);
    if (this.library) this.library.purge(this.frame);
  }
}

// What the server answers, or null: the feed notices what has been missed, and the page the lost connection.
async function ask(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Plotly words a range as short as it can be: "2026-03-03" is a moment, too.
function withTime(text) {
  return typeof text === "string" && text.length <= 10 ? `${text} 00:00` : text;
}

const within = (parent) =>
  [...(parent.matches?.("[data-graph]") ? [parent] : []), ...parent.querySelectorAll("[data-graph]")];

export function mountAll(parent) {
  return within(parent).map((element) => element.graph ?? new Graph(element));
}

export function unmountAll(parent) {
  within(parent).forEach(unmount);
}

function unmount(element) {
  element.graph?.stop();
  delete element.graph;
}
