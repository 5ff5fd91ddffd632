// The values of all drawn series at one moment, next to a line at the pointer or the finger.
//
// The page finds the moment itself: Plotly's own hover would take the nearest point, even across a gap. When the
// pointer leaves the graph, its element gets the event "hover-left".

import { duration, figure, money } from "./words.js";

export class Hover {
  #element;
  #data;
  #area;
  #series;
  #moment = null; // in ms, while the pointer is over the plot
  #leaveFromOutside;

  constructor(element, data, area, series) {
    this.#element = element;
    this.#data = data;
    this.#area = area;
    this.#series = series;
    const ground = this.#part("graph-plot").parentElement;
    for (const name of ["pointerdown", "pointermove"]) ground.addEventListener(name, (event) => this.#follow(event));
    // A lifted finger leaves its values in place; the next touch elsewhere removes them.
    ground.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && this.#leave());
    this.#leaveFromOutside = ({ target }) => ground.contains(target) || this.#leave();
    document.addEventListener("pointerdown", this.#leaveFromOutside);
  }

  // After a drawing: show the same moment with what is known of it now.
  update() {
    if (this.#moment !== null) this.#show(this.#moment);
  }

  stop() {
    document.removeEventListener("pointerdown", this.#leaveFromOutside);
  }

  #part(name) {
    return this.#element.querySelector(`[data-${name}]`);
  }

  #follow(event) {
    const ms = this.#area.momentUnder(event);
    if (ms === null) this.#leave();
    else this.#show(ms);
  }

  #leave() {
    if (this.#moment === null) return;
    this.#moment = null;
    this.#part("graph-moment").hidden = true;
    this.#part("graph-cursor").hidden = true;
    this.#element.dispatchEvent(new CustomEvent("hover-left"));
  }

  #show(ms) {
    this.#moment = ms;
    const { points } = this.#data;
    const { index, from, to } = points.nearest(ms);
    const isGap = index === undefined;
    const at = isGap ? ms : points.columns.at_ms[index];
    const box = this.#part("graph-moment");
    box.replaceChildren(...(isGap ? this.#gap(from, to) : this.#values(index, at)));
    this.#area.placeLine(this.#part("graph-cursor"), at);
    this.#area.placeBox(box, at);
  }

  #gap(from, to) {
    const { siteTime } = this.#data;
    return [
      textElement("p", "moment-time", "No reading"),
      textElement("p", "moment-since", `from ${siteTime.full(from)} to ${siteTime.clock(to)}`),
    ];
  }

  #values(index, ms) {
    const { siteTime, startedAt, points, zeroAmount } = this.#data;
    const list = document.createElement("dl");
    for (const { series, unit, digits, label } of this.#series.drawn) {
      const name = textElement("dt", `series-${series}`, label);
      name.prepend(document.createElement("i"));
      const value = points.columns[series][index];
      const text = series === "price" ? money(value, zeroAmount) : figure(value, unit, Number(digits));
      list.append(name, textElement("dd", "", text));
    }
    return [
      textElement("p", "moment-time", siteTime.full(ms)),
      textElement("p", "moment-since", `${duration((ms - startedAt) / 1000)} after the start`),
      list,
    ];
  }
}

function textElement(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
