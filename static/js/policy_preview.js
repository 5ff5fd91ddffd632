/** Says what the policy on the form says, and what a session would cost by it, while it is written. */
const section = document.querySelector("[data-preview]");
const result = section.querySelector("[data-preview-result]");
const form = section.closest("form");
const PAUSE_MS = 300;
let waiting = 0;
let asked = 0;

async function show() {
  const turn = ++asked;
  const answer = await fetch(section.dataset.preview, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Requested-With": "fetch" },
  }).catch(() => null);
  if (turn !== asked) return;
  if (!answer?.ok) {
    result.textContent = "No preview: the server did not answer. Are you still signed in?";
    return;
  }
  result.innerHTML = await answer.text();
  const zone = result.querySelector("[data-zone-now]").dataset.zoneNow;
  form.querySelectorAll("[data-zone]").forEach((word) => word.replaceChildren(zone));
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE_MS);
}

form.addEventListener("input", soon);
// The admin's choosers of places tell of a change by jQuery alone, which tells of native ones as well.
window.django.jQuery(form).on("change", soon);
document.addEventListener("formset:added", soon);
document.addEventListener("formset:removed", soon);
section.querySelector("button").addEventListener("click", (event) => {
  event.preventDefault();
  show();
});
show();
