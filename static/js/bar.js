// The bar above a table: the panels that open from it, its filters, and the order of cards.

import { closeMenu, isPlainClick } from "./shell.js";

const DAYS = ["started_after", "started_before"];
let partToShow = null; // the id of the filters' part to scroll to, once the panel has come

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-filter-part]");
  if (link && isPlainClick(event)) {
    event.preventDefault();
    partToShow = link.dataset.filterPart;
    document.querySelector("#filters").open = true;
  }
  if (event.target.closest("[data-close-panel]")) closePanel(event.target);
});

// The panel's content is fetched when it opens.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const part = partToShow && detail.target.querySelector?.(`#${partToShow}`);
  if (!part) return;
  partToShow = null;
  part.scrollIntoView({ block: "start" });
  part.querySelector("input").focus({ preventScroll: true });
});

document.addEventListener("submit", ({ target }) => {
  if (target.matches(".panel-form")) closePanel(target);
});

const closePanel = (element) => closeMenu(element.closest("details"));

document.addEventListener("change", ({ target }) => {
  if (target.id === "sort") target.form.requestSubmit();
});

// A named range clears the days next to it, and a day clears the range. This listener comes before htmx's, which sends
// the form.
document.addEventListener(
  "change",
  ({ target }) => {
    const { elements } = target.closest(".panel-form") ?? {};
    if (!elements) return;
    if (target.name === "range") for (const day of DAYS) elements[day].value = "";
    if (DAYS.includes(target.name) && target.value) for (const range of elements.range) range.checked = false;
  },
  true,
);
