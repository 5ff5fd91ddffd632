// What the server says of a session for its graph: the figure, the points, the site's clock.

import { Points } from "./points.js";
import { SiteTime } from "./sitetime.js";

const SHORTEST_RANGE_MS = 120_000; // a session of a moment is drawn over two minutes

const LIVE_NOTES = ["No readings yet. The graph starts with the first one.", "One reading so far, shown as a point."];
const ENDED_NOTES = [
  "The station sent no readings. Only the start and the stop are known.",
  "The station sent only one reading, shown as a point.",
];

export class SessionData {
  #address;
  #payload;
  #receivedAt; // by the browser's monotonic clock
  #points;
  #siteTime;

  // payload: the server's answer at address
  constructor(payload, address) {
    this.#address = address;
    this.#points = new Points(payload);
    this.replace(payload);
  }

  // Return the session as it is now on the server; null where it did not answer: what is missed then comes later.
  fetch() {
    return fetchJson(this.#address);
  }

  // Return the points of a range, [from, to] in ms, in full detail; null as above.
  async fetchDetail([from, to]) {
    const answer = await fetchJson(`${this.#address}?from=${Math.floor(from)}&to=${Math.ceil(to)}`);
    return answer?.points ?? null;
  }

  replace(payload) {
    this.#payload = payload;
    this.#receivedAt = performance.now();
    this.#points.replace(payload);
    this.#siteTime = new SiteTime(payload.clock);
  }

  get id() {
    return this.#payload.session;
  }

  get title() {
    return this.#payload.title;
  }

  // The server's Plotly figure, without points.
  get figure() {
    return this.#payload.figure;
  }

  get points() {
    return this.#points;
  }

  get siteTime() {
    return this.#siteTime;
  }

  get startedAt() {
    return this.#payload.started_ms;
  }

  // The end, in ms; null while the session is in progress.
  get endedAt() {
    return this.#payload.ended_ms;
  }

  get isLive() {
    return this.endedAt === null;
  }

  // Changes when a finished session changes; empty while the session is in progress.
  get version() {
    return this.#payload.version;
  }

  // An amount of zero in the session's currency, as the server writes it.
  get zeroAmount() {
    return this.#payload.money;
  }

  // The end of the recorded session: its last point may come after its end.
  get lastAt() {
    return Math.max(this.endedAt ?? 0, this.#points.lastAt);
  }

  // Why there is no line to draw; empty where there is one.
  get note() {
    return (this.isLive ? LIVE_NOTES : ENDED_NOTES)[this.#points.readings] ?? "";
  }

  // The server's time in ms: a browser's clock may be wrong.
  get #now() {
    return this.#payload.now_ms + performance.now() - this.#receivedAt;
  }

  // The whole session with a little air, in ms. Where a station is silent, the range reaches to now.
  get range() {
    const isSilent = this.isLive && this.#now - this.#points.lastAt > this.#points.gap;
    const to = Math.max(this.lastAt, isSilent ? this.#now : 0, this.startedAt + SHORTEST_RANGE_MS);
    const air = (to - this.startedAt) * 0.015;
    return [this.startedAt - air, to + air];
  }
}

async function fetchJson(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
