// The bar above a table: what opens from it, its filters, and the order of cards.

const DAYS = ["started_after", "started_before"];
let wanted = null; // the part of the filters that is to be shown first

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-filter-part]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    wanted = link.dataset.filterPart;
    document.querySelector("#filters").open = true;
  }
  if (event.target.closest("[data-close-panel]")) close(event.target);
});

// The panel's content comes when it opens.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const part = wanted && detail.target.querySelector?.(`#${wanted}`);
  if (!part) return;
  wanted = null;
  part.scrollIntoView({ block: "start" });
  part.querySelector("input").focus({ preventScroll: true });
});

document.addEventListener("submit", ({ target }) => {
  if (target.matches(".panel-form")) close(target);
});

function close(within) {
  const menu = within.closest("details");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "sort") target.form.requestSubmit();
});

// A named range takes away the days beside it, and they take away the range: before htmx sends the form.
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
