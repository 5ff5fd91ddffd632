// The header's figures at any moment of a session, from its points. Values are never interpolated.

import { duration, figure, money } from "./words.js";

// Return the texts at a moment, by the names of the header's cells.
export function cellsAt({ points, startedAt, zeroAmount }, ms) {
  const { columns } = points;
  const index = points.indexAt(ms);
  const value = (field) => columns[field][index] ?? null;
  const isInGap = columns.number[index + 1] === null && ms > columns.at_ms[index];
  return {
    power: figure(isInGap ? null : value("power_kw"), "kW", 2),
    consumption: figure(value("energy_kwh"), "kWh", 2),
    duration: duration((ms - startedAt) / 1000),
    inactivity: duration(secondsAt(columns, "idle_s", index, ms)),
    held_back: duration(secondsAt(columns, "held_back_s", index, ms)),
    battery: figure(latest(columns.battery, index), "%", 0),
    price: money(value("price"), zeroAmount),
  };
}

// Not every reading carries a state of charge: the latest one holds.
const latest = (values, index) => values.findLast((value, i) => i <= index && value !== null) ?? null;

// A point holds the seconds idle and held back up to it. Where the next point has more, they began to grow between the
// two; the graph is shaded in the same way.
function secondsAt(columns, field, index, ms) {
  const { at_ms: at, [field]: seconds } = columns;
  const before = seconds[index] ?? 0;
  const next = seconds.findIndex((value, i) => i > index && value !== null && value > before);
  if (next < 0) return before;
  const growsSince = at[next] - (seconds[next] - before) * 1000;
  return before + Math.max(0, ms - growsSince) / 1000;
}
