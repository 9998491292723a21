import type { Point } from "#core/views.ts";

export interface Budget {
  /** Cases reviewed, riskiest first. */
  readonly reviewed: number;
  /** Expected errors left among those open, with its interval where the server gave one. */
  readonly errorsLeft: number;
  readonly low: number | null;
  readonly high: number | null;
}

const between = (a: number | null, b: number | null, share: number): number | null =>
  a === null || b === null ? null : a + (b - a) * share;

/** The budget curve read at `reviewed`, straight between its points. Undefined without a curve. */
export function budgetAt(curve: readonly Point[], reviewed: number): Budget | undefined {
  const first = curve[0];
  if (first === undefined) return undefined;
  const after = curve.findIndex(({ x }) => x >= reviewed);
  const b = (after < 0 ? curve.at(-1) : curve[after]) ?? first;
  const a = curve[Math.max(0, (after < 0 ? curve.length : after) - 1)] ?? first;
  const share = b.x === a.x ? 1 : Math.min(1, Math.max(0, (reviewed - a.x) / (b.x - a.x)));
  return {
    reviewed,
    errorsLeft: a.y + (b.y - a.y) * share,
    low: between(a.low, b.low, share),
    high: between(a.high, b.high, share),
  };
}
