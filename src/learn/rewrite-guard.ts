/** Whether a rewrite that is live does better than leaving the request alone, from a share that is left alone. */
import { assert } from "#core/assert.ts";
import { logGamma, normalCdf } from "#num/special.ts";

/** How turns ended, as counts. */
export interface Ended {
  readonly success: number;
  readonly defect: number;
}

export interface GuardVerdict {
  readonly verdict: "promote" | "block" | "wait";
  /** Probability that the treated fare better; null before there is anything to go by. */
  readonly betterProbability: number | null;
  /** For a person. */
  readonly because: string;
}

const BLOCK_BELOW = 0.05;
const PROMOTE_ABOVE = 0.95;
/** Outcomes on either side before a rewrite is promoted. */
const PROMOTE_AFTER = 30;
/** Treated outcomes before one is blocked: a few bad minutes are no verdict. */
const BLOCK_AFTER = 20;
/** Users who took a rewrite back before it is blocked, whatever the figures: a single one may be mistaken, or malicious. */
const UNDONE_BY = 2;

/** Terms of the exact sum; beyond, both posteriors are normal to more digits than are shown. */
const TERMS_MAX = 5_000;

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/**
 * P(X > Y) for X ~ Beta(a, b), Y ~ Beta(c, d), whole parameters from 1: the sum over i < a of
 * B(c + i, b + d) / ((b + i) B(1 + i, b) B(c, d)), each term from the one before.
 */
function sumOver(a: number, b: number, c: number, d: number): number {
  let logTerm = logBeta(c, b + d) - logBeta(c, d); // the first terms can be below the smallest number
  let sum = 0;
  for (let i = 0; i < a; i++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(((c + i) * (b + i)) / ((c + b + d + i) * (1 + i)));
  }
  return sum;
}

/** P(X > Y) of two independent Beta posteriors. Exact while one of the four counts is at most 5,000. */
export function betterProbability(x: Ended, y: Ended): number {
  for (const count of [x.success, x.defect, y.success, y.defect])
    assert(Number.isSafeInteger(count) && count >= 0, `whole counts from 0 (got ${count})`);
  const [a, b, c, d] = [1 + x.success, 1 + x.defect, 1 + y.success, 1 + y.defect];
  const least = Math.min(a, b, c, d);
  if (least <= TERMS_MAX) {
    // X > Y, 1 - X < 1 - Y and not Y > X say the same: the shortest sum of the four.
    const p =
      least === a
        ? sumOver(a, b, c, d)
        : least === b
          ? 1 - sumOver(b, a, d, c)
          : least === c
            ? 1 - sumOver(c, d, a, b)
            : sumOver(d, c, b, a);
    return Math.min(1, Math.max(0, p));
  }
  const mean = (s: number, f: number) => s / (s + f);
  const variance = (s: number, f: number) => (s * f) / ((s + f) ** 2 * (s + f + 1));
  return normalCdf((mean(a, b) - mean(c, d)) / Math.sqrt(variance(a, b) + variance(c, d)));
}

const percent = (p: number): string => `${(100 * p).toFixed(p > 0.01 && p < 0.99 ? 0 : 1)} %`;
const counted = ({ success, defect }: Ended): string => `${success} of ${success + defect}`;

/**
 * Beta(1 + successes, 1 + defects) on either side. Blocks when the treated are better with probability below 0.05,
 * after 20 treated; promotes above 0.95, after 30 on either side.
 *
 * @param outcome `undone`: users who took the rewrite back.
 */
export function guardRewrite(outcome: {
  readonly treated: Ended;
  readonly holdOut: Ended;
  readonly undone?: number;
}): GuardVerdict {
  const { treated, holdOut, undone = 0 } = outcome;
  const n = treated.success + treated.defect;
  const m = holdOut.success + holdOut.defect;
  const p = n + m === 0 ? null : betterProbability(treated, holdOut);
  const told = `${counted(treated)} went well rewritten, ${counted(holdOut)} left alone`;
  if (undone >= UNDONE_BY)
    return {
      verdict: "block",
      betterProbability: p,
      because: `${undone} users took it back; ${told}.`,
    };
  if (p === null)
    return { verdict: "wait", betterProbability: null, because: "Nothing was seen of it yet." };
  const stands = `${told}: better with probability ${percent(p)}`;
  if (p < BLOCK_BELOW && n >= BLOCK_AFTER)
    return { verdict: "block", betterProbability: p, because: `${stands}.` };
  if (p > PROMOTE_ABOVE && Math.min(n, m) >= PROMOTE_AFTER)
    return { verdict: "promote", betterProbability: p, because: `${stands}.` };
  const missing =
    p > PROMOTE_ABOVE
      ? `; promoted once ${PROMOTE_AFTER} of either kind were seen`
      : p < BLOCK_BELOW
        ? `; blocked once ${BLOCK_AFTER} rewritten ones were seen`
        : "";
  return { verdict: "wait", betterProbability: p, because: `${stands}${missing}.` };
}
