// In Progress as it happens: the server sends the cells' texts, and durations tick here.
//
// An event is a hint that can be lost. After each break, and whenever a row comes or goes, the list is fetched again
// from its own address: so nothing is missed, and filters, order and page apply to new rows as well.

import { STATE_LABELS } from "./connection.js";
import { isRefetch, list, listParams, refetch, refetchSoon, rowOf } from "./list.js";
import { closeMenuOf } from "./menu.js";
import { duration } from "./session/words.js";
import { notice } from "./shell.js";
import { on, state } from "./socket.js";

const ENDED_FOR_MS = 2000; // an ended row is shown for this long
const LIT_FOR_MS = 60; // a changed cell is lit at once, and fades by a CSS transition
const REORDER_AFTER_MS = 3_000;
const SUMS_EVERY_MS = 15_000;
const SILENCE_CHECK_EVERY_MS = 15_000;
const LEVELS = ["", "warning", "high"];
const indicator = document.querySelector("#live-state");

function showState() {
  indicator.dataset.state = state;
  indicator.querySelector("[data-live-word]").textContent = STATE_LABELS[state];
}

function changed(change) {
  const { session, level, silent_at: silentAt, refetch: isListStale, cells, marks } = change;
  const row = rowOf(session);
  isSumsDue = true;
  if (isListStale || entersOrLeaves(change, Boolean(row))) refetchSoon();
  if (listParams().get("sort")?.replace("-", "") in cells) reorderSoon();
  if (!row) return;
  row.dataset.level = level;
  row.toggleAttribute("data-silent", marks.silence[0] !== "");
  row.dataset.silentAt = silentAt;
  for (const [key, text] of Object.entries(cells)) showText(row.querySelector(`[data-cell="${key}"]`), text);
  for (const [key, [text, title]] of Object.entries(marks)) {
    for (const mark of row.querySelectorAll(`[data-mark="${key}"]`)) {
      if (mark.hasAttribute("title")) mark.title = title;
      if (mark.matches("span")) mark.textContent = text;
    }
  }
}

// A list in the order of a live cell is sorted again by the server, once for the changes of a few seconds.
let reorderTimer = null;

function reorderSoon() {
  reorderTimer ??= setTimeout(() => {
    reorderTimer = null;
    refetchSoon();
  }, REORDER_AFTER_MS);
}

function showText(cell, text) {
  if (!cell || cell.firstChild.data === text) return;
  cell.firstChild.data = text;
  cell.classList.add("is-lit");
  setTimeout(() => cell.classList.remove("is-lit"), LIT_FOR_MS);
}

// A list that is filtered by inactivity or flags gains and loses sessions as they change. It is fetched once for each
// such change: other filters may keep the session out, or it may be on another page.
const fetchedFor = new Map(); // by session: whether it matched when the list was fetched for it

function entersOrLeaves({ session, level, idle_s: idleS, look }, isShown) {
  const params = listParams();
  const reasons = params.getAll("look");
  if (!params.get("level") && !params.get("idle_min") && !reasons.length) return false;
  const isLooked = !reasons.length || reasons.some((reason) => look.includes(reason));
  const isLongEnough = idleS >= 60 * Number(params.get("idle_min"));
  const matches = isLooked && isLongEnough && LEVELS.indexOf(level) >= LEVELS.indexOf(params.get("level") ?? "");
  if (matches === isShown) fetchedFor.delete(session);
  if (matches === isShown || fetchedFor.get(session) === matches) return false;
  fetchedFor.set(session, matches);
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
  setTimeout(refetchSoon, ENDED_FOR_MS);
}

// The sums are fetched with each new list and after changes; each minute in any case, since durations grow.
let isSumsDue = false;
let intervals = 0; // since the last sums

function fetchSums() {
  isSumsDue = false;
  intervals = 0;
  htmx.trigger("#strip", "again");
}

setInterval(() => {
  intervals += 1;
  const isDue = isSumsDue || intervals === 4 || document.querySelector(".strip-failed");
  if (isDue && !document.hidden) fetchSums();
}, SUMS_EVERY_MS);

let clockOffset = 0; // the server's clock less the browser's, in ms
const now = () => (Date.now() + clockOffset) / 1000; // in seconds, by the server's clock

function setClock() {
  const stamp = list.querySelector("[data-now]");
  if (stamp) clockOffset = Number(stamp.dataset.now) * 1000 - Date.now();
}

// Let the durations tick. A row whose station has missed three intervals is fetched: it then says that it is silent.
let nextSilenceCheck = 0;

function tick() {
  for (const row of list.querySelectorAll("tr[data-live]")) {
    const cell = row.querySelector("[data-since]");
    const text = cell && duration(now() - Number(cell.dataset.since));
    if (cell && cell.textContent !== text) cell.textContent = text;
    const isSilent = !row.hasAttribute("data-silent") && now() > Number(row.dataset.silentAt);
    if (isSilent && Date.now() > nextSilenceCheck) {
      nextSilenceCheck = Date.now() + SILENCE_CHECK_EVERY_MS;
      refetchSoon();
    }
  }
  setTimeout(tick, 1000 - (Date.now() % 1000));
}

let caughtUp = Promise.resolve();
on(["connected"], () => {
  caughtUp = refetch();
});
on(["state"], async (name) => {
  if (name === "live") await caughtUp;
  showState();
});
on(["session.changed"], changed);
on(["session.started"], () => refetchSoon());
on(["session.ended"], ended);
// The browser slows down a tab in the background: when it is shown again, it fetches the changes that it missed.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && state === "live") refetchSoon();
});
list.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  setClock();
  if (target === list && isRefetch(detail)) fetchSums();
});

showState();
setClock();
tick();
