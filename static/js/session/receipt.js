// The print button of a receipt. Without JavaScript it stays hidden: the browser's own command prints.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
