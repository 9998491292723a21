import type { Interval } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import { bootstrap, meanOf } from "#measure/bootstrap.ts";

interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

/** One n of the curve of best-of-n. */
export interface Point {
  readonly n: number;
  readonly kl: number;
  readonly score: number;
  readonly unseen: Estimate | null;
  readonly gold: Estimate | null;
}

export interface Recommendation {
  readonly n: number | null;
  readonly by: "gold" | "members" | "none";
  readonly reason: string;
}

/** With fewer prompts an interval over them means nothing. */
const PROMPTS_MIN = 8;

interface Evidence {
  readonly ns: readonly number[];
  /** [marked prompts][ns] */
  readonly golden: readonly Float64Array[];
  /** [prompts][ns], or null with one member. */
  readonly unseen: readonly Float64Array[] | null;
  readonly rng: Rng;
}

/**
 * The n to use. With enough prompts marked by people, where their marks peak. Else the largest n
 * up to which each step still raises, with 95 % confidence over the prompts, what a member that
 * had no say in the choice gives the chosen: the combined score itself rises with n whatever it is
 * worth.
 */
export function recommend({ ns, golden, unseen, rng }: Evidence): Recommendation {
  if (golden.length >= PROMPTS_MIN) return byGold(ns, golden, rng);
  if (unseen !== null && unseen.length >= PROMPTS_MIN) return byMembers(ns, unseen, rng);
  return {
    n: null,
    by: "none",
    reason:
      unseen === null
        ? "One reward cannot tell where it begins to mislead: mark every candidate of some prompts, or bring a second reward."
        : `${unseen.length} prompts are too few: at least ${PROMPTS_MIN} are needed.`,
  };
}

/** Gain from the i-th n to the j-th over the prompts. */
function gain(
  curves: readonly Float64Array[],
  { from, to, rng }: { readonly from: number; readonly to: number; readonly rng: Rng },
): Estimate {
  const gains = Float64Array.from(curves, (c) => (c[to] as number) - (c[from] as number));
  return bootstrap(meanOf(gains), gains.length, { rng });
}

const told = ({ value, interval }: Estimate): string =>
  `${value.toFixed(3)} [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`;

function byGold(ns: readonly number[], golden: readonly Float64Array[], rng: Rng): Recommendation {
  const means = ns.map((_, j) => golden.reduce((sum, c) => sum + (c[j] as number), 0));
  const peak = means.indexOf(Math.max(...means));
  const last = ns.length - 1;
  const over = told(gain(golden, { from: 0, to: peak, rng }));
  const past =
    peak === last
      ? "no larger n was measured"
      : `at ${ns[last]} they change by ${told(gain(golden, { from: peak, to: last, rng }))}`;
  return {
    n: ns[peak] ?? null,
    by: "gold",
    reason: `Marks on ${golden.length} prompts peak at ${ns[peak]}: ${over} over the smallest n; ${past}.`,
  };
}

function byMembers(
  ns: readonly number[],
  unseen: readonly Float64Array[],
  rng: Rng,
): Recommendation {
  for (let j = 1; j < ns.length; j++) {
    const step = gain(unseen, { from: j - 1, to: j, rng });
    if (step.interval.low > 0) continue;
    return {
      n: ns[j - 1] ?? null,
      by: "members",
      reason: `From ${ns[j - 1]} to ${ns[j]} a reward that had no say in the choice rises by ${told(step)} s.d., which may be nothing. What all rewards misjudge alike does not show here.`,
    };
  }
  return {
    n: ns.at(-1) ?? null,
    by: "members",
    reason: `Rewards that had no say in the choice still rise at ${ns.at(-1)}, the largest n measured. What all rewards misjudge alike does not show here.`,
  };
}
