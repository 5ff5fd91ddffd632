// The figures in the header of a session: live, ticking, of a played moment, and fetched again.

import { graphIn } from "./graph.js";
import { duration } from "./words.js";

const REFRESH_EVERY_MS = 2000;
const CHECK_EVERY_MS = 15_000; // a station that falls silent sends nothing, so the page has to ask

// Show new texts from the server, by the names of the cells.
export function showCells(detail, cells) {
  for (const [name, text] of Object.entries(cells)) {
    const cell = detail.querySelector(`[data-part=head] [data-cell="${name}"]`);
    if (cell && cell.textContent !== text) highlight(cell, text);
  }
}

function highlight(cell, text) {
  cell.textContent = text;
  cell.classList.toggle("wordy", cell.dataset.cell === "power" && text.length > 12); // "silent since …"
  cell.classList.remove("lit");
  void cell.offsetWidth; // restarts the animation
  cell.classList.add("lit");
}

const playedMoments = new WeakMap(); // by session detail

// Show the figures of the played moment, {clock, cells}; without one, those of the whole session. The cell of the
// peak power shows the power of the moment.
export function showMoment(detail, moment) {
  if (moment) playedMoments.set(detail, moment);
  else if (!playedMoments.delete(detail)) return;
  const head = detail.querySelector("[data-part=head]");
  detail.toggleAttribute("data-playing", Boolean(moment));
  head.querySelector("[data-moment]").textContent = moment ? `at ${moment.clock}` : "";
  for (const [name, text] of Object.entries(moment?.cells ?? {})) {
    const cell = head.querySelector(`[data-cell="${name === "power" ? "peak_power" : name}"]`);
    if (!cell) continue;
    replaceText(cell, text);
    if (name === "power") replaceText(cell.closest(".stat").querySelector("dt span"), "Power");
  }
  if (!moment) for (const element of head.querySelectorAll("[data-whole]")) restoreText(element);
}

function replaceText(element, text) {
  element.dataset.whole ??= element.textContent;
  element.textContent = text;
}

function restoreText(element) {
  element.textContent = element.dataset.whole;
  delete element.dataset.whole;
}

// Let the duration of a session in progress tick between readings.
export function keepTicking(detail) {
  const lag = Date.now() - Number(detail.dataset.now) * 1000; // a browser's clock may be wrong
  const tick = () => {
    const cell = detail.querySelector("[data-part=head] [data-since]");
    if (!detail.isConnected || !cell) return;
    cell.textContent = duration((Date.now() - lag) / 1000 - Number(cell.dataset.since));
    setTimeout(tick, 1000);
  };
  tick();
}

// Fetch the header from time to time: no event says that a station is silent or offline.
export function keepFresh(detail) {
  const check = () => {
    if (!detail.isConnected || detail.dataset.phase !== "live") return;
    if (!document.hidden) {
      refresh(detail, ["head"]);
      graphIn(detail)?.drawSoon();
    }
    setTimeout(check, CHECK_EVERY_MS);
  };
  setTimeout(check, CHECK_EVERY_MS);
}

const refreshes = new WeakMap(); // by session detail

// Fetch these parts of the session and put them in place: now, then at most once per interval, one request after the
// other. A phase, the session's new one, does not wait for the interval.
export function refresh(detail, parts, phase = null) {
  const state = refreshes.get(detail) ?? { at: 0, timer: null, parts: new Set(), done: Promise.resolve() };
  refreshes.set(detail, state);
  for (const part of parts) state.parts.add(part);
  if (state.timer && !phase) return;
  clearTimeout(state.timer);
  const wait = phase ? 0 : Math.max(0, state.at + REFRESH_EVERY_MS - Date.now());
  state.timer = setTimeout(() => {
    state.timer = null;
    state.at = Date.now();
    const names = [...state.parts];
    state.parts.clear();
    state.done = state.done.then(() => load(detail, names, phase));
  }, wait);
}

async function load(detail, parts, phase) {
  const headers = { "HX-Request": "true", "HX-Target": "parts" };
  const answer = await fetch(detail.dataset.address, { headers }).catch(() => null); // the next refresh tries again
  if (!answer?.ok || !detail.isConnected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const selector = `[data-part=${part}]`;
    replacePart(detail.querySelector(selector), page.querySelector(selector));
  }
  if (parts.includes("head")) showMoment(detail, playedMoments.get(detail));
  if (phase) detail.dataset.phase = phase;
}

const FOCUSED = ["[data-close-dialog]", "[data-copy-link]", ".session-tools a"]; // what keeps the focus

// Put a new part in place of the old one, and keep what the page has changed in it: hidden buttons, the state of the
// feed, the focus.
function replacePart(old, next) {
  for (const name of ["[data-close-dialog]", "[data-copy-link]"]) {
    const button = old.querySelector(name);
    if (button) next.querySelector(name).hidden = button.hidden;
  }
  const feed = old.querySelector("[data-feed]");
  if (feed) next.querySelector("[data-feed]")?.replaceWith(feed);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(next);
  if (focused) next.querySelector(FOCUSED.find((name) => focused.matches(name)) ?? "h1, h2")?.focus();
}
