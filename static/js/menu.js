// The menu of a row: fetched, since what one may do depends on the moment, and put beside its button.
//
// Its button is known by its id: the list may come anew while the menu is open.

const menu = document.querySelector("#row-menu");
const isOpen = () => menu.matches(":popover-open");
const session = () => menu.querySelector("[data-of]")?.dataset.of;
const button = () => document.getElementById(`more-${session()}`);

menu.addEventListener("htmx:afterSettle", () => {
  if (!button()) return; // the row has left meanwhile
  if (!navigator.clipboard) menu.querySelector("[data-copy]")?.remove(); // over plain HTTP there is none
  if (!isOpen()) menu.showPopover();
  place();
  menu.querySelector("a, button")?.focus();
});

function place() {
  const beside = button().getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const below = beside.bottom + 4;
  menu.style.left = `${Math.max(8, Math.min(beside.left, innerWidth - box.width - 8))}px`;
  menu.style.top = `${below + box.height > innerHeight ? Math.max(8, beside.top - box.height - 4) : below}px`;
}

menu.addEventListener("keydown", (event) => {
  const items = [...menu.querySelectorAll("a, button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
});

// Whoever was in the menu is back at its button, unless he has gone elsewhere by himself.
menu.addEventListener("toggle", ({ newState }) => {
  if (newState !== "closed") return;
  const isNowhere = document.activeElement === document.body || menu.contains(document.activeElement);
  if (isNowhere) button()?.focus({ preventScroll: true });
  menu.replaceChildren();
});

menu.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-menu]")) {
    event.preventDefault();
    menu.hidePopover();
    return;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard.writeText(new URL(copy.dataset.copy, location.href).href);
    copy.querySelector("span").textContent = "Copied";
  } else if (event.target.closest("a:not([hx-get])")) menu.hidePopover();
});

// A command is on its way: what becomes of it is said among the notices, however long it takes.
menu.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (target.matches("form") && detail.successful) menu.hidePopover();
});

// The session has ended: there is nothing more to do with it here.
export function closeMenuOf(id) {
  if (session() === String(id) && isOpen()) menu.hidePopover();
}
