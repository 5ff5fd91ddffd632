// A finished session played back: a moment that moves, and the header's figures at that moment.
//
// Without a moment the whole session is shown: at first, at the end, and whenever it is left.

import { line, across } from "./hover.js";
import { cellsAt } from "./moment.js";

const STEP = 0.01; // an arrow key moves by a hundredth of the session

export class Playback {
  constructor(graph) {
    this.graph = graph;
    this.bar = graph.part("playback");
    this.scrubber = graph.part("scrubber");
    this.button = graph.part("play");
    this.moment = null;
    this.button.addEventListener("click", () => this.toggle());
    this.scrubber.addEventListener("input", () => this.go(this.#at(Number(this.scrubber.value))));
    graph.part("playback-whole").addEventListener("click", () => {
      this.leave();
      this.button.focus(); // this button is gone
    });
    this.renew();
  }

  get isOn() {
    return this.moment !== null;
  }

  get isPlaying() {
    return Boolean(this.frame);
  }

  // The session may have become history while it was open, or have changed since.
  renew() {
    const { graph } = this;
    this.from = graph.payload.started_ms;
    this.to = Math.max(graph.payload.ended_ms ?? 0, graph.points.lastAt);
    this.rest = this.from; // where the scrubber stands while no moment is shown
    this.bar.hidden = graph.isLive || graph.points.taken < 2;
    this.#show();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play() {
    if (this.bar.hidden) return;
    if (!this.isOn) this.go(this.from);
    let before = performance.now();
    const step = (now) => {
      const speed = Number(this.graph.part("speed").value);
      this.go(this.moment + (now - before) * speed);
      before = now;
      if (this.isPlaying) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
    this.#sayWhether();
  }

  pause() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.#sayWhether();
  }

  // Show a moment; the end is the whole session.
  go(ms) {
    if (ms >= this.to) return this.leave(this.to);
    this.moment = Math.max(ms, this.from);
    this.#show();
  }

  // Show the whole session again.
  leave(rest = this.from) {
    this.pause();
    this.moment = null;
    this.rest = rest;
    this.graph.part("graph-cursor").hidden = true;
    this.#show();
  }

  // Put the line and the veil over what is still to come where the moment stands now.
  place() {
    const { graph, moment } = this;
    const veil = graph.part("graph-later");
    veil.hidden = !this.isOn;
    if (!this.isOn) return;
    line(graph, graph.part("graph-cursor"), moment);
    const [from, to] = graph.range;
    const at = across(graph, Math.min(Math.max(moment, from), to)); // what is looked at may all be to come
    if (!at) return;
    Object.assign(veil.style, {
      left: `${at.x}px`,
      width: `${at.right - at.x}px`,
      top: `${at.top}px`,
      height: `${at.height}px`,
    });
  }

  // Space plays and pauses, arrows step, Home and End go to the ends.
  key(event) {
    if (this.bar.hidden || event.altKey || event.ctrlKey || event.metaKey) return;
    const now = this.moment ?? this.rest;
    const step = (this.to - this.from) * STEP;
    const moves = {
      " ": () => this.toggle(),
      ArrowRight: () => this.go(now + step),
      ArrowLeft: () => this.go(now - step),
      Home: () => this.go(this.from),
      End: () => this.go(this.to),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }

  #at(value) {
    return this.from + (value / 1000) * (this.to - this.from);
  }

  #show() {
    const { graph, moment } = this;
    const shown = this.isOn
      ? { clock: graph.siteTime.clock(moment), cells: cellsAt(graph.points, graph.payload, moment) }
      : null;
    this.#say(shown?.cells);
    this.place();
    graph.element.dispatchEvent(new CustomEvent("session-moment", { bubbles: true, detail: shown }));
  }

  #say(cells) {
    const now = this.moment ?? this.rest;
    const words = [this.graph.siteTime.full(now), ...(cells ? [cells.power, cells.consumption, cells.price] : [])];
    this.graph.part("playback-moment").textContent = words.join("  ");
    this.scrubber.value = ((now - this.from) / (this.to - this.from)) * 1000;
    this.scrubber.setAttribute("aria-valuetext", words.join(", "));
    this.bar.toggleAttribute("data-on", this.isOn);
  }

  #sayWhether() {
    this.button.setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    this.button.querySelector("use").setAttribute("href", this.isPlaying ? "#i-pause" : "#i-play");
  }
}
