// How figures of a moment are said; domain/wording.py says them the same way.

const UNKNOWN = "–";

const grouped = (value, digits) =>
  value.toLocaleString("en-AU", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (hours) return `${grouped(hours, 0)} h ${two(minutes)} m`;
  return minutes ? `${minutes} m ${two(whole % 60)} s` : `${whole} s`;
}

export function figure(value, unit, digits) {
  return value === null || value === undefined ? UNKNOWN : `${grouped(value, digits)} ${unit}`;
}

// The server has said nothing in this currency ("$0.00"): the amount goes where the nothing stands.
export function money(amount, nothing) {
  if (amount === null || amount === undefined || !nothing) return UNKNOWN;
  const digits = (nothing.match(/0\.(0+)/)?.[1] ?? "").length;
  const said = nothing.replace(/0(\.0+)?/, grouped(Math.abs(amount), digits));
  return amount < 0 ? `-${said}` : said;
}
