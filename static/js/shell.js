// What every page has: the switch between light and dark, and menus that close by themselves.

const root = document.documentElement;
const darkness = matchMedia("(prefers-color-scheme: dark)");
const themeChanged = () => document.dispatchEvent(new CustomEvent("theme-changed"));

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return darkness.matches;
}
darkness.addEventListener("change", themeChanged);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) {
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    themeChanged();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A notice for a while, said aloud by screen readers; the same words again take the place of the earlier ones.
const STAYS_MS = 8000;
const OUTCOME_STAYS_MS = 20_000;

export function notice(text) {
  const lines = document.querySelector("#notices");
  for (const same of lines.querySelectorAll("p:not([data-outcome])")) if (same.textContent === text) same.remove();
  const line = document.createElement("p");
  line.textContent = text;
  lines.append(line);
  setTimeout(() => line.remove(), STAYS_MS);
  return line;
}

// What became of a command stays longer: one may have gone on to something else.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches("[data-passes]")) setTimeout(() => elt.remove(), OUTCOME_STAYS_MS);
});
