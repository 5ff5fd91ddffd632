// The menu of a row: fetched, since what a manager may do depends on the moment, and placed next to its button.
//
// The button is found by its id: the list may be replaced while the menu is open.

import { copyLink } from "./shell.js";

const menu = document.querySelector("#row-menu");
const isOpen = () => menu.matches(":popover-open");
const sessionId = () => menu.querySelector("[data-of]")?.dataset.of;
const button = () => document.getElementById(`more-${sessionId()}`);

menu.addEventListener("htmx:afterSettle", () => {
  if (!button()) return; // the row has left meanwhile
  if (!navigator.clipboard) menu.querySelector("[data-copy]")?.remove(); // plain HTTP has no clipboard
  if (!isOpen()) menu.showPopover();
  position();
  menu.querySelector("a, button")?.focus();
});

function position() {
  const anchor = button().getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const below = anchor.bottom + 4;
  menu.style.left = `${Math.max(8, Math.min(anchor.left, innerWidth - box.width - 8))}px`;
  menu.style.top = `${below + box.height > innerHeight ? Math.max(8, anchor.top - box.height - 4) : below}px`;
}

menu.addEventListener("keydown", (event) => {
  const items = [...menu.querySelectorAll("a, button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
});

// Return the focus to the button, unless the manager has moved it elsewhere.
menu.addEventListener("toggle", ({ newState }) => {
  if (newState !== "closed") return;
  const isFocusLost = document.activeElement === document.body || menu.contains(document.activeElement);
  if (isFocusLost) button()?.focus({ preventScroll: true });
  menu.replaceChildren();
});

menu.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-menu]")) {
    event.preventDefault();
    menu.hidePopover();
    return;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) copyLink(copy, new URL(copy.dataset.copy, location.href).href);
  else if (event.target.closest("a:not([hx-get])")) menu.hidePopover();
});

// A command has been sent: its outcome appears among the notices, however long it takes.
menu.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (target.matches("form") && detail.successful) menu.hidePopover();
});

// Close the menu of a session that has ended: its commands do not apply any more.
export function closeMenuOf(id) {
  if (sessionId() === String(id) && isOpen()) menu.hidePopover();
}
