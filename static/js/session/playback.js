// A finished session played back: a moving moment, and the header's figures at that moment.
//
// Without a moment the whole session is shown: at first, at the end, and after leaving the playback. The graph's
// element tells each change by the event "session-moment": {clock, cells}, or null for the whole session.

import { cellsAt } from "./moment.js";

const STEP = 0.01; // an arrow key moves by a hundredth of the session

export class Playback {
  #element;
  #data;
  #area;
  #bar;
  #scrubber;
  #button;
  #moment = null; // in ms, while one is shown
  #rest; // where the scrubber is while no moment is shown
  #frame = null; // the next animation frame, while playing

  constructor(element, data, area) {
    this.#element = element;
    this.#data = data;
    this.#area = area;
    this.#bar = this.#part("playback");
    this.#scrubber = this.#part("scrubber");
    this.#button = this.#part("play");
    this.#button.addEventListener("click", () => this.#toggle());
    this.#scrubber.addEventListener("input", () => this.#showMoment(this.#scrubbedTo));
    this.#part("playback-whole").addEventListener("click", () => {
      this.leave();
      this.#button.focus(); // the clicked button is hidden now
    });
    this.update();
  }

  // The session may have ended while it was open, or changed after its end.
  update() {
    this.#rest = this.#from;
    this.#bar.hidden = this.#data.isLive || this.#data.points.readings < 2;
    this.#show();
  }

  pause() {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#showButton();
  }

  // Show the whole session again, with the scrubber at `rest`.
  leave(rest = this.#from) {
    this.pause();
    this.#moment = null;
    this.#rest = rest;
    this.#part("graph-cursor").hidden = true;
    this.#show();
  }

  // Put the cursor at the moment, and a veil over all that is still to come.
  place() {
    const veil = this.#part("graph-later");
    veil.hidden = !this.#isOn;
    if (!this.#isOn) return;
    this.#area.placeLine(this.#part("graph-cursor"), this.#moment);
    const at = this.#area.atNearest(this.#moment);
    if (!at) return;
    Object.assign(veil.style, {
      left: `${at.x}px`,
      width: `${at.right - at.x}px`,
      top: `${at.top}px`,
      height: `${at.height}px`,
    });
  }

  // Space plays and pauses, the arrows step, Home and End go to the ends.
  handleKey(event) {
    if (this.#bar.hidden || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = (this.#to - this.#from) * STEP;
    const moves = {
      " ": () => this.#toggle(),
      ArrowRight: () => this.#showMoment(this.#position + step),
      ArrowLeft: () => this.#showMoment(this.#position - step),
      Home: () => this.#showMoment(this.#from),
      End: () => this.#showMoment(this.#to),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }

  get #from() {
    return this.#data.startedAt;
  }

  get #to() {
    return this.#data.lastAt;
  }

  get #isOn() {
    return this.#moment !== null;
  }

  get #isPlaying() {
    return this.#frame !== null;
  }

  get #position() {
    return this.#moment ?? this.#rest;
  }

  get #scrubbedTo() {
    return this.#from + (Number(this.#scrubber.value) / 1000) * (this.#to - this.#from);
  }

  #part(name) {
    return this.#element.querySelector(`[data-${name}]`);
  }

  #toggle() {
    if (this.#isPlaying) this.pause();
    else this.#play();
  }

  #play() {
    if (this.#bar.hidden) return;
    if (!this.#isOn) this.#showMoment(this.#from);
    let before = performance.now();
    const step = (now) => {
      const speed = Number(this.#part("speed").value);
      this.#showMoment(this.#moment + (now - before) * speed);
      before = now;
      if (this.#isPlaying) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
    this.#showButton();
  }

  // Show a moment; at the end, the whole session.
  #showMoment(ms) {
    if (ms >= this.#to) {
      this.leave(this.#to);
      return;
    }
    this.#moment = Math.max(ms, this.#from);
    this.#show();
  }

  #show() {
    const { siteTime } = this.#data;
    const moment = this.#isOn
      ? { clock: siteTime.clock(this.#moment), cells: cellsAt(this.#data, this.#moment) }
      : null;
    this.#showPosition(moment?.cells);
    this.place();
    this.#element.dispatchEvent(new CustomEvent("session-moment", { bubbles: true, detail: moment }));
  }

  #showPosition(cells) {
    const time = this.#data.siteTime.full(this.#position);
    const texts = cells ? [time, cells.power, cells.consumption, cells.price] : [time];
    this.#part("playback-moment").textContent = texts.join("  ");
    this.#scrubber.value = ((this.#position - this.#from) / (this.#to - this.#from)) * 1000;
    this.#scrubber.setAttribute("aria-valuetext", texts.join(", "));
    this.#bar.toggleAttribute("data-on", this.#isOn);
  }

  #showButton() {
    this.#button.setAttribute("aria-label", this.#isPlaying ? "Pause" : "Play");
    this.#button.querySelector("use").setAttribute("href", this.#isPlaying ? "#i-pause" : "#i-play");
  }
}
