import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { automaticRefit, type GateInput, gate, provenBetter } from "./gate.ts";

/**
 * Losses of `n` items: the first `fixed` only the one in force gets wrong, the next `broken` only
 * the candidate.
 */
const losses = (n: number, fixed: number, broken: number, both = 0) => {
  const inForce = new Float64Array(n);
  const candidate = new Float64Array(n);
  inForce.fill(1, 0, fixed);
  candidate.fill(1, fixed, fixed + broken);
  inForce.fill(1, n - both);
  candidate.fill(1, n - both);
  return { inForce, candidate };
};
const judged = (
  pair: { inForce: Float64Array; candidate: Float64Array },
  how: Partial<GateInput> = {},
) => gate({ ...pair, newCorrections: 40, rng: rngOf(1), ...how });

test("a clear improvement is promoted, and the sentence has the figures", () => {
  const verdict = judged(losses(1_000, 30, 8, 70), { rule: provenBetter });
  expect(verdict.promote).toBe(true);
  expect(verdict.change?.value).toBeCloseTo(-0.022, 12);
  // Bound: the score test at 1.645 with the likelihood maximised numerically gives 0.01233.
  // One-sided exact binomial: P(X >= 30), X ~ Binomial(38, 1/2), scipy.stats.binom.sf(29, 38, 0.5).
  expect(verdict.sentence).toBe(
    "Promoted: on 1,000 held-out items the error goes from 10 % to 7.8 % (30 put right, 8 made wrong); " +
      "it fell by at least 1.23 points (one-sided 95 % bound, a fall was asked for; " +
      "exact McNemar p 0.00024).",
  );
});

test("an improvement that chance explains is held back where proof is asked for", () => {
  const verdict = judged(losses(1_000, 8, 5), { rule: provenBetter });
  expect(verdict.promote).toBe(false);
  expect(verdict.sentence).toMatch(/^Held back: .*McNemar p 0\.29/);
});

test("with few flips the exact test decides where the score bound is too bold", () => {
  // 4 to 0: score bound above 0 at 95 %, exact p 1/16.
  const verdict = judged(losses(100, 4, 0), { rule: provenBetter });
  expect(verdict.change?.interval?.high).toBeLessThan(0);
  expect(verdict.promote).toBe(false);
});

test("an automatic refit that loses nothing to speak of goes live with its corrections", () => {
  const verdict = judged(losses(2_000, 12, 12, 100));
  expect(verdict.promote).toBe(true);
  expect(verdict.sentence).toContain("it learned from 40 new corrections");
});

test("an automatic refit that may have lost more than the margin is held back", () => {
  expect(judged(losses(2_000, 5, 25)).promote).toBe(false);
  // Nothing tells them apart, on too few items to know.
  expect(judged(losses(50, 0, 0)).promote).toBe(false);
  expect(judged(losses(50, 0, 0), { rule: { ...automaticRefit, margin: 0.1 } }).promote).toBe(true);
  const clusters = Array.from({ length: 2_000 }, (_, i) => `thread-${i % 50}`);
  expect(judged(losses(2_000, 0, 0)).promote).toBe(true);
  expect(judged(losses(2_000, 0, 0), { clusters }).promote).toBe(false);
});

test("small losses do not add up: the margin also counts from the best lesson so far", () => {
  const { inForce, candidate } = losses(2_000, 5, 12, 100);
  const best = inForce.slice();
  best.fill(0, 1_960);
  expect(judged({ inForce, candidate }).promote).toBe(true);
  const verdict = judged({ inForce, candidate }, { best });
  expect(verdict.promote).toBe(false);
  expect(verdict.sentence).toMatch(
    /beside the best lesson so far it rose by at most 3\.\d\d points/,
  );
});

test("a refit without new corrections is no reason to change", () => {
  const verdict = judged(losses(2_000, 12, 12), { newCorrections: 0 });
  expect(verdict.promote).toBe(false);
  expect(verdict.sentence).toContain("it learned from no new corrections");
});

test("without held-out items nothing is promoted", () => {
  expect(judged(losses(0, 0, 0))).toEqual({
    promote: false,
    sentence: "Held back: there are no held-out items to judge it on.",
    change: null,
  });
});

test("items of one cluster count as the one thing they are", () => {
  const pair = losses(200, 20, 0);
  const alone = judged(pair, { rule: provenBetter });
  // All 20 that were put right belong to one thread.
  const clusters = Array.from({ length: 200 }, (_, i) => (i < 20 ? "thread" : `mail-${i}`));
  const clustered = judged(pair, { rule: provenBetter, clusters });
  expect([alone.promote, clustered.promote]).toEqual([true, false]);
  expect(clustered.change?.interval?.method).toContain("clustered");
});

test("losses between 0 and 1 are compared by the paired bootstrap", () => {
  const inForce = Float64Array.from({ length: 300 }, (_, i) => 0.3 + (i % 7) / 20);
  const candidate = inForce.map((loss, i) => loss - 0.05 + (i % 3) / 100);
  const verdict = judged({ inForce, candidate }, { rule: provenBetter });
  expect(verdict.promote).toBe(true);
  expect(verdict.change?.interval?.method).toContain("paired");
});

test("looking at any time asks for more proof, and still lets a large improvement through", () => {
  const rule = { ...provenBetter, looking: "always-valid" as const };
  const spread = (n: number, fixedEvery: number) => {
    const inForce = Float64Array.from({ length: n }, (_, i) => Number(i % fixedEvery === 0));
    return { inForce, candidate: new Float64Array(n) };
  };
  expect(judged(spread(2_000, 8), { rule }).promote).toBe(true);
  const fixed = judged(spread(250, 50), { rule: provenBetter });
  const anytime = judged(spread(250, 50), { rule });
  expect([fixed.promote, anytime.promote]).toEqual([true, false]);
});

test("the gate lets no useless lesson through more often than it promises", () => {
  const runs = 2_000;
  const rng = rngOf(6);
  let promoted = 0;
  for (let run = 0; run < runs; run++) {
    let [fixed, broken] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const flip = rng.uniform();
      if (flip < 0.05) fixed += 1;
      else if (flip < 0.1) broken += 1;
    }
    promoted += Number(judged(losses(300, fixed, broken), { rule: provenBetter }).promote);
  }
  // Six standard deviations above 5 % of 2,000 draws.
  expect(promoted / runs).toBeLessThan(0.05 + 6 * Math.sqrt((0.05 * 0.95) / runs));
  expect(promoted).toBeGreaterThan(0);
});
