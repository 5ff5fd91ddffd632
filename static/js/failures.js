// Requests that fail: said where what they should have brought stands, else in a notice.

import { isRefetch } from "./list.js";
import { notice } from "./shell.js";

let isOut = false; // what the page asks for by itself has failed: said once, until it works again

const isByItself = (detail) =>
  isRefetch(detail) || detail.requestConfig.elt.matches("#strip, #nav-count, .outcome");

for (const event of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(event, ({ detail }) => failed("The server cannot be reached.", detail));
}
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  if (status === 401 || status === 403) location.reload();
  else failed(`The server responded with an error (${status}).`, detail);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && isByItself(detail)) isOut = false;
});

function failed(words, detail) {
  const { target } = detail;
  if (target.id === "session-dialog") return; // it says so itself
  if (target.id === "strip") {
    sumsFailed(target);
    return;
  }
  if (target.matches(".expansion-body")) target.textContent = "The graph could not be loaded.";
  if (isByItself(detail)) {
    if (isOut) return;
    isOut = true;
  }
  notice(`${words} The page may be out of date. Try again.`);
}

function sumsFailed(strip) {
  if (strip.querySelector(".strip-failed")) return;
  strip.querySelector(".strip-wait")?.remove();
  const line = document.createElement("p");
  line.className = "strip-failed";
  line.append(strip.querySelector(".summary") ? "These totals are out of date. " : "The totals cannot be shown right now. ");
  const again = document.createElement("button");
  Object.assign(again, { type: "button", className: "button quiet", textContent: "Try again" });
  again.addEventListener("click", () => htmx.trigger(strip, "again"));
  line.append(again);
  strip.append(line);
}
