// Site time, whatever zone the browser stands in: the server says from when on which offset holds.

const MINUTE = 60_000,
  HOUR = 3_600_000,
  DAY = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const STEPS = [
  1000,
  2000,
  5000,
  10_000,
  15_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
];

const two = (number) => String(number).padStart(2, "0");

export class SiteTime {
  // changes: [[from ms, offset ms, name], …], the first one from the beginning
  constructor(changes) {
    this.changes = changes;
  }

  holding(ms) {
    let found = this.changes[0];
    for (const change of this.changes) if (change[0] <= ms) found = change;
    return found;
  }

  // The clock on the site's wall, as a Date whose UTC fields are to be read.
  wall(ms) {
    return new Date(ms + this.holding(ms)[1]);
  }

  clock(ms, withSeconds = true) {
    const wall = this.wall(ms);
    const clock = `${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}`;
    return withSeconds ? `${clock}:${two(wall.getUTCSeconds())}` : clock;
  }

  day(ms) {
    const wall = this.wall(ms);
    return `${wall.getUTCDate()} ${MONTHS[wall.getUTCMonth()]}`;
  }

  // 3 Mar 09:14:05 AEDT
  full(ms) {
    return `${this.day(ms)} ${this.clock(ms)} ${this.holding(ms)[2]}`;
  }

  // The moments of round site times in a range, and their words; the day stands where it changes.
  ticks(from, to, most) {
    const step = STEPS.find((each) => (to - from) / each <= most) ?? 56 * DAY;
    const moments = [],
      words = [];
    let day = "";
    for (let wall = Math.ceil(this.wall(from).getTime() / step) * step; ; wall += step) {
      let ms = wall - this.holding(from)[1];
      ms = wall - this.holding(ms)[1];
      if (ms > to) break;
      if (moments.length && ms <= moments.at(-1)) continue; // an hour that the clocks leave out
      const today = this.day(ms);
      const clock = this.clock(ms, step < MINUTE);
      words.push(step >= DAY ? today : today === day ? clock : `${clock}<br>${today}`);
      moments.push(ms);
      day = today;
    }
    return { moments, words };
  }
}
