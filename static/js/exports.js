// Files that are being made: asks how far they are, on whatever page, and says once, aloud too, that one
// has become ready or has failed. Which are awaited is kept with the tab: it outlives the page.
import { notice } from "./shell.js";

const KEPT = "awaited-files";
const WORDS = { ready: "is ready to download", failed: "could not be created" };
const place = document.querySelector("#exports, #files"); // where this page shows them, if it does
let asking = 0;
let isOpen = false;
let answers = 0; // shown so far: what was asked for before the last of them knows less than it

function awaited() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
}

function look(shown) {
  const before = awaited();
  const cards = [...shown.querySelectorAll("[data-export]")];
  const active = cards.filter((card) => !WORDS[card.dataset.state]);
  sessionStorage.setItem(KEPT, JSON.stringify(active.map((card) => card.dataset.export)));
  for (const card of cards) {
    const { export: id, state, name } = card.dataset;
    if (!before.includes(id) || !WORDS[state]) continue;
    const line = notice(`${name} ${WORDS[state]}`);
    const link = card.querySelector("a")?.cloneNode(true);
    link?.removeAttribute("id");
    line.append(...(link ? [" ", link] : []));
  }
  askAgain();
}

function askAgain() {
  clearTimeout(asking);
  if (awaited().length) asking = setTimeout(ask, place ? 1000 : 3000);
}

async function ask() {
  const before = answers;
  try {
    const headers = { "HX-Request": "true", "HX-Target": place?.id ?? "" };
    const answer = await fetch(document.querySelector("[data-files]").href, { headers });
    if (answer.status === 401) return; // signed out
    const text = await answer.text();
    if (answer.ok && before === answers) show(text);
  } catch {
    // The server is being started anew: it goes on with what it was making.
  }
  askAgain();
}

function show(text) {
  isOpen = place?.querySelector(".tray")?.open ?? isOpen; // "toggle" comes a moment after the click
  if (place) htmx.swap(place, text, { swapStyle: "innerHTML" }, { eventInfo: { target: place } });
  else look(new DOMParser().parseFromString(text, "text/html"));
}

// Whatever brings new cards, the line above the table stays as the manager has left it.
document.addEventListener("toggle", ({ target }) => {
  if (target.matches(".tray")) isOpen = target.open;
}, true);
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== place) return;
  answers++;
  const tray = place.querySelector(".tray");
  if (tray) tray.open = isOpen;
  look(place);
});
if (place?.id === "files") look(place);
else if (place) ask();
else askAgain();

// The menu has done its work once a file is asked for.
document.addEventListener("click", (event) => {
  const menu = event.target.closest(".export button")?.closest("details");
  if (menu) setTimeout(() => { menu.open = false; });
});
