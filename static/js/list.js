// The list of sessions, fetched again from its own address. What the manager has opened in the old list is kept.

import { unmountAll } from "./session/graph.js";

const SPREAD_MS = 800; // so that all browsers do not ask at the same moment
const RETRY_AFTER_MS = 5000;
const source = document.querySelector("#content"); // sends the refetches: htmx runs one request per element
export const list = document.querySelector("#list");

// The page's address may be that of the dialog over the table; the list's is the last one that was pushed.
let address = location.href;
document.addEventListener("htmx:pushedIntoHistory", () => {
  address = location.href;
});
export const listParams = () => new URL(address).searchParams;

export const rows = () => [...list.querySelectorAll("tr[data-session]")];
export const rowOf = (id) => list.querySelector(`tr[data-session="${id}"]`);

let timer = null;
let isWhole = false;

// Fetch the list a little later: many calls are one request. `whole` includes what is around the list: sums, sites,
// counts.
export function refetchSoon({ whole = false } = {}) {
  isWhole ||= whole;
  timer ??= setTimeout(refetch, 100 + Math.random() * SPREAD_MS);
}

let fetching = null; // the address of the running refetch

// Fetch the list, unless the tab is hidden; while another list is being fetched, later.
export async function refetch() {
  clearTimeout(timer);
  timer = null;
  if (document.hidden) return;
  if (fetching || list.ariaBusy) {
    refetchSoon();
    return;
  }
  fetching = address;
  const headers = isWhole || !rows().length ? {} : { "X-Live": "1" }; // the first rows bring the export menu
  isWhole = false;
  await htmx.ajax("GET", address, { source, target: list, swap: "innerHTML", headers }).catch(() => {});
  fetching = null;
}

export const isRefetch = ({ requestConfig }) => requestConfig.elt === source;

// Lists that the manager asks for take precedence over refetches.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target === list && !isRefetch(detail)) list.ariaBusy = "true";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target !== list) return;
  if (!isRefetch(detail)) list.ariaBusy = null;
  else if (!detail.successful) setTimeout(refetchSoon, RETRY_AFTER_MS);
});

// Browsers make a click only where the pressed element is still there at the release.
let isPressed = false;
list.addEventListener("pointerdown", () => {
  isPressed = true;
});
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => {
    isPressed = false;
  });
}

let saved = null; // what the next list takes over
list.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target !== list || !detail.shouldSwap) return;
  if (isRefetch(detail) && (list.ariaBusy || fetching !== address || isPressed)) {
    detail.shouldSwap = false; // it would undo what the manager has just asked for, or is about to
    refetchSoon();
  } else saved = save(isRefetch(detail));
});
list.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target !== list || !saved) return;
  restore(saved);
  saved = null;
});

// Take the graphs out of the list while it is replaced, so that htmx does not remove them.
function save(isSameList) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const { scrollLeft = 0, scrollTop = 0 } = list.querySelector(".table-frame") ?? {};
  const expansions = [...list.querySelectorAll("tr.expansion")];
  const rowIndex = rows().findIndex((row) => row.contains(focused) || expansionOf(row)?.contains(focused));
  for (const expansion of expansions) expansion.remove();
  return { focused, rowIndex, expansions, scroll: [scrollLeft, isSameList ? scrollTop : 0] };
}

function restore({ focused, rowIndex, expansions, scroll }) {
  for (const expansion of expansions) {
    const row = rowOf(expansion.dataset.of);
    if (row) expand(row, expansion);
    else unmountAll(expansion);
  }
  list.querySelector(".table-frame")?.scrollTo(...scroll);
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  // htmx restores the focus by its element's id; where that element is gone, the row in its place gets it.
  const isLost = focused && document.activeElement === document.body;
  const next = rows()[Math.min(rowIndex, rows().length - 1)] ?? list.querySelector(".chip, .table-frame, a, button");
  if (isLost) next?.focus({ preventScroll: true });
}

export function expansionOf(row) {
  const next = row.nextElementSibling;
  return next?.matches("tr.expansion") ? next : null;
}

export function expand(row, expansion) {
  expansion.id = `below-${row.dataset.session}`; // the row's button refers to it
  expansion.dataset.of = row.dataset.session;
  expansion.cells[0].colSpan = row.cells.length;
  row.after(expansion);
  row.querySelector("[data-unfold]").ariaExpanded = "true";
}

export function collapse(row) {
  const expansion = expansionOf(row);
  unmountAll(expansion);
  expansion.remove();
  row.querySelector("[data-unfold]").ariaExpanded = "false";
}
