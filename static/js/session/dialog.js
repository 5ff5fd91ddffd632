// The session dialog: opens over the table at an address of its own, or stands alone on a page.
//
// A link opens it by hx-get to the session's address with hx-target="#session-dialog". Esc, the button, a
// click outside or the browser's back close it; the focus returns to the link. Inside: the two views, the
// figures of the header (live, or of the moment that is played), and the change into history in place.

import { notice } from "../shell.js";
import { mountAll, unmountAll } from "./graph.js";
import { plotlyWhenIdle } from "./plotly.js";
import { keepFresh, keepTicking, refresh, show, showMoment } from "./header.js";

const dialog = document.querySelector("#session-dialog");
const notices = document.querySelector("#notices"); // they go with the dialog: what lies under it is out of reach
let opener = null;
let title = document.title; // of the page under the dialog
let shown = null; // the session that is open over the table
let isReturning = false; // the browser itself is on its way to this address
let isLeaving = false; // and here from it

function detailOf(element) {
  return element.closest("[data-session-detail]");
}

function opened() {
  const detail = dialog.querySelector("[data-session-detail]");
  if (!detail) return;
  const id = detail.dataset.sessionDetail;
  const isTooLate = isReturning && history.state?.session !== id; // the browser has gone on meanwhile
  if (isTooLate) return putAway();
  shown = id;
  detail.querySelector("[data-close-dialog]").hidden = false;
  settle(detail);
  if (!dialog.open) {
    title = document.title;
    dialog.showModal();
  }
  detail.querySelector("h1").focus(); // from where the keys play, and Tab goes on
  dialog.setAttribute("aria-label", `Session ${id}`);
  document.title = `Session ${id} · TerraFuse`;
  if (!isReturning && history.state?.session !== id) {
    const isInstead = Boolean(history.state?.session); // two eyes were clicked before the first one opened
    history[isInstead ? "replaceState" : "pushState"]({ session: id }, "", detail.dataset.address);
  }
  isReturning = false;
  dialog.append(notices);
  mountAll(dialog);
}

function settle(detail) {
  for (const button of detail.querySelectorAll("[data-copy-link]")) button.hidden = !navigator.clipboard;
  keepTicking(detail);
  keepFresh(detail);
}

// The browser tells of a dialog's closing a frame later: by then its back and forward may have gone on, so
// whoever closes by them puts the session away at once, and here there is nothing left to do; the session may
// even be back by then.
function closed() {
  if (!shown || dialog.open) return;
  putAway();
  if (history.state?.session) {
    isLeaving = true;
    history.back();
  }
}

function putAway() {
  shown = null;
  isReturning = false;
  empty();
  dialog.replaceChildren();
  dialog.close();
  document.title = title;
  const link = opener?.isConnected ? opener : document.getElementById(opener?.id); // the list may be a new one
  (link ?? document.querySelector("#content")).focus(); // the row may have left meanwhile
  opener = null;
}

function empty() {
  unmountAll(dialog);
  document.body.append(notices);
}

function isOutside({ clientX: x, clientY: y }) {
  const box = dialog.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

function turnTo(detail, link) {
  const { viewLink: view } = link.dataset;
  for (const panel of detail.querySelectorAll("[data-view-panel]")) panel.hidden = panel.dataset.viewPanel !== view;
  for (const each of detail.querySelectorAll("[data-view-link]")) {
    if (each === link) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  detail.dataset.view = view;
  if (view === "pricing") detail.querySelector("[data-graph]").graph?.playback.leave(); // its bill is of the whole
  history.replaceState(history.state, "", link.href);
  if (view === "pricing" && detail.dataset.phase === "live") refresh(detail, ["pricing"]);
}

// The table's link has asked for a session: remember where the focus is to return to.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target === dialog && !dialog.open) opener = detail.elt;
});
for (const failed of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failed, ({ detail }) => {
    if (detail.target === dialog) notice("The session could not be opened. Check your connection and try again.");
  });
}
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === dialog && detail.shouldSwap) empty();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === dialog) opened();
  else mountAll(detail.target);
});
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  if (target.matches?.("[data-graph]")) unmountAll(target);
});

dialog?.addEventListener("close", closed);
dialog?.addEventListener("mousedown", (event) => {
  if (event.target === dialog && isOutside(event)) dialog.close();
});

document.addEventListener("click", (event) => {
  const detail = detailOf(event.target);
  if (!detail || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("[data-close-dialog]")) dialog.close();
  const link = event.target.closest("[data-view-link]");
  if (link) {
    event.preventDefault();
    turnTo(detail, link);
  }
  const copy = event.target.closest("[data-copy-link]");
  if (copy) {
    navigator.clipboard.writeText(location.href);
    copy.querySelector("span").textContent = "Copied";
  }
});

// The graph that the keys play: of the session that is open, over the table or alone, else of the expanded
// row that holds the focus.
function graphOfKeys(target) {
  const detail = document.querySelector("[data-session-detail]");
  const isMeant = detail?.contains(target) || target.matches("body, main, dialog");
  const place = isMeant ? detail?.querySelector("[data-view-panel=power]:not([hidden])") : target.closest(".expansion");
  return place?.querySelector("[data-graph]")?.graph;
}

const OWN_KEYS = "select, textarea, input:not([type=checkbox], [type=range])";
const OWN_SPACE = "button, summary, [type=checkbox]";

document.addEventListener("keydown", (event) => {
  if (event.target.closest(event.key === " " ? `${OWN_KEYS}, ${OWN_SPACE}` : OWN_KEYS)) return;
  graphOfKeys(event.target)?.playback.key(event);
});

document.addEventListener("session-cells", ({ target, detail: { cells } }) => {
  const detail = detailOf(target);
  if (!detail || detail.dataset.phase !== "live") return;
  show(detail, cells);
  if (detail.dataset.view === "pricing") refresh(detail, ["pricing"]);
});
document.addEventListener("session-moment", ({ target, detail: moment }) => {
  const detail = detailOf(target);
  if (detail) showMoment(detail, moment);
});
document.addEventListener("session-state", ({ target, detail: { state } }) => {
  const words = detailOf(target)?.querySelector("[data-feed-words]");
  if (!words) return;
  words.textContent = { live: "live", reconnecting: "connection lost, reconnecting", gone: "no longer available" }[state];
  words.closest("[data-feed]").dataset.feed = state;
});
document.addEventListener("session-over", ({ target }) => {
  const detail = detailOf(target);
  if (detail) refresh(detail, ["head", "pricing"], "ended");
});

// Before htmx, which would put a whole page in place of the one that lies under the dialog.
addEventListener("popstate", (event) => {
  const alone = document.querySelector("[data-session-alone] [data-session-detail]");
  if (alone) {
    if (!location.pathname.startsWith(alone.dataset.address)) location.reload();
    event.stopImmediatePropagation();
  } else if (event.state?.session) {
    isReturning = true;
    htmx.ajax("GET", location.href, { target: dialog, swap: "innerHTML" });
    event.stopImmediatePropagation();
  } else if (shown || isReturning || isLeaving) {
    isLeaving = false;
    if (shown) putAway();
    event.stopImmediatePropagation();
  }
});

for (const alone of document.querySelectorAll("[data-session-alone] [data-session-detail]")) settle(alone);
mountAll(document.body);
plotlyWhenIdle();
