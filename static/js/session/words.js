// How figures are written in the browser, as in domain/wording.py.

const UNKNOWN = "–";

const grouped = (value, digits) =>
  value.toLocaleString("en-AU", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const twoDigits = (number) => String(number).padStart(2, "0");

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours) return `${grouped(hours, 0)} h ${twoDigits(minutes)} m`;
  return minutes ? `${minutes} m ${twoDigits(whole % 60)} s` : `${whole} s`;
}

export function figure(value, unit, digits) {
  return value === null || value === undefined ? UNKNOWN : `${grouped(value, digits)} ${unit}`;
}

// zero: nothing in the amount's currency, as the server writes it ("$0.00"); the amount takes its place
export function money(amount, zero) {
  if (amount === null || amount === undefined || !zero) return UNKNOWN;
  const digits = (zero.match(/0\.(0+)/)?.[1] ?? "").length;
  const text = zero.replace(/0(\.0+)?/, grouped(Math.abs(amount), digits));
  return amount < 0 ? `-${text}` : text;
}
