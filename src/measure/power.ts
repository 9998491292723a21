/** How many items a comparison needs before it is run. */
import { assert } from "#core/assert.ts";
import { normalQuantile } from "#num/special.ts";

export interface PairedDesign {
  /** Change in the error rate worth finding, e.g. 0.01. */
  readonly difference: number;
  /**
   * Share of items the two answers are expected to differ in being wrong: at least `difference`.
   */
  readonly discordant: number;
  /** Two-sided level of the test. */
  readonly alpha?: number;
  /** Probability of finding the difference if it is there. */
  readonly power?: number;
}

/** Pairs needed by McNemar's test (Miettinen 1968; Connor 1987). */
export function pairsNeeded({
  difference,
  discordant,
  alpha = 0.05,
  power = 0.8,
}: PairedDesign): number {
  const size = Math.abs(difference);
  assert(size > 0 && size <= discordant && discordant <= 1, "0 < |difference| <= discordant <= 1");
  assert(
    alpha > 0 && alpha < 1 && power > 0 && power < 1,
    "alpha and power strictly between 0 and 1",
  );
  const z = normalQuantile(1 - alpha / 2);
  const zPower = normalQuantile(power);
  const root = z * Math.sqrt(discordant) + zPower * Math.sqrt(discordant - size * size);
  return Math.ceil((root / size) ** 2);
}
