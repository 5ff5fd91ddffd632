// Site time, whatever the browser's time zone: the server says from when on which offset applies.

import { twoDigits } from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TICK_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
];

export class SiteTime {
  #changes;

  // changes: [[from ms, offset ms, name], …], the first one from the beginning
  constructor(changes) {
    this.#changes = changes;
  }

  clock(ms, withSeconds = true) {
    const local = this.#local(ms);
    const clock = `${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())}`;
    return withSeconds ? `${clock}:${twoDigits(local.getUTCSeconds())}` : clock;
  }

  // 3 Mar 09:14:05 AEDT
  full(ms) {
    return `${this.#day(ms)} ${this.clock(ms)} ${this.#changeAt(ms)[2]}`;
  }

  // Return the moments of round site times in a range, and their labels; a label has the day where it changes.
  ticks(from, to, most) {
    const step = TICK_STEPS.find((each) => (to - from) / each <= most) ?? 56 * DAY;
    const moments = [];
    const labels = [];
    let labelledDay = "";
    for (let local = Math.ceil(this.#local(from).getTime() / step) * step; ; local += step) {
      const ms = this.#moment(local, from);
      if (ms > to) break;
      if (moments.length && ms <= moments.at(-1)) continue; // an hour that the clocks leave out
      const day = this.#day(ms);
      const clock = this.clock(ms, step < MINUTE);
      if (step >= DAY) labels.push(day);
      else labels.push(day === labelledDay ? clock : `${clock}<br>${day}`);
      moments.push(ms);
      labelledDay = day;
    }
    return { moments, labels };
  }

  #changeAt(ms) {
    return this.#changes.findLast(([from]) => from <= ms) ?? this.#changes[0];
  }

  // The local time as a Date whose UTC fields are to be read.
  #local(ms) {
    return new Date(ms + this.#changeAt(ms)[1]);
  }

  // Return the moment of a local time, found from the offset at a moment near it.
  #moment(local, near) {
    const guess = local - this.#changeAt(near)[1];
    return local - this.#changeAt(guess)[1];
  }

  #day(ms) {
    const local = this.#local(ms);
    return `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  }
}
