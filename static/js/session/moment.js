// What is known of a session at any moment, from its points: nothing is told that nobody measured.

import { duration, figure, money } from "./words.js";

// What a header's figures are at a moment, by the names of its cells.
export function cellsAt(points, { started_ms: started, money: nothing }, ms) {
  const columns = points.shown;
  const place = points.placeAt(ms);
  const at = (field) => columns[field][place] ?? null;
  const isInGap = columns.number[place + 1] === null && ms > columns.at_ms[place];
  return {
    power: figure(isInGap ? null : at("power_kw"), "kW", 2),
    consumption: figure(at("energy_kwh"), "kWh", 2),
    duration: duration((ms - started) / 1000),
    inactivity: duration(idleAt(columns, place, ms)),
    battery: figure(last(columns.battery, place), "%", 0),
    price: money(at("price"), nothing),
  };
}

// What was told last, by then; asked for each picture of a playback.
const last = (values, place) => values.findLast((value, i) => i <= place && value !== null) ?? null;

// Seconds of inactivity: a point says what had counted by then, the next one that has more from when on
// it went on, as the graph is shaded.
function idleAt({ at_ms: at, idle_s: idle }, place, ms) {
  const before = idle[place] ?? 0;
  const next = idle.findIndex((value, i) => i > place && value !== null && value > before);
  if (next < 0) return before;
  const since = at[next] - (idle[next] - before) * 1000;
  return before + Math.max(0, ms - since) / 1000;
}
