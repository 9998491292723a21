import type { Measurement } from "#core/measurement.ts";

const MINUS = "−";

/** A number with a true minus sign and a fixed number of decimals. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

/** As `fixed`, with a plus sign on gains: for changes. */
export const signed = (value: number, decimals: number): string =>
  Number(value.toFixed(decimals)) > 0 ? `+${fixed(value, decimals)}` : fixed(value, decimals);

/** A share in percent without its sign: 0.0312 → "3.1". */
export const percent = (share: number): string =>
  fixed(share * 100, Math.abs(share) >= 0.9995 || share === 0 ? 0 : 1);

/** A probability in two digits: ".93". What is nearly certain is not rounded to certainty: ">.99". */
export function probability(p: number): string {
  if (p > 0.99 && p < 1) return ">.99";
  if (p < 0.01 && p > 0) return "<.01";
  return p === 1 ? "1" : p === 0 ? "0" : p.toFixed(2).slice(1);
}

export const count = (n: number): string => n.toLocaleString("en-US").replaceAll(",", " ");

/** 3 significant digits at most, whole numbers whole: 12 400, 3.21, 0.042. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return value < 0 ? `${MINUS}${count(-value)}` : count(value);
  const size = Math.abs(value);
  if (size >= 100) return fixed(value, 0);
  if (size >= 10) return fixed(value, 1);
  if (size >= 1) return fixed(value, 2);
  return fixed(value, 3);
}

/** Minutes for a person: "under a minute", "14 min", "2 h 05". */
export function minutes(value: number): string {
  if (value < 1) return "under a minute";
  if (value < 90) return `${Math.round(value)} min`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, "0")}`;
}

/** A stopwatch: 0:07, 12:40. */
export function stopwatch(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** How long ago, in one word or two; the date itself beyond a week. */
export function ago(atMs: number, nowMs: number): string {
  const s = Math.max(0, (nowMs - atMs) / 1000);
  if (s < 60) return "just now";
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  if (s < 7 * 86_400) return `${Math.floor(s / 86_400)} d ago`;
  return new Date(atMs).toISOString().slice(0, 10);
}

/** A share on an axis, in percent, whole where it can be: 0.05 → "5", 0.025 → "2.5". */
export const percentTick = (share: number): string =>
  fixed(share * 100, Number.isInteger(Number((share * 100).toPrecision(9))) ? 0 : 1);

/** A number on an axis, without zeros that say nothing: 0.15, 200, −0.5. */
export const tick = (value: number): string => {
  const text = String(Number(Math.abs(value).toPrecision(6)));
  return value < 0 ? `${MINUS}${text}` : text;
};

export type Unit = "percent" | "points" | "number";

/** A value in its unit: `percent` shows shares as percent, `points` their differences, signed. */
export function inUnit(value: number, unit: Unit): string {
  if (unit === "percent") return percent(value);
  if (unit === "points") return signed(value * 100, 1);
  return short(value);
}

/** "[2.4, 3.9]", or a word where no interval could be had. */
export function intervalText(measurement: Measurement, unit: Unit): string {
  const { interval } = measurement;
  return interval === null
    ? "no interval"
    : `[${inUnit(interval.low, unit)}, ${inUnit(interval.high, unit)}]`;
}

/** The whole measurement as a sentence for screen readers and titles. */
export function measurementText(measurement: Measurement, unit: Unit): string {
  const { interval, n, note } = measurement;
  const sign = unit === "number" ? "" : " %";
  const how =
    interval === null
      ? "no interval"
      : `${Math.round(interval.level * 100)} % interval ${inUnit(interval.low, unit)} to ${inUnit(interval.high, unit)} (${interval.method})`;
  return `${measurement.metric} ${inUnit(measurement.value, unit)}${sign}, ${how}, n ${count(n)}${note === undefined ? "" : `. ${note}`}`;
}
