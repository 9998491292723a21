import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { missesAllowed } from "./coverage.fixture.ts";
import { learningChange, pairedScoreInterval } from "./learning.ts";
import reference from "./measure.reference.json" with { type: "json" };

test.each(reference.cases.tango)(
  "$secondOnly against $firstOnly of $n agrees with maximising the likelihood numerically",
  ({ secondOnly, firstOnly, n, level, interval }) => {
    const got = pairedScoreInterval({ secondOnly, firstOnly }, n, level);
    // The reference's own search stops at about 1e-8.
    expect(got.low).toBeCloseTo(interval[0] ?? Number.NaN, 6);
    expect(got.high).toBeCloseTo(interval[1] ?? Number.NaN, 6);
  },
);

test("no discordant pair still leaves a width, ever smaller with more items", () => {
  const width = (n: number) => {
    const { low, high } = pairedScoreInterval({ firstOnly: 0, secondOnly: 0 }, n);
    expect(low).toBeCloseTo(-high, 9);
    return high;
  };
  expect(width(20)).toBeGreaterThan(width(200));
  expect(width(200)).toBeGreaterThan(0);
});

test("swapping the two mirrors the interval, and all of one kind stays inside [-1, 1]", () => {
  const one = pairedScoreInterval({ firstOnly: 7, secondOnly: 2 }, 50);
  const other = pairedScoreInterval({ firstOnly: 2, secondOnly: 7 }, 50);
  expect(one.low).toBeCloseTo(-other.high, 9);
  expect(one.high).toBeCloseTo(-other.low, 9);
  const all = pairedScoreInterval({ firstOnly: 10, secondOnly: 0 }, 10);
  expect(all.low).toBeCloseTo(-1, 9);
  // Where all n are of one kind the end is (z² − n)/(z² + n) in closed form.
  const z2 = 1.959963984540054 ** 2;
  expect(all.high).toBeCloseTo((z2 - 10) / (z2 + 10), 9);
});

test("the score interval covers with few discordant pairs", () => {
  const rng = rngOf("tango");
  const [fixes, breaks, n, draws] = [0.04, 0.02, 100, 2000];
  let missed = 0;
  for (let d = 0; d < draws; d++) {
    let firstOnly = 0;
    let secondOnly = 0;
    for (let i = 0; i < n; i++) {
      const u = rng.uniform();
      if (u < fixes) firstOnly++;
      else if (u < fixes + breaks) secondOnly++;
    }
    const { low, high } = pairedScoreInterval({ firstOnly, secondOnly }, n);
    missed += Number(breaks - fixes < low || breaks - fixes > high);
  }
  expect(missed).toBeLessThanOrEqual(missesAllowed(draws, 0.05));
});

/** [1000] wrong flags: `fixed` wrong before only, `broken` after only, `both` in both. */
function flags(fixed: number, broken: number, both: number) {
  const at = (i: number) =>
    i < fixed
      ? "fixed"
      : i < fixed + broken
        ? "broken"
        : i < fixed + broken + both
          ? "both"
          : "right";
  const kinds = Array.from({ length: 1000 }, (_, i) => at(i));
  return {
    before: kinds.map((kind) => Number(kind === "fixed" || kind === "both")),
    after: kinds.map((kind) => Number(kind === "broken" || kind === "both")),
  };
}

test("the change, its interval and the sentence", () => {
  const change = learningChange({ corrections: 40, ...flags(12, 3, 28) }, { rng: rngOf(1) });
  expect(change).toMatchObject({ fixed: 12, broken: 3 });
  expect(change.before.value).toBeCloseTo(0.04, 12);
  expect(change.after.value).toBeCloseTo(0.031, 12);
  expect(change.change.value).toBeCloseTo(-0.009, 12);
  expect(change.change.interval?.method).toBe("tango-score");
  // Twice P(Binomial(15, ½) ≤ 3), less P(= 3): (2·576 − 455) / 32768.
  expect(change.p).toBeCloseTo(697 / 32768, 12);
  expect(change.sentence).toBe(
    "Your last 40 corrections moved the held-out error from 4.0 to 3.1 % (−0.9 [−1.8, −0.2])",
  );
});

test("a change that may be chance says so", () => {
  const none = learningChange({ corrections: 1, ...flags(0, 0, 20) }, { rng: rngOf(1) });
  expect(none.sentence).toMatch(
    /^Your last correction moved .* from 2\.0 to 2\.0 % \(0\.0 .*within chance$/,
  );
  expect(none.p).toBe(1);
});

test("items that share clusters widen the interval", () => {
  const wrong = flags(12, 3, 28);
  // 12 fixed items of two threads say less than 12 of twelve.
  const clusters = Array.from({ length: 1000 }, (_, i) => `thread ${Math.floor(i / 8)}`);
  const options = { rng: rngOf(1) };
  const clustered = learningChange({ corrections: 40, ...wrong, clusters }, options);
  const alone = learningChange({ corrections: 40, ...wrong }, options);
  expect(clustered.change.interval?.method).toBe("bootstrap-percentile-clustered");
  expect(clustered.change.value).toBe(alone.change.value);
  const width = ({ change: { interval } }: typeof alone) =>
    interval === null ? 0 : interval.high - interval.low;
  expect(width(clustered)).toBeGreaterThan(1.2 * width(alone));
  const still = learningChange({ corrections: 40, ...flags(0, 0, 5), clusters }, options);
  expect(width(still)).toBeGreaterThan(0);
  expect(() => learningChange({ corrections: 1, before: [], after: [] }, options)).toThrow(
    "at least one",
  );
});
