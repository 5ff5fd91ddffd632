// Failed requests: shown where their content would be, otherwise in a notice.

import { isRefetch } from "./list.js";
import { notice } from "./shell.js";

let isFailing = false; // automatic requests fail: said once, until one succeeds

// Requests that the page sends without the manager.
const isAutomatic = (detail) => isRefetch(detail) || detail.requestConfig.elt.matches("#strip, #nav-count, .outcome");

for (const event of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(event, ({ detail }) => failed("The server cannot be reached.", detail));
}
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  if (status === 401 || status === 403) location.reload();
  else failed(`The server responded with an error (${status}).`, detail);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && isAutomatic(detail)) isFailing = false;
});

function failed(text, detail) {
  const { target } = detail;
  if (target.id === "session-dialog") return; // dialog.js shows its own notice
  if (target.id === "strip") {
    showSumsFailure(target);
    return;
  }
  if (target.matches(".expansion-body")) target.textContent = "The graph could not be loaded.";
  if (isAutomatic(detail)) {
    if (isFailing) return;
    isFailing = true;
  }
  notice(`${text} The page may be out of date. Try again.`);
}

function showSumsFailure(strip) {
  if (strip.querySelector(".strip-failed")) return;
  strip.querySelector(".strip-wait")?.remove();
  const line = document.createElement("p");
  line.className = "strip-failed";
  line.append(
    strip.querySelector(".summary") ? "These totals are out of date. " : "The totals cannot be shown right now. ",
  );
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button quiet", textContent: "Try again" });
  button.addEventListener("click", () => htmx.trigger(strip, "again"));
  line.append(button);
  strip.append(line);
}
