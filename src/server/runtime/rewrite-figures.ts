/** How rewriting fares: figures made of outcomes that were drawn by chance. */
import type { Measurement } from "#core/measurement.ts";
import type { RewriteOutcome, SuccessRate } from "#core/rewrite.ts";
import { betterProbability, type Ended } from "#learn/rewrite-guard.ts";
import type { DrawnOutcome, Tally } from "#learn/rewrite-outcomes.ts";
import { wilson } from "#measure/proportion.ts";
import { rateSequence } from "#measure/sequential.ts";
import { rateDifference, type WeightedRate, weightedRate } from "#measure/weighted-rate.ts";

const DEFECTS = "defect-rate";
const CHANGE = "defect-rate-change";

export interface Defects {
  readonly treated: Measurement | null;
  readonly holdOut: Measurement | null;
  readonly change: Measurement | null;
}

const measured = (rate: WeightedRate | undefined): Measurement | null =>
  rate === undefined
    ? null
    : { metric: DEFECTS, value: rate.value, interval: rate.interval, n: rate.n };

/**
 * Share of requests that ended badly in each arm, each outcome weighed by the inverse of the probability of its arm:
 * so both are about the same requests, whatever share of them was held out.
 */
export function defectsOf(outcomes: readonly DrawnOutcome[]): Defects {
  const rateOf = (arm: DrawnOutcome["arm"]) =>
    weightedRate(
      outcomes
        .filter((drawn) => drawn.arm === arm)
        .map(({ outcome, propensity, user }) => ({
          hit: outcome === "defect",
          weight: 1 / propensity,
          cluster: user,
        })),
    );
  const treated = rateOf("treated");
  const holdOut = rateOf("hold-out");
  const change =
    treated === undefined || holdOut === undefined ? undefined : rateDifference(treated, holdOut);
  return {
    treated: measured(treated),
    holdOut: measured(holdOut),
    change: change === undefined ? null : { metric: CHANGE, ...change, n: outcomes.length },
  };
}

/** Outcomes in each arm before rewriting as a whole is judged: a few bad minutes are no verdict. */
const JUDGED_AFTER = 20;
/** Of each arm, so that both intervals together hold with 95 %. */
const ARM_LEVEL = 0.975;

/**
 * Why the rewrites in force do harm, in a sentence; undefined while that is not known. The interval of the difference
 * holds at all times at once, since it is looked at after every outcome.
 *
 * @param outcomes independent ones, drawn with the same probability: the first of each user with each rewrite.
 */
export function harmOf(outcomes: readonly DrawnOutcome[]): string | undefined {
  const arm = (name: DrawnOutcome["arm"]) => {
    const all = outcomes.filter((drawn) => drawn.arm === name);
    const defects = all.filter(({ outcome }) => outcome === "defect").length;
    return { n: all.length, defects, interval: rateSequence(defects, all.length, ARM_LEVEL) };
  };
  const treated = arm("treated");
  const holdOut = arm("hold-out");
  if (Math.min(treated.n, holdOut.n) < JUDGED_AFTER) return undefined;
  const low = treated.interval.low - holdOut.interval.high;
  if (low <= 0) return undefined;
  const high = treated.interval.high - holdOut.interval.low;
  return (
    `${treated.defects} of ${treated.n} rewritten requests ended badly, ${holdOut.defects} of ` +
    `${holdOut.n} held out: ${percent(low)} to ${percent(high)} more, an interval that holds at all times`
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

export const outcomeOf = ({ treated, holdOut }: Tally): RewriteOutcome => ({
  treated: { ...treated },
  holdOut: { ...holdOut },
  betterProbability:
    total(treated) + total(holdOut) === 0 ? null : betterProbability(treated, holdOut),
});

const total = ({ success, defect }: Ended): number => success + defect;

/** Null before anything was seen. */
export function successOf(ended: Ended): SuccessRate | null {
  const visits = total(ended);
  if (visits === 0) return null;
  return {
    successes: ended.success,
    visits,
    value: ended.success / visits,
    interval: wilson(ended.success, visits),
  };
}
