// What all shown series say at one moment: beside a line at the pointer or the finger, in site time.
//
// The page finds the moment itself: Plotly's own hover would take the nearest point, across any gap.

import { duration, figure, money } from "./words.js";

export class Hover {
  constructor(graph) {
    this.graph = graph;
    this.moment = null;
    this.ground = graph.frame.parentElement;
    for (const name of ["pointerdown", "pointermove"])
      this.ground.addEventListener(name, (event) => this.#follow(event));
    // A finger that is lifted leaves what it showed; the next touch elsewhere takes it away.
    this.ground.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && this.leave());
    this.elsewhere = ({ target }) => this.ground.contains(target) || this.leave();
    document.addEventListener("pointerdown", this.elsewhere);
  }

  #follow({ clientX, clientY }) {
    const box = this.graph.frame.getBoundingClientRect();
    const ms = momentAt(this.graph, clientX - box.left, clientY - box.top);
    if (ms === null) this.leave();
    else this.at(ms);
  }

  at(ms) {
    this.moment = ms;
    const { graph } = this;
    const { place, from, to } = graph.points.near(ms);
    const box = graph.part("graph-moment");
    const shown = place === undefined ? ms : graph.points.shown.at_ms[place];
    box.replaceChildren(
      ...(place === undefined ? this.#silence(from, to) : this.#lines(graph.points.shown, place, shown)),
    );
    line(graph, graph.part("graph-cursor"), shown);
    beside(graph, box, shown);
  }

  // After drawing anew: the moment stays, with what is known of it now.
  again() {
    if (this.moment !== null) this.at(this.moment);
  }

  leave() {
    if (this.moment === null) return;
    this.moment = null;
    this.graph.part("graph-moment").hidden = true;
    if (!this.graph.playback.isOn) this.graph.part("graph-cursor").hidden = true;
  }

  stop() {
    document.removeEventListener("pointerdown", this.elsewhere);
  }

  #silence(from, to) {
    const { siteTime } = this.graph;
    return [
      said("p", "moment-time", "No reading"),
      said("p", "moment-since", `from ${siteTime.full(from)} to ${siteTime.clock(to)}`),
    ];
  }

  #lines(columns, place, ms) {
    const { siteTime, payload, toggles } = this.graph;
    const head = said("p", "moment-time", siteTime.full(ms));
    const since = said("p", "moment-since", `${duration((ms - payload.started_ms) / 1000)} after the start`);
    const list = document.createElement("dl");
    for (const toggle of toggles.filter((each) => each.checked && !each.closest("label").hidden)) {
      const { series, unit, digits } = toggle.dataset;
      const value = columns[series][place];
      const name = said("dt", `series-${series}`, toggle.closest("label").textContent.trim());
      name.prepend(document.createElement("i"));
      const text = series === "price" ? money(value, payload.money) : figure(value, unit, Number(digits));
      list.append(name, said("dd", "", text));
    }
    return [head, since, list];
  }
}

function said(kind, name, text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

// Where a moment stands, in px from the left of the frame; null outside of what is drawn.
export function across(graph, ms) {
  const size = graph.frame._fullLayout?._size;
  if (!size) return null;
  const [from, to] = graph.range;
  const part = (ms - from) / (to - from);
  return part < 0 || part > 1
    ? null
    : { x: size.l + part * size.w, top: size.t, height: size.h, right: size.l + size.w };
}

// The moment under a place in the frame, in ms; null beside the plot.
function momentAt(graph, x, y) {
  const size = graph.frame._fullLayout?._size;
  if (!size || y < size.t || y > size.t + size.h) return null;
  const part = (x - size.l) / size.w;
  const [from, to] = graph.range;
  return part < 0 || part > 1 ? null : from + part * (to - from);
}

export function line(graph, element, ms) {
  const at = across(graph, ms);
  element.hidden = at === null;
  if (!at) return;
  element.style.translate = `${at.x}px 0`;
  element.style.top = `${at.top}px`;
  element.style.height = `${at.height}px`;
}

function beside(graph, box, ms) {
  const at = across(graph, ms);
  box.hidden = at === null;
  if (!at) return;
  const room = graph.frame.clientWidth - at.x;
  const left = room > box.offsetWidth + 16 ? at.x + 12 : at.x - box.offsetWidth - 12;
  box.style.translate = `${Math.max(0, left)}px 0`;
  box.style.top = `${at.top + 8}px`;
}
