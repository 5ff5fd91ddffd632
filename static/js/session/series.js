// The series of a graph: which ones it offers, and which ones the manager has checked.

const ALWAYS_OFFERED = new Set(["power_kw", "energy_kwh"]);

export class SeriesChoice {
  #boxes;

  constructor(element, onChange) {
    this.#boxes = [...element.querySelectorAll("[data-series]")];
    for (const box of this.#boxes) box.addEventListener("change", onChange);
  }

  // Offer only the series that the station reports.
  offer(points) {
    for (const box of this.#boxes) {
      const { series } = box.dataset;
      box.closest("label").hidden = !ALWAYS_OFFERED.has(series) && !points.has(series);
    }
  }

  // The names of the checked series.
  get checked() {
    return new Set(this.#boxes.filter((box) => box.checked).map((box) => box.dataset.series));
  }

  // The series that are drawn, in order: {series, unit, digits, label}.
  get drawn() {
    return this.#boxes
      .map((box) => ({ box, label: box.closest("label") }))
      .filter(({ box, label }) => box.checked && !label.hidden)
      .map(({ box, label }) => ({ ...box.dataset, label: label.textContent.trim() }));
  }
}
