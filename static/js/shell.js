// What every page has: the theme switch, menus that close, notices, and small tools for the other modules.

const root = document.documentElement;
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
const tellThemeChange = () => document.dispatchEvent(new CustomEvent("theme-changed"));

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : darkScheme.matches;
}

darkScheme.addEventListener("change", tellThemeChange);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) {
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    tellThemeChange();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenu(document.querySelector("details.menu[open]"));
});

// Close a menu, if there is one, and return the focus to its button.
export function closeMenu(menu) {
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// A click that opens a link in this window.
export const isPlainClick = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey;

export function copyLink(button, address) {
  navigator.clipboard.writeText(address);
  button.querySelector("span").textContent = "Copied";
}

const SHOWN_FOR_MS = 8000;
const OUTCOME_SHOWN_FOR_MS = 20_000;

// Show a notice for a while; screen readers say it. It replaces an earlier notice of the same text.
export function notice(text) {
  const notices = document.querySelector("#notices");
  for (const same of notices.querySelectorAll("p:not([data-outcome])")) if (same.textContent === text) same.remove();
  const line = document.createElement("p");
  line.textContent = text;
  notices.append(line);
  setTimeout(() => line.remove(), SHOWN_FOR_MS);
  return line;
}

// The outcome of a command is shown for longer: the manager may be busy elsewhere.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches("[data-passes]")) setTimeout(() => elt.remove(), OUTCOME_SHOWN_FOR_MS);
});
