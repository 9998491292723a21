/** What a chart shows, in one sentence computed from its data: its title. */
import type { Point } from "#core/views.ts";
import { fixed, percent, plural } from "#web/app/format.ts";

const SHARE_REVIEWED = 0.2;

/** The value of a curve at `x`, straight between its points. */
function valueAt(curve: readonly Point[], x: number): number {
  const sorted = curve.toSorted((a, b) => a.x - b.x);
  const after = sorted.find((point) => point.x >= x) ?? sorted.at(-1);
  const before = sorted.findLast((point) => point.x <= x) ?? after;
  if (after === undefined || before === undefined) return Number.NaN;
  const share = after.x === before.x ? 0 : (x - before.x) / (after.x - before.x);
  return before.y + (after.y - before.y) * share;
}

/** Share of all errors found by reviewing the riskiest `reviewed` share. `curve`: error among the kept, by coverage. */
export function errorsRemoved(curve: readonly Point[], reviewed: number): number | null {
  const all = valueAt(curve, 1);
  if (!(all > 0)) return null;
  const kept = 1 - reviewed;
  return Math.min(1, Math.max(0, 1 - (kept * valueAt(curve, kept)) / all));
}

export function riskCoverageFinding(curve: readonly Point[]): string {
  if (curve.length === 0) return "Risk and coverage are not measured yet";
  const removed = errorsRemoved(curve, SHARE_REVIEWED);
  if (removed === null) return "No error was seen at any coverage";
  const share = `the riskiest ${SHARE_REVIEWED * 100} %`;
  const tenths = Math.round(removed * 10);
  const many = tenths === 10 ? "nearly every error" : `${tenths} of 10 errors`;
  return `Reviewing ${share} removes ${many}`;
}

/** Expected calibration error over the bins given: mean distance of risk and error, weighted by n. */
export function calibrationError(bins: readonly Point[]): number | null {
  const n = bins.reduce((sum, bin) => sum + (bin.n ?? 0), 0);
  if (n === 0) return null;
  return bins.reduce((sum, bin) => sum + ((bin.n ?? 0) / n) * Math.abs(bin.x - bin.y), 0);
}

export function reliabilityFinding(bins: readonly Point[]): string {
  const ece = calibrationError(bins);
  return ece === null
    ? "How well risk matches error is not measured yet"
    : `Stated risk is off by ${fixed(ece * 100, 1)} points on average`;
}

/** Says "fell" or "rose" only where the intervals of first and last lesson do not touch. */
export function errorCurveFinding(curve: readonly Point[]): string {
  const first = curve[0];
  const last = curve.at(-1);
  if (first === undefined || last === undefined) return "The error is not measured yet";
  if (curve.length === 1) return `The error stands at ${percent(first.y)} % before any correction`;
  const to = `from ${percent(first.y)} to ${percent(last.y)} % over ${plural(last.x, "correction")}`;
  const apart = (low: number | null, high: number | null) =>
    low !== null && high !== null && low > high;
  if (apart(first.low, last.high)) return `The error fell ${to}`;
  if (apart(last.low, first.high)) return `The error rose ${to}`;
  return `No clear change of the error yet: ${to}`;
}
