import fc from "fast-check";
import { expect, test } from "vitest";
import { paretoLoss, SCALARISERS, type Scalariser, shareOut } from "./scalarisers.ts";
import { ABSTAIN, voteMatrix } from "./votes.ts";

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** G of the spec, straight from its formula: `losses[j]` is undefined where source j abstains. */
function valueBySpec(scalariser: Scalariser, weights: number[], losses: (number | undefined)[]) {
  const weighted = losses.flatMap((l, j) => (l === undefined ? [] : [(weights[j] ?? 0) * l]));
  switch (scalariser) {
    case "linear":
      return weighted.reduce((sum, x) => sum + x, 0);
    case "square":
      return weighted.reduce((sum, x) => sum + x, 0) ** 2;
    case "2-norm":
      return Math.hypot(...weighted);
    case "max":
      return Math.max(0, ...weighted);
  }
}

const rows = [
  [0, 1, 1],
  [1, ABSTAIN, 0],
  [ABSTAIN, ABSTAIN, ABSTAIN],
  [0, 0, 0],
];
const logits = [
  [0.4, -0.3],
  [1.2, 0.1],
  [0.5, 0.5],
  [2, -1],
];

test.each(SCALARISERS)("%s has the spec's value and its binary gradient", (scalariser) => {
  const weights = [0.2, 0.3, 0.5];
  for (const [i, row] of rows.entries()) {
    const votes = voteMatrix([row], 3, 2);
    const [z0 = 0, z1 = 0] = logits[i] ?? [];
    const { loss, gradient } = paretoLoss({ votes, weights, scalariser })(
      Float32Array.of(z0, z1),
      Uint32Array.of(0),
    );
    const z = Math.fround(z1) - Math.fround(z0);
    const p = sigmoid(z);
    const losses = row.map((vote) =>
      vote === ABSTAIN ? undefined : -Math.log(vote === 1 ? p : 1 - p),
    );
    const value = valueBySpec(scalariser, weights, losses);
    expect(loss).toBeCloseTo(value, 10);
    // Binary, p = sigmoid(z): g_j = p - y_j.
    const voters = row.flatMap((vote, j) => (vote === ABSTAIN ? [] : [j]));
    const g = (j: number) => p - (row[j] ?? 0);
    const w = (j: number) => weights[j] ?? 0;
    const l = (j: number) => losses[j] ?? 0;
    const sum = (f: (j: number) => number) => voters.reduce((total, j) => total + f(j), 0);
    const worst = voters.toSorted((a, b) => w(b) * l(b) - w(a) * l(a))[0];
    const slope = {
      linear: sum((j) => w(j) * g(j)),
      square: 2 * sum((j) => w(j) * l(j)) * sum((j) => w(j) * g(j)),
      "2-norm": value === 0 ? 0 : sum((j) => w(j) ** 2 * l(j) * g(j)) / value,
      max: worst === undefined ? 0 : w(worst) * g(worst),
    }[scalariser];
    expect(gradient[1]).toBeCloseTo(slope, 6);
    expect(gradient[0]).toBeCloseTo(-slope, 6);
  }
});

test.each(SCALARISERS)("the gradient of %s agrees with finite differences", (scalariser) => {
  const arbitrary = fc.record({
    classes: fc.integer({ min: 2, max: 5 }),
    row: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 4, maxLength: 4 }),
    z: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 5, maxLength: 5 }),
    w: fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }),
    normalise: fc.constantFrom("all" as const, "voters" as const),
  });
  fc.assert(
    fc.property(arbitrary, ({ classes, row, z, w, normalise }) => {
      const votes = voteMatrix([row], 4, classes);
      const loss = paretoLoss({ votes, weights: w, scalariser, normalise });
      // Logits are float32: a power of two as step, so that z + h is exact.
      const step = 2 ** -10;
      const at = Float32Array.from(z.slice(0, classes), (x) => Math.round(x / step) * step);
      const { gradient } = loss(at, Uint32Array.of(0));
      for (let c = 0; c < classes; c++) {
        const [up, down] = [at.slice(), at.slice()];
        up[c] = (up[c] ?? 0) + step;
        down[c] = (down[c] ?? 0) - step;
        const rise = loss(up, Uint32Array.of(0)).loss - loss(down, Uint32Array.of(0)).loss;
        // `max` has kinks where two sources are equally bad; there either slope is right.
        const tolerance = scalariser === "max" ? 0.5 : 2e-4;
        expect(Math.abs((gradient[c] ?? 0) - rise / (2 * step))).toBeLessThan(tolerance);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("max follows the worst source exactly, away from kinks", () => {
  const votes = voteMatrix([[0, 1]], 2, 2);
  const loss = paretoLoss({ votes, weights: [1, 3], scalariser: "max" });
  const { loss: value, gradient } = loss(Float32Array.of(1, 0), Uint32Array.of(0));
  const p1 = sigmoid(-1);
  expect(value).toBeCloseTo(-0.75 * Math.log(p1), 6);
  expect(gradient[1]).toBeCloseTo(0.75 * (p1 - 1), 6);
});

test("weights are shared among all sources, or among an item's voters", () => {
  const votes = voteMatrix([[0, ABSTAIN, ABSTAIN, ABSTAIN]], 4, 2);
  const z = Float32Array.of(0, 0);
  const all = paretoLoss({ votes, scalariser: "linear" })(z, Uint32Array.of(0)).loss;
  const voters = paretoLoss({ votes, scalariser: "linear", normalise: "voters" })(
    z,
    Uint32Array.of(0),
  ).loss;
  expect(all).toBeCloseTo(Math.LN2 / 4, 12);
  expect(voters).toBeCloseTo(Math.LN2, 12);
});

test("the mean is over the rows asked for, silent ones included", () => {
  const votes = voteMatrix([[0], [ABSTAIN]], 1, 2);
  const { loss, gradient } = paretoLoss({ votes, scalariser: "linear" })(
    new Float32Array(4),
    Uint32Array.of(1, 0),
  );
  expect(loss).toBeCloseTo(Math.LN2 / 2, 12);
  expect(Array.from(gradient)).toEqual([0, 0, -0.25, 0.25]);
});

test("full agreement reached costs nothing and pulls nowhere, 2-norm too", () => {
  const votes = voteMatrix([[0, 0]], 2, 2);
  for (const scalariser of SCALARISERS) {
    const { loss, gradient } = paretoLoss({ votes, scalariser })(
      Float32Array.of(200, -200),
      Uint32Array.of(0),
    );
    expect(loss).toBeCloseTo(0, 12);
    expect(Array.from(gradient).every((g) => Math.abs(g) < 1e-12)).toBe(true);
  }
});

test("weights that are negative, all 0 or too few are refused", () => {
  expect(() => shareOut([1, -1], 2)).toThrow("not negative");
  expect(() => shareOut([0, 0], 2)).toThrow("not all 0");
  expect(() => shareOut([1], 2)).toThrow("every source");
  expect(Array.from(shareOut(undefined, 4))).toEqual([0.25, 0.25, 0.25, 0.25]);
});
