import { expect, test } from "vitest";
import { binomialPmf } from "#num/special.ts";
import { mcnemar } from "./mcnemar.ts";
import { pairsNeeded } from "./power.ts";

/** Power of the mid-p test at n pairs, summed over all outcomes. */
function powerAt(n: number, difference: number, discordant: number): number {
  const better = (discordant + difference) / 2 / discordant;
  let power = 0;
  for (let m = 0; m <= n; m++) {
    const weight = binomialPmf(m, n, discordant);
    if (weight < 1e-12) continue;
    for (let k = 0; k <= m; k++)
      if (mcnemar({ firstOnly: k, secondOnly: m - k }).midP <= 0.05)
        power += weight * binomialPmf(k, m, better);
  }
  return power;
}

test("the pairs it asks for give the power it promises", () => {
  for (const [difference, discordant] of [
    [0.1, 0.2],
    [0.05, 0.08],
    [0.15, 0.4],
  ] as const) {
    const n = pairsNeeded({ difference, discordant });
    // The formula is a normal approximation: within 3 points of the exact power.
    expect(Math.abs(powerAt(n, difference, discordant) - 0.8)).toBeLessThan(0.03);
  }
});

test("smaller differences, more noise and more power need more pairs", () => {
  const base = { difference: 0.05, discordant: 0.1 };
  const n = pairsNeeded(base);
  expect(pairsNeeded({ ...base, difference: 0.03 })).toBeGreaterThan(n);
  expect(pairsNeeded({ ...base, discordant: 0.2 })).toBeGreaterThan(n);
  expect(pairsNeeded({ ...base, power: 0.9 })).toBeGreaterThan(n);
  expect(pairsNeeded({ ...base, difference: -0.05 })).toBe(n);
  expect(() => pairsNeeded({ difference: 0.3, discordant: 0.1 })).toThrow("discordant");
});
