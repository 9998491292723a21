/** Requests won for each one lost: what a change does, from those it was done to and those left alone. */
import { assert } from "#core/assert.ts";
import type { Measurement } from "#core/measurement.ts";
import { LEVEL_DEFAULT, twoSidedZ } from "./proportion.ts";

/** How the two arms of one stratum ended, as counts. */
export interface Arms {
  readonly treated: { readonly success: number; readonly defect: number };
  readonly holdOut: { readonly success: number; readonly defect: number };
}

const METRIC = "win-loss";

interface Sums {
  /** Pairs won and pairs lost, each over its stratum's size. */
  readonly won: number;
  readonly lost: number;
  /** Variance of the logarithm of won / lost. */
  readonly variance: number;
}

/** Mantel and Haenszel's sums, with the variance of Robins, Breslow and Greenland (1986, eq. 3). */
function sums(strata: readonly Arms[]): Sums {
  let won = 0;
  let lost = 0;
  let wonSame = 0;
  let mixed = 0;
  let lostOther = 0;
  for (const { treated, holdOut } of strata) {
    const { success: a, defect: b } = treated;
    const { success: c, defect: d } = holdOut;
    const n = a + b + c + d;
    if (n === 0) continue;
    const [r, s, p, q] = [(a * d) / n, (b * c) / n, (a + d) / n, (b + c) / n];
    won += r;
    lost += s;
    wonSame += p * r;
    mixed += p * s + q * r;
    lostOther += q * s;
  }
  const variance =
    wonSame / (2 * won * won) + mixed / (2 * won * lost) + lostOther / (2 * lost * lost);
  return { won, lost, variance };
}

/** All strata as one, half a request added to each cell: where no pair was lost, or none won, nothing else is finite. */
function pooled(strata: readonly Arms[]): Arms {
  const total = (arm: "treated" | "holdOut", end: "success" | "defect") =>
    strata.reduce((sum, stratum) => sum + stratum[arm][end], 0.5);
  return {
    treated: { success: total("treated", "success"), defect: total("treated", "defect") },
    holdOut: { success: total("holdOut", "success"), defect: total("holdOut", "defect") },
  };
}

/**
 * Draw one treated and one held-out request of the same stratum: how often the treated one alone ended well, over how
 * often the held-out one alone did. This is the stratified odds ratio of Mantel and Haenszel (1959), with a log-normal
 * interval. Null before both arms of some stratum were seen.
 *
 * @param strata one for each change that was tried (a rewrite), so that frequent ones are not held against rare ones.
 */
export function winLoss(strata: readonly Arms[], level = LEVEL_DEFAULT): Measurement | null {
  const z = twoSidedZ(level);
  const compared = strata.filter(
    ({ treated, holdOut }) =>
      treated.success + treated.defect > 0 && holdOut.success + holdOut.defect > 0,
  );
  if (compared.length === 0) return null;
  const counts = compared.flatMap(({ treated, holdOut }) => [
    treated.success,
    treated.defect,
    holdOut.success,
    holdOut.defect,
  ]);
  assert(
    counts.every((count) => Number.isSafeInteger(count) && count >= 0),
    "whole counts from 0",
  );
  const exact = sums(compared);
  const finite = exact.won > 0 && exact.lost > 0;
  const { won, lost, variance } = finite ? exact : sums([pooled(compared)]);
  const ratio = won / lost;
  const spread = Math.exp(z * Math.sqrt(variance));
  return {
    metric: METRIC,
    value: ratio,
    interval: {
      low: ratio / spread,
      high: ratio * spread,
      level,
      method: finite ? "mantel-haenszel-log" : "log-odds-plus-half",
    },
    n: counts.reduce((sum, count) => sum + count, 0),
    ...(finite
      ? {}
      : { note: "no pair was lost, or none won: half a request is added to each count" }),
  };
}
