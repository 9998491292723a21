import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import { clopperPearsonUpper } from "#measure/proportion.ts";
import { binomialCdf } from "#num/special.ts";

export interface SelectiveThreshold {
  /** Proposals with a risk at most this may go out unseen. */
  readonly acceptUpTo: number;
  /** Calibration items accepted, and wrong among them. */
  readonly accepted: number;
  readonly wrong: number;
  /** Upper bound of the error among the accepted, at confidence 1 - delta. */
  readonly bound: number;
}

/** The first threshold tried does not keep the promise on these items. */
export interface NoThreshold {
  readonly kind: "no-threshold";
  /** Items at the first threshold tried, and wrong among them. */
  readonly accepted: number;
  readonly wrong: number;
  /** Items without one error that the promise would take. */
  readonly need: number;
}

export interface SelectiveOptions {
  /** Error allowed among what goes out unseen. */
  readonly target: number;
  /** Probability with which the promise may fail. */
  readonly delta: number;
  /**
   * Rising thresholds, fixed before the outcomes were seen. Default: 1/1000 to 1 in steps of
   * 1/1000.
   */
  readonly thresholds?: ArrayLike<number>;
}

const STEPS = 1_000;

/**
 * The loosest threshold on risk whose accepted items err at most `target` of the time, with
 * probability 1 - `delta` over the calibration sample. Thresholds are tested from strict to loose
 * at level delta, stopping at the first that fails: fixed-sequence testing, which needs no
 * correction for the number tried (Angelopoulos et al. 2021, "Learn then Test"). The test is exact
 * binomial: given how many are accepted, errors are independent draws at the true rate.
 *
 * The sequence may start anywhere as long as no outcome decides where. It starts at the threshold
 * that would most likely pass if the risks were right: too strict a start has too few items, and
 * one error ends it. `risk`: [n]; `wrong`: [n] 1 where the proposal is wrong. Both must come from
 * items nobody chose by their outcome.
 */
export function selectiveThreshold(
  risk: ArrayLike<number>,
  wrong: ArrayLike<number>,
  { target, delta, thresholds = evenSteps() }: SelectiveOptions,
): Result<SelectiveThreshold, NoThreshold> {
  assert(risk.length === wrong.length, "an outcome for every risk");
  assert(target > 0 && target < 1 && delta > 0 && delta < 1, "target and delta are probabilities");
  const steps = accepting(risk, wrong, thresholds);
  const start = mostLikelyToPass(steps, { target, delta });
  let passed: SelectiveThreshold | undefined;
  for (const { threshold: acceptUpTo, accepted, wrong } of steps.slice(start)) {
    const bound = accepted === 0 ? 1 : clopperPearsonUpper(wrong, accepted, delta);
    if (bound > target) break;
    passed = { acceptUpTo, accepted, wrong, bound };
  }
  if (passed !== undefined) return ok(passed);
  const { accepted = 0, wrong: wrongs = 0 } = steps[start] ?? {};
  return err({ kind: "no-threshold", accepted, wrong: wrongs, need: itemsNeeded(target, delta) });
}

/** Items without one error that a promise takes. */
const itemsNeeded = (target: number, delta: number): number =>
  Math.ceil(Math.log(delta) / Math.log(1 - target) - 1e-9);

interface Step {
  readonly threshold: number;
  readonly accepted: number;
  readonly wrong: number;
  /** Errors among the accepted if the risks are right. */
  readonly expected: number;
}

/** What each threshold accepts. */
function accepting(
  risk: ArrayLike<number>,
  wrong: ArrayLike<number>,
  thresholds: ArrayLike<number>,
): Step[] {
  const order = Uint32Array.from({ length: risk.length }, (_, i) => i).sort(
    (a, b) => (risk[a] as number) - (risk[b] as number),
  );
  let [accepted, wrongs, expected] = [0, 0, 0];
  return Array.from(thresholds, (threshold) => {
    while (accepted < order.length) {
      const item = order[accepted] as number;
      if ((risk[item] as number) > threshold) break;
      expected += risk[item] as number;
      wrongs += wrong[item] as number;
      accepted++;
    }
    return { threshold, accepted, wrong: wrongs, expected };
  });
}

/** Index of the step with the greatest power at its own mean risk; outcomes are not looked at. */
function mostLikelyToPass(
  steps: readonly Step[],
  { target, delta }: Pick<SelectiveOptions, "target" | "delta">,
): number {
  const need = itemsNeeded(target, delta);
  let [best, greatest, allowed] = [0, -1, 0];
  for (const [at, { accepted, expected }] of steps.entries()) {
    if (accepted < need) continue;
    while (binomialCdf(allowed + 1, accepted, target) <= delta) allowed++;
    const power = binomialCdf(allowed, accepted, Math.min(1, expected / accepted));
    if (power <= greatest) continue;
    greatest = power;
    best = at;
  }
  return best;
}

const evenSteps = (): Float64Array =>
  Float64Array.from({ length: STEPS }, (_, t) => (t + 1) / STEPS);
