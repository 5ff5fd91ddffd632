// The preview of a pricing policy while its form is filled in: the policy in words, and the price of a trial session.

const PREVIEW_AFTER_MS = 300; // after the last change
const section = document.querySelector("[data-preview]");
const result = section.querySelector("[data-preview-result]");
const form = section.closest("form");
let timer = 0;
let requests = 0;

async function preview() {
  requests += 1;
  const request = requests;
  const answer = await fetch(section.dataset.preview, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Requested-With": "fetch" },
  }).catch(() => null);
  if (request !== requests) return; // a later one is on its way
  if (!answer?.ok) {
    result.textContent = "No preview: the server did not answer. Are you still signed in?";
    return;
  }
  result.innerHTML = await answer.text();
  const zone = result.querySelector("[data-zone-now]").dataset.zoneNow;
  for (const element of form.querySelectorAll("[data-zone]")) element.replaceChildren(zone);
}

function previewSoon() {
  clearTimeout(timer);
  timer = setTimeout(preview, PREVIEW_AFTER_MS);
}

form.addEventListener("input", previewSoon);
// The admin's related-object widgets trigger "change" with jQuery only, which receives native events as well.
window.django.jQuery(form).on("change", previewSoon);
document.addEventListener("formset:added", previewSoon);
document.addEventListener("formset:removed", previewSoon);
section.querySelector("button").addEventListener("click", (event) => {
  event.preventDefault();
  preview();
});
preview();
