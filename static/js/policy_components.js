/** Shows of a component what its dimension has: a grace for inactivity alone, blocks in their unit. */
const UNITS = { ENERGY: "In Wh. 1 is exact.", TIME: "In seconds. 1 is exact.", PARKING_TIME: "In seconds. 1 is exact." };

function shown(component, field, isShown, nothing) {
  const box = component.querySelector(`.fieldBox.field-${field}`).parentElement;
  box.hidden = !isShown && !box.querySelector(".errorlist");
  if (box.hidden) box.querySelector("input").value = nothing;
  return box;
}

function suit(component) {
  const dimension = component.querySelector("select[name$='-dimension']").value;
  shown(component, "grace_minutes", dimension === "PARKING_TIME", 0);
  const blocks = shown(component, "step_size", dimension !== "FLAT", 1);
  if (dimension in UNITS) blocks.querySelector(".help").textContent = UNITS[dimension];
}

const components = document.querySelector("#components-group");
components.addEventListener("change", (event) => {
  if (event.target.name.endsWith("-dimension")) suit(event.target.closest(".inline-related"));
});
document.addEventListener("formset:added", (event) => suit(event.target));
components.querySelectorAll(".inline-related:not(.empty-form)").forEach(suit);
