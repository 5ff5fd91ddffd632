// The list of sessions, fetched anew from its own address. What the manager has of the old list stays.

import { unmountAll } from "./session/graph.js";

const SPREAD_MS = 800;
const AGAIN_AFTER_MS = 5000;
const source = document.querySelector("#content"); // whose requests these are: htmx keeps one for each element
export const list = document.querySelector("#list");

// The page's address may be that of the dialog over the table; the list's is where it was put in last.
let address = location.href;
document.addEventListener("htmx:pushedIntoHistory", () => {
  address = location.href;
});
export const asked = () => new URL(address).searchParams;

export const rows = () => [...list.querySelectorAll("tr[data-session]")];
export const rowOf = (id) => list.querySelector(`tr[data-session="${id}"]`);

// The list anew, a little later: many calls are one request, at another moment in each browser. The whole is
// the list with what stands around it: sums, places, counts.
let waiting = null;
let isWhole = false;
export function refetchSoon({ whole = false } = {}) {
  isWhole ||= whole;
  waiting ??= setTimeout(refetch, 100 + Math.random() * SPREAD_MS);
}

// The list anew: not while another one is on its way, and not for a tab that nobody sees.
let fetching = null;
export async function refetch() {
  clearTimeout(waiting);
  waiting = null;
  if (document.hidden) return;
  if (fetching || list.ariaBusy) {
    refetchSoon();
    return;
  }
  fetching = address;
  const headers = isWhole || !rows().length ? {} : { "X-Live": "1" }; // with rows there is something to export
  isWhole = false;
  await htmx.ajax("GET", address, { source, target: list, swap: "innerHTML", headers }).catch(() => {});
  fetching = null;
}

export const isRefetch = ({ requestConfig }) => requestConfig.elt === source;

// Lists that the manager asks for himself go first.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target === list && !isRefetch(detail)) list.ariaBusy = "true";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target !== list) return;
  if (!isRefetch(detail)) list.ariaBusy = null;
  else if (!detail.successful) setTimeout(refetchSoon, AGAIN_AFTER_MS);
});

// A click is one only where what was pressed is still there when it is let go.
let isPressed = false;
list.addEventListener("pointerdown", () => {
  isPressed = true;
});
for (const end of ["pointerup", "pointercancel"])
  addEventListener(end, () => {
    isPressed = false;
  });

let kept = null;
list.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target !== list || !detail.shouldSwap) return;
  if (isRefetch(detail) && (list.ariaBusy || fetching !== address || isPressed)) {
    detail.shouldSwap = false; // it would undo what the manager has asked for meanwhile, or is about to
    refetchSoon();
  } else kept = takeOut(isRefetch(detail));
});
list.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target !== list || !kept) return;
  putBack(kept);
  kept = null;
});

// Unfolded graphs are out of the list while it is exchanged, so that htmx does not clear them away.
function takeOut(isSameList) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const { scrollLeft = 0, scrollTop = 0 } = list.querySelector(".table-frame") ?? {};
  const graphs = [...list.querySelectorAll("tr.expansion")];
  const at = rows().findIndex((row) => row.contains(focused) || expansionOf(row)?.contains(focused));
  for (const below of graphs) below.remove();
  return { focused, at, graphs, place: [scrollLeft, isSameList ? scrollTop : 0] };
}

function putBack({ focused, at, graphs, place }) {
  for (const below of graphs) {
    const row = rowOf(below.dataset.of);
    if (row) unfoldInto(row, below);
    else unmountAll(below);
  }
  list.querySelector(".table-frame")?.scrollTo(...place);
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  // htmx finds what had the focus by its id; where that has gone, what stands in its place has it.
  const isLost = focused && document.activeElement === document.body;
  const next = rows()[Math.min(at, rows().length - 1)] ?? list.querySelector(".chip, .table-frame, a, button");
  if (isLost) next?.focus({ preventScroll: true });
}

export function expansionOf(row) {
  const next = row.nextElementSibling;
  return next?.matches("tr.expansion") ? next : null;
}

export function unfoldInto(row, below) {
  below.id = `below-${row.dataset.session}`; // as the row's button says
  below.dataset.of = row.dataset.session;
  below.cells[0].colSpan = row.cells.length;
  row.after(below);
  row.querySelector("[data-unfold]").ariaExpanded = "true";
}

export function fold(row) {
  const below = expansionOf(row);
  unmountAll(below);
  below.remove();
  row.querySelector("[data-unfold]").ariaExpanded = "false";
}
