// The tables at the keyboard and under the mouse: rows, their menus and graphs, the panels above.

import { expansionOf, fold, list, refetchSoon, rows, unfoldInto } from "./list.js";
import { hear } from "./socket.js";

const search = document.querySelector("#q");
const idOf = (row) => row.dataset.session;

// Each element fetches by itself: of what waits for one and the same, htmx keeps the last alone.
function fetchInto(target, address) {
  return htmx.ajax("GET", address, { source: target, target, swap: "innerHTML" }).catch(() => {});
}

// Rows: arrows walk, Enter opens, a click or the space bar unfolds the graph.
function reachable() {
  const all = rows();
  if (all.length && !all.some((row) => row.tabIndex === 0)) all[0].tabIndex = 0;
}

function focusRow(row) {
  for (const each of rows()) each.tabIndex = each === row ? 0 : -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function toggle(row) {
  if (expansionOf(row)) return fold(row);
  const below = document.createElement("tr");
  below.className = "expansion";
  const body = document.createElement("div");
  body.className = "expansion-body";
  body.textContent = "Loading the graph …";
  below.insertCell().append(body);
  unfoldInto(row, below);
  fetchInto(body, `/sessions/${idOf(row)}/figure/`);
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-session]");
  if (!row) return;
  if (event.target.closest("[data-unfold]")) return toggle(row);
  if (event.target.closest("a, button, input") || !getSelection().isCollapsed) return;
  focusRow(row);
  toggle(row);
});

list.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const all = rows();
  if (event.target.matches(".table-frame") && event.key === "ArrowDown" && all.length) {
    event.preventDefault();
    return focusRow(all[0]);
  }
  if (event.key === "Escape") return foldAt(event.target);
  const row = event.target.closest("tr[data-session]");
  if (!row) return;
  const at = all.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    if (all[to]) focusRow(all[to]);
  } else if (event.target === row && event.key === "Enter") {
    event.preventDefault();
    row.querySelector("[data-view]").click();
  } else if (event.target === row && event.key === " ") {
    event.preventDefault();
    toggle(row);
  }
});

function foldAt(element) {
  const row = element.closest("tr.expansion")?.previousElementSibling ?? element.closest("tr[data-session]");
  if (!row || !expansionOf(row)) return;
  fold(row);
  focusRow(row);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select, dialog[open]")) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    if (search.value) {
      search.value = "";
      search.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      const first = rows().find((row) => row.tabIndex === 0);
      if (first) focusRow(first);
    }
  }
});

// The panels: fetched when they open, for the address as it is then.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.dataset?.panel) return;
  fetchInto(target.querySelector(".panel"), `${target.dataset.panel}${location.search}`);
}, true);

let typing = 0;
document.addEventListener("input", ({ target }) => {
  if (!target.dataset.find) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    const found = target.parentElement.querySelector("[data-found]");
    const chosen = new URLSearchParams({ find: target.value });
    for (const box of found.querySelectorAll("input:checked")) chosen.append(box.name, box.value);
    fetchInto(found, `${target.dataset.find}?${chosen}`);
  }, 200);
});
// The finder's own box is no filter: what is typed there must not send the form.
document.addEventListener("change", (event) => {
  if (event.target.dataset.find) event.stopPropagation();
}, true);

// A removed chip of the search takes its words out of the box; every address in the list is without blanks.
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-clears=q]")) search.value = "";
});
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get" || !detail.elt.matches("#search, .panel-form")) return;
  for (const [name, value] of [...detail.formData.entries()]) {
    if (value === "") detail.formData.delete(name);
  }
});
// What one may see has changed: rows, sums, places and counts.
hear(["access.changed"], () => refetchSoon({ whole: true }));
list.addEventListener("htmx:afterSettle", reachable);
reachable();
