// The form of a price component shows the fields of its dimension only: the grace for inactivity, blocks in their unit.

const BLOCK_UNITS = {
  ENERGY: "In Wh. 1 is exact.",
  TIME: "In seconds. 1 is exact.",
  PARKING_TIME: "In seconds. 1 is exact.",
};

// Show or hide a field, and give a hidden one its neutral value. A field with an error stays visible.
function showField(component, field, isShown, neutral) {
  const box = component.querySelector(`.fieldBox.field-${field}`).parentElement;
  box.hidden = !isShown && !box.querySelector(".errorlist");
  if (box.hidden) box.querySelector("input").value = neutral;
  return box;
}

function showFields(component) {
  const dimension = component.querySelector("select[name$='-dimension']").value;
  showField(component, "grace_minutes", dimension === "PARKING_TIME", 0);
  const blocks = showField(component, "step_size", dimension !== "FLAT", 1);
  if (dimension in BLOCK_UNITS) blocks.querySelector(".help").textContent = BLOCK_UNITS[dimension];
}

const components = document.querySelector("#components-group");
components.addEventListener("change", (event) => {
  if (event.target.name.endsWith("-dimension")) showFields(event.target.closest(".inline-related"));
});
document.addEventListener("formset:added", (event) => showFields(event.target));
components.querySelectorAll(".inline-related:not(.empty-form)").forEach(showFields);
