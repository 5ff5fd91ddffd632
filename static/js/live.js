// In Progress as it happens: texts come ready from the server and are put in place; time ticks here.
//
// An event is a hint. After every break, and whenever a row comes or goes, the list is fetched again from its
// own address: so nothing is missed, and filters, order and page hold for new rows as well.

import { asked, isRefetch, list, refetch, refetchSoon, rowOf } from "./list.js";
import { closeMenuOf } from "./menu.js";
import { duration } from "./session/words.js";
import { notice } from "./shell.js";
import { hear, state } from "./socket.js";

const LEAVES_AFTER_MS = 2000;
const SUMS_EVERY_MS = 15_000;
const LEVELS = ["", "warning", "high"];
const WORDS = { reconnecting: "connection lost, reconnecting", offline: "you are offline" };
const sign = document.querySelector("#live-state");

function say() {
  sign.dataset.state = state;
  sign.querySelector("[data-live-word]").textContent = WORDS[state] ?? state;
}

function changed({ session, level, idle_s: idleS, silent_at: silentAt, cells, marks }) {
  const row = rowOf(session);
  isNews = true;
  if (comesOrGoes(session, level, idleS, Boolean(row))) refetchSoon();
  if (!row) return;
  row.dataset.level = level;
  row.toggleAttribute("data-silent", marks.silence[0] !== "");
  row.dataset.silentAt = silentAt;
  for (const [key, text] of Object.entries(cells)) put(row.querySelector(`[data-cell="${key}"]`), text);
  for (const [key, [words, title]] of Object.entries(marks)) {
    for (const place of row.querySelectorAll(`[data-mark="${key}"]`)) {
      place.title = title;
      if (place.matches("span")) place.textContent = words;
    }
  }
}

function put(cell, text) {
  if (!cell || cell.firstChild.data === text) return;
  cell.firstChild.data = text;
  cell.classList.add("is-lit");
  setTimeout(() => cell.classList.remove("is-lit"), 60);
}

// Where the list is filtered by inactivity, a session comes into it, or leaves it, by standing. It is fetched
// for each such change once: other filters may keep the session out, or it is on another page.
const fetchedFor = new Map();
function comesOrGoes(session, level, idleS, isShown) {
  const wanted = asked();
  if (!wanted.get("level") && !wanted.get("idle_min")) return false;
  const isLong = idleS >= 60 * Number(wanted.get("idle_min"));
  const fits = isLong && LEVELS.indexOf(level) >= LEVELS.indexOf(wanted.get("level") ?? "");
  if (fits === isShown) fetchedFor.delete(session);
  if (fits === isShown || fetchedFor.get(session) === fits) return false;
  fetchedFor.set(session, fits);
  return true;
}
document.addEventListener("htmx:pushedIntoHistory", () => fetchedFor.clear());

function ended({ session, text }) {
  const row = rowOf(session);
  closeMenuOf(session);
  document.querySelector(`#notices [data-of="${session}"]`)?.remove(); // "it ends as soon as …"
  if (row) {
    notice(text);
    row.classList.add("has-ended");
    row.removeAttribute("data-live");
  }
  setTimeout(refetchSoon, LEAVES_AFTER_MS);
}

// The sums come with each new list, and while something changes now and then; each minute in any case, since
// durations grow.
let isNews = false;
let turns = 0;
function addUp() {
  isNews = false;
  turns = 0;
  htmx.trigger("#strip", "again");
}
setInterval(() => {
  turns += 1;
  const isDue = isNews || turns === 4 || document.querySelector(".strip-failed");
  if (isDue && !document.hidden) addUp();
}, SUMS_EVERY_MS);

let offset = 0; // the server's clock less the browser's, in ms
const now = () => (Date.now() + offset) / 1000;

function setClock() {
  const stamp = list.querySelector("[data-now]");
  if (stamp) offset = Number(stamp.dataset.now) * 1000 - Date.now();
}

// Durations tick; a row that has not been heard of for three intervals is fetched, and says so.
let soonest = 0;
function tick() {
  for (const row of list.querySelectorAll("tr[data-live]")) {
    const cell = row.querySelector("[data-since]");
    const text = cell && duration(now() - Number(cell.dataset.since));
    if (cell && cell.textContent !== text) cell.textContent = text;
    const isDue = !row.hasAttribute("data-silent") && now() > Number(row.dataset.silentAt);
    if (isDue && Date.now() > soonest) {
      soonest = Date.now() + 15_000;
      refetchSoon();
    }
  }
  setTimeout(tick, 1000 - (Date.now() % 1000));
}

let caughtUp = Promise.resolve();
hear(["again"], () => {
  caughtUp = refetch();
});
hear(["state"], async (word) => {
  if (word === "live") await caughtUp;
  say();
});
hear(["session.changed"], changed);
hear(["session.started"], () => refetchSoon());
hear(["session.ended"], ended);
// A tab in the background is slowed down by the browser: on its return it fetches what it has missed.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && state === "live") refetchSoon();
});
list.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  setClock();
  if (target === list && isRefetch(detail)) addUp();
});

say();
setClock();
tick();
