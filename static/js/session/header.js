// The figures in the header of a session: live, ticking, of the moment that is played, and anew.

import { duration } from "./words.js";

const REFRESH_EVERY_MS = 2000;
const LOOK_AFTER_MS = 15_000; // a station that falls silent sends nothing that would say so

function put(cell, text) {
  if (cell.textContent === text) return;
  cell.textContent = text;
  cell.classList.toggle("wordy", cell.dataset.cell === "power" && text.length > 12); // "silent since …"
  cell.classList.remove("lit");
  void cell.offsetWidth; // the light begins again
  cell.classList.add("lit");
}

// New texts from the server, by the names of the cells.
export function show(detail, cells) {
  for (const [name, text] of Object.entries(cells)) {
    const cell = detail.querySelector(`[data-part=head] [data-cell="${name}"]`);
    if (cell) put(cell, text);
  }
}

// The figures of the moment that is played, {clock, cells}, and without one those of the whole session.
// Where the whole shows the peak there stands the power of the moment.
const played = new WeakMap();

export function showMoment(detail, moment) {
  if (moment) played.set(detail, moment);
  else if (!played.delete(detail)) return;
  const head = detail.querySelector("[data-part=head]");
  detail.toggleAttribute("data-playing", Boolean(moment));
  head.querySelector("[data-moment]").textContent = moment ? `at ${moment.clock}` : "";
  for (const [name, text] of Object.entries(moment?.cells ?? {})) {
    const cell = head.querySelector(`[data-cell="${name === "power" ? "peak_power" : name}"]`);
    if (!cell) continue;
    instead(cell, text);
    if (name === "power") instead(cell.closest(".stat").querySelector("dt span"), "Power");
  }
  if (!moment) for (const each of head.querySelectorAll("[data-whole]")) giveBack(each);
}

function instead(element, text) {
  element.dataset.whole ??= element.textContent;
  element.textContent = text;
}

function giveBack(element) {
  element.textContent = element.dataset.whole;
  delete element.dataset.whole;
}

// The duration of a session in progress goes on between readings.
export function keepTicking(detail) {
  const behind = Date.now() - Number(detail.dataset.now) * 1000; // a browser's clock may be wrong
  const tick = () => {
    const cell = detail.querySelector("[data-part=head] [data-since]");
    if (!detail.isConnected || !cell) return;
    cell.textContent = duration((Date.now() - behind) / 1000 - Number(cell.dataset.since));
    setTimeout(tick, 1000);
  };
  tick();
}

// Ask now and then what the header says: that a station is silent or offline nobody announces here.
export function keepFresh(detail) {
  const look = () => {
    if (!detail.isConnected || detail.dataset.phase !== "live") return;
    if (!document.hidden) {
      refresh(detail, ["head"]);
      detail.querySelector("[data-graph]").graph?.drawSoon();
    }
    setTimeout(look, LOOK_AFTER_MS);
  };
  setTimeout(look, LOOK_AFTER_MS);
}

// Fetch these parts of the session anew and put them in place: at once, then at most so often, and one
// after the other.
const pending = new WeakMap();

export function refresh(detail, parts, state = null) {
  const known = pending.get(detail) ?? { at: 0, timer: null, parts: new Set(), done: null };
  pending.set(detail, known);
  for (const part of parts) known.parts.add(part);
  if (known.timer && !state) return;
  clearTimeout(known.timer);
  const wait = state ? 0 : Math.max(0, known.at + REFRESH_EVERY_MS - Date.now());
  known.timer = setTimeout(() => {
    known.timer = null;
    known.at = Date.now();
    const wanted = [...known.parts];
    known.parts.clear();
    known.done = Promise.resolve(known.done).then(() => replace(detail, wanted, state));
  }, wait);
}

const HELD = ["[data-close-dialog]", "[data-copy-link]", ".session-tools a"]; // else the heading holds the focus

async function replace(detail, parts, state) {
  const headers = { "HX-Request": "true", "HX-Target": "parts" };
  const answer = await fetch(detail.dataset.address, { headers }).catch(() => null); // the next time, then
  if (!answer?.ok || !detail.isConnected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const old = detail.querySelector(`[data-part=${part}]`);
    const next = fresh.querySelector(`[data-part=${part}]`);
    for (const name of ["data-close-dialog", "data-copy-link"]) {
      const was = old.querySelector(`[${name}]`);
      if (was) next.querySelector(`[${name}]`).hidden = was.hidden;
    }
    const feed = old.querySelector("[data-feed]");
    if (feed && next.querySelector("[data-feed]")) next.querySelector("[data-feed]").replaceWith(feed);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(next);
    if (focused) next.querySelector(HELD.find((each) => focused.matches(each)) ?? "h1, h2")?.focus();
  }
  if (parts.includes("head")) showMoment(detail, played.get(detail));
  if (state) detail.dataset.phase = state;
}
