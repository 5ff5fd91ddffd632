// A receipt prints by its button; without JavaScript the browser's own way does.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
