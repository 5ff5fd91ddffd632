// The tables by keyboard and mouse: rows, their expansions, the panels above.

import { collapse, expand, expansionOf, list, refetchSoon, rows } from "./list.js";
import { on } from "./socket.js";

const SEARCH_AFTER_MS = 200; // after the last letter that is typed
const search = document.querySelector("#q");

// Fetch into an element, which is also the source: htmx keeps only the last of a source's waiting requests.
function fetchInto(target, address) {
  return htmx.ajax("GET", address, { source: target, target, swap: "innerHTML" }).catch(() => {});
}

// Exactly one row is in the tab order: the one that was focused last, else the first.
function keepOneTabStop() {
  const all = rows();
  if (all.length && !all.some((row) => row.tabIndex === 0)) all[0].tabIndex = 0;
}

function focusRow(row) {
  for (const each of rows()) each.tabIndex = each === row ? 0 : -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function toggleExpansion(row) {
  if (expansionOf(row)) {
    collapse(row);
    return;
  }
  const expansion = document.createElement("tr");
  expansion.className = "expansion";
  const body = document.createElement("div");
  body.className = "expansion-body";
  body.textContent = "Loading the graph …";
  expansion.insertCell().append(body);
  expand(row, expansion);
  fetchInto(body, `/sessions/${row.dataset.session}/figure/`);
}

function collapseAt(element) {
  const row = element.closest("tr.expansion")?.previousElementSibling ?? element.closest("tr[data-session]");
  if (!row || !expansionOf(row)) return;
  collapse(row);
  focusRow(row);
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-session]");
  if (!row) return;
  const isButton = event.target.closest("[data-unfold]");
  if (!isButton) {
    if (event.target.closest("a, button, input") || !getSelection().isCollapsed) return;
    focusRow(row);
  }
  toggleExpansion(row);
});

list.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    collapseAt(event.target);
    return;
  }
  const action = actionOfKey(event.key, event.target);
  if (!action) return;
  event.preventDefault();
  action();
});

// Return what a key does in the list: arrows, Home and End move between rows, Enter opens, space expands.
function actionOfKey(key, target) {
  const all = rows();
  if (target.matches(".table-frame") && key === "ArrowDown" && all.length) return () => focusRow(all[0]);
  const row = target.closest("tr[data-session]");
  if (!row) return null;
  const index = all.indexOf(row);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[key];
  if (to !== undefined) return () => all[to] && focusRow(all[to]);
  if (target !== row) return null;
  if (key === "Enter") return () => row.querySelector("[data-view]").click();
  return key === " " ? () => toggleExpansion(row) : null;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select, dialog[open]")) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    leaveSearch();
  }
});

// Clear the search or, where it is empty, return to the rows.
function leaveSearch() {
  if (search.value) {
    search.value = "";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  const row = rows().find((each) => each.tabIndex === 0);
  if (row) focusRow(row);
}

// A panel is fetched when it opens, for the address at that time.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.open || !target.dataset?.panel) return;
    fetchInto(target.querySelector(".panel"), `${target.dataset.panel}${location.search}`);
  },
  true,
);

let findTimer = 0;
document.addEventListener("input", ({ target }) => {
  if (!target.dataset.find) return;
  clearTimeout(findTimer);
  findTimer = setTimeout(() => find(target), SEARCH_AFTER_MS);
});

// Fetch the choices that match a finder's text. What is checked stays in the list.
function find(finder) {
  const choices = finder.parentElement.querySelector("[data-found]");
  const params = new URLSearchParams({ find: finder.value });
  for (const box of choices.querySelectorAll("input:checked")) params.append(box.name, box.value);
  fetchInto(choices, `${finder.dataset.find}?${params}`);
}

// A finder is no filter: its text must not send the form.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.dataset.find) event.stopPropagation();
  },
  true,
);

// Removing the chip of the search clears the search box.
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-clears=q]")) search.value = "";
});

// Empty values are left out of the list's address.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get" || !detail.elt.matches("#search, .panel-form")) return;
  for (const [name, value] of Array.from(detail.formData.entries())) {
    if (value === "") detail.formData.delete(name);
  }
});

// The manager may see other sites now: rows, sums, sites and counts change.
on(["access.changed"], () => refetchSoon({ whole: true }));
list.addEventListener("htmx:afterSettle", keepOneTabStop);
keepOneTabStop();
