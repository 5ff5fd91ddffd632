// The session dialog: over the table at an address of its own, or the same content on a page of its own.
//
// A link opens it by hx-get to the session's address with hx-target="#session-dialog". Esc, the button, a click
// outside and the browser's back close it; the focus returns to the link. Inside are the two views and the figures of
// the header (live, or of the played moment); when the session ends, the dialog turns into history in place.

import { STATE_LABELS } from "../connection.js";
import { copyLink, isPlainClick, notice } from "../shell.js";
import { graphIn, mountAll, unmountAll } from "./graph.js";
import { keepFresh, keepTicking, refresh, showCells, showMoment } from "./header.js";
import { plotlyWhenIdle } from "./plotly.js";

const dialog = document.querySelector("#session-dialog");
const notices = document.querySelector("#notices"); // moves into the open dialog, which makes the page below inert
let opener = null; // the link that opened the dialog
let pageTitle = document.title; // of the page under the dialog
let openId = null; // the session that is open over the table
let isReturning = false; // the browser went back or forward to a session, which is being fetched
let isLeaving = false; // the dialog closed and went back in the browser's history

const detailOf = (element) => element.closest("[data-session-detail]");

function opened() {
  const detail = dialog.querySelector("[data-session-detail]");
  if (!detail) return;
  const id = detail.dataset.sessionDetail;
  const isTooLate = isReturning && history.state?.session !== id; // the browser has left this address meanwhile
  if (isTooLate) {
    close();
    return;
  }
  openId = id;
  detail.querySelector("[data-close-dialog]").hidden = false;
  start(detail);
  if (!dialog.open) {
    pageTitle = document.title;
    dialog.showModal();
  }
  detail.querySelector("h1").focus(); // the playback keys work from here, and Tab moves on from here
  dialog.setAttribute("aria-label", `Session ${id}`);
  document.title = `Session ${id} · TerraFuse`;
  if (!isReturning && history.state?.session !== id) {
    const isSecond = Boolean(history.state?.session); // two links were clicked before the first session opened
    history[isSecond ? "replaceState" : "pushState"]({ session: id }, "", detail.dataset.address);
  }
  isReturning = false;
  dialog.append(notices);
  mountAll(dialog);
}

function start(detail) {
  for (const button of detail.querySelectorAll("[data-copy-link]")) button.hidden = !navigator.clipboard;
  keepTicking(detail);
  keepFresh(detail);
}

// The browser tells the closing of a dialog a frame later. Closing by back or forward is handled at once, so nothing is
// left to do here then; the session may even be open again.
function closed() {
  if (!openId || dialog.open) return;
  close();
  if (history.state?.session) {
    isLeaving = true;
    history.back();
  }
}

function close() {
  openId = null;
  isReturning = false;
  releaseContent();
  dialog.replaceChildren();
  dialog.close();
  document.title = pageTitle;
  const link = opener?.isConnected ? opener : document.getElementById(opener?.id); // the list may have been replaced
  (link ?? document.querySelector("#content")).focus(); // the row may be gone
  opener = null;
}

function releaseContent() {
  unmountAll(dialog);
  document.body.append(notices);
}

function isOutside({ clientX: x, clientY: y }) {
  const box = dialog.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

function showView(detail, link) {
  const { viewLink: view } = link.dataset;
  for (const panel of detail.querySelectorAll("[data-view-panel]")) panel.hidden = panel.dataset.viewPanel !== view;
  for (const each of detail.querySelectorAll("[data-view-link]")) {
    if (each === link) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  detail.dataset.view = view;
  history.replaceState(history.state, "", link.href);
  if (view !== "pricing") return;
  graphIn(detail)?.leavePlayback(); // its bill is that of the whole session
  if (detail.dataset.phase === "live") refresh(detail, ["pricing"]);
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target === dialog && !dialog.open) opener = detail.elt;
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, ({ detail }) => {
    if (detail.target === dialog) notice("The session could not be opened. Check your connection and try again.");
  });
}
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === dialog && detail.shouldSwap) releaseContent();
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
  if (!detail || !isPlainClick(event)) return;
  if (event.target.closest("[data-close-dialog]")) dialog.close();
  const link = event.target.closest("[data-view-link]");
  if (link) {
    event.preventDefault();
    showView(detail, link);
  }
  const copy = event.target.closest("[data-copy-link]");
  if (copy) copyLink(copy, location.href);
});

// Return the graph that the keys play: that of the session that is open over the table or has its own page, else that
// of the expanded row that holds the focus.
function graphForKeys(target) {
  const detail = document.querySelector("[data-session-detail]");
  const isInDetail = detail?.contains(target) || target.matches("body, main, dialog");
  const place = isInDetail
    ? detail?.querySelector("[data-view-panel=power]:not([hidden])")
    : target.closest(".expansion");
  return place && graphIn(place);
}

// Elements that use the keys themselves.
const KEY_USERS = "select, textarea, input:not([type=checkbox], [type=range])";
const SPACE_USERS = "button, summary, [type=checkbox]";

document.addEventListener("keydown", (event) => {
  if (event.target.closest(event.key === " " ? `${KEY_USERS}, ${SPACE_USERS}` : KEY_USERS)) return;
  graphForKeys(event.target)?.handleKey(event);
});

document.addEventListener("session-cells", ({ target, detail: { cells } }) => {
  const detail = detailOf(target);
  if (!detail || detail.dataset.phase !== "live") return;
  showCells(detail, cells);
  if (detail.dataset.view === "pricing") refresh(detail, ["pricing"]);
});
document.addEventListener("session-moment", ({ target, detail: moment }) => {
  const detail = detailOf(target);
  if (detail) showMoment(detail, moment);
});
document.addEventListener("session-state", ({ target, detail: { state } }) => {
  const label = detailOf(target)?.querySelector("[data-feed-words]");
  if (!label) return;
  label.textContent = STATE_LABELS[state];
  label.closest("[data-feed]").dataset.feed = state;
});
document.addEventListener("session-over", ({ target }) => {
  const detail = detailOf(target);
  if (detail) refresh(detail, ["head", "pricing"], "ended");
});

// This listener comes before htmx's, which would replace the page under the dialog.
addEventListener("popstate", (event) => {
  const detail = document.querySelector("[data-session-alone] [data-session-detail]");
  if (detail) {
    if (!location.pathname.startsWith(detail.dataset.address)) location.reload();
    event.stopImmediatePropagation();
  } else if (event.state?.session) {
    isReturning = true;
    htmx.ajax("GET", location.href, { target: dialog, swap: "innerHTML" });
    event.stopImmediatePropagation();
  } else if (openId || isReturning || isLeaving) {
    isLeaving = false;
    if (openId) close();
    event.stopImmediatePropagation();
  }
});

for (const detail of document.querySelectorAll("[data-session-alone] [data-session-detail]")) start(detail);
mountAll(document.body);
plotlyWhenIdle();
