// Files that are being made: fetches their progress on any page, and shows one notice, which screen readers say, when
// one is ready or has failed. The awaited files are kept in the tab's storage: it outlives the page.

import { notice } from "./shell.js";

const STORAGE_KEY = "awaited-files";
const OUTCOMES = { ready: "is ready to download", failed: "could not be created" };
const container = document.querySelector("#exports, #files"); // where this page shows the files, if it does
let timer = 0;
let isTrayOpen = false;
let shown = 0; // how many answers were shown: an answer to an earlier request is older than the last one shown

const awaitedFiles = () => JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]");

// Show a notice for each awaited file among the cards that is done, and remember those that are being made.
function noticeFinished(parent) {
  const awaited = awaitedFiles();
  const cards = [...parent.querySelectorAll("[data-export]")];
  const active = cards.filter((card) => !OUTCOMES[card.dataset.state]);
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(active.map((card) => card.dataset.export)));
  for (const card of cards) {
    const { export: id, state, name } = card.dataset;
    if (!awaited.includes(id) || !OUTCOMES[state]) continue;
    const line = notice(`${name} ${OUTCOMES[state]}`);
    const link = card.querySelector("a")?.cloneNode(true);
    link?.removeAttribute("id");
    if (link) line.append(" ", link);
  }
  fetchSoon();
}

function fetchSoon() {
  clearTimeout(timer);
  if (awaitedFiles().length) timer = setTimeout(fetchFiles, container ? 1000 : 3000);
}

async function fetchFiles() {
  const before = shown;
  try {
    const headers = { "HX-Request": "true", "HX-Target": container?.id ?? "" };
    const answer = await fetch(document.querySelector("[data-files]").href, { headers });
    if (answer.status === 401) return; // signed out
    const text = await answer.text();
    if (answer.ok && before === shown) show(text);
  } catch {
    // The server restarts; it then continues with the files.
  }
  fetchSoon();
}

function show(text) {
  isTrayOpen = container?.querySelector(".tray")?.open ?? isTrayOpen; // "toggle" comes a moment after the click
  if (container) htmx.swap(container, text, { swapStyle: "innerHTML" }, { eventInfo: { target: container } });
  else noticeFinished(new DOMParser().parseFromString(text, "text/html"));
}

// The line above the table stays open or closed when new cards come.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches(".tray")) isTrayOpen = target.open;
  },
  true,
);
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== container) return;
  shown += 1;
  const tray = container.querySelector(".tray");
  if (tray) tray.open = isTrayOpen;
  noticeFinished(container);
});

if (container?.id === "files") noticeFinished(container);
else if (container) fetchFiles();
else fetchSoon();

// The menu closes once a file is requested.
document.addEventListener("click", (event) => {
  const menu = event.target.closest(".export button")?.closest("details");
  if (menu) {
    setTimeout(() => {
      menu.open = false;
    });
  }
});
