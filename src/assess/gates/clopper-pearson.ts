import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import { clopperPearsonUpper } from "#measure/proportion.ts";

export interface SelectiveThreshold {
  /** Proposals with a risk at most this may go out unseen. */
  readonly acceptUpTo: number;
  /** Calibration items accepted, and wrong among them. */
  readonly accepted: number;
  readonly wrong: number;
  /** Upper bound of the error among the accepted, at confidence 1 - delta. */
  readonly bound: number;
}

/** Not even the strictest threshold keeps the promise on these items. */
export interface NoThreshold {
  readonly kind: "no-threshold";
  /** Items at the strictest threshold tried, and wrong among them. */
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
  /** Rising thresholds, fixed before the outcomes were seen. Default: 1/1000 to 1 in steps of 1/1000. */
  readonly thresholds?: ArrayLike<number>;
}

const STEPS = 1_000;

/**
 * The loosest threshold on risk whose accepted items err at most `target` of the time, with probability 1 - `delta`
 * over the calibration sample. Thresholds are tested from strict to loose at level delta, stopping at the first that
 * fails: fixed-sequence testing, which needs no correction for the number tried (Angelopoulos et al. 2021, "Learn then
 * Test"). The test is exact binomial: given how many are accepted, errors are independent draws at the true rate.
 * Thresholds that accept too few items to pass even without an error are left out, which no outcome decides.
 * `risk`: [n]; `wrong`: [n] 1 where the proposal is wrong. Both must come from items nobody chose by their outcome.
 */
export function selectiveThreshold(
  risk: ArrayLike<number>,
  wrong: ArrayLike<number>,
  { target, delta, thresholds = evenSteps() }: SelectiveOptions,
): Result<SelectiveThreshold, NoThreshold> {
  assert(risk.length === wrong.length, "an outcome for every risk");
  assert(target > 0 && target < 1 && delta > 0 && delta < 1, "target and delta are probabilities");
  const need = Math.ceil(Math.log(delta) / Math.log(1 - target) - 1e-9);
  const order = Uint32Array.from({ length: risk.length }, (_, i) => i).sort(
    (a, b) => (risk[a] as number) - (risk[b] as number),
  );
  let accepted = 0;
  let wrongs = 0;
  let passed: SelectiveThreshold | undefined;
  for (let t = 0; t < thresholds.length; t++) {
    const threshold = thresholds[t] as number;
    while (accepted < order.length && (risk[order[accepted] as number] as number) <= threshold) {
      wrongs += wrong[order[accepted] as number] as number;
      accepted++;
    }
    if (accepted < need) continue;
    const bound = clopperPearsonUpper(wrongs, accepted, delta);
    if (bound > target) break;
    passed = { acceptUpTo: threshold, accepted, wrong: wrongs, bound };
  }
  return passed === undefined
    ? err({ kind: "no-threshold", accepted, wrong: wrongs, need })
    : ok(passed);
}

const evenSteps = (): Float64Array =>
  Float64Array.from({ length: STEPS }, (_, t) => (t + 1) / STEPS);
