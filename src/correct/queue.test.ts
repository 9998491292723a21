import fc from "fast-check";
import { expect, test } from "vitest";
import { LabelSchema } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import { denseFromRows } from "#num/dense.ts";
import { csrFromRows } from "#num/sparse.ts";
import { farthestFirst, roundRobin } from "./diversity.ts";
import {
  affordable,
  budgetCurve,
  type Candidate,
  calibrationRatio,
  entropyShare,
  expectedCost,
  inOrder,
  narrowness,
  rankKeys,
  severityIfWrong,
} from "./queue.ts";

const schema = LabelSchema.parse({
  classes: ["spam", "ham", "other"],
  positive: "spam",
  severity: { ham: 5, other: 2 },
});

test("cost is risk x severity x reach; an abstention is certain not to be the answer", () => {
  expect(expectedCost({ risk: 0.2, severity: 5, reach: 3 })).toBeCloseTo(3, 12);
  expect(expectedCost({ risk: null, severity: 5 })).toBe(5);
});

test("severity is averaged over what could be right instead", () => {
  expect(severityIfWrong("spam", schema)).toBe(3.5);
  expect(severityIfWrong("spam", schema, [0.5, 0.4, 0.1])).toBeCloseTo((0.4 * 5 + 0.1 * 2) / 0.5);
  expect(severityIfWrong(null, schema)).toBeCloseTo(8 / 3);
  expect(severityIfWrong("spam", schema, [1, 0, 0])).toBe(3.5);
});

test("entropy and narrowness are 0 when certain and 1 at a tie", () => {
  expect(entropyShare([1, 0, 0])).toBe(0);
  expect(entropyShare([1 / 3, 1 / 3, 1 / 3])).toBeCloseTo(1, 12);
  // -(0.9 ln 0.9 + 0.1 ln 0.1) / ln 2
  expect(entropyShare([0.9, 0.1])).toBeCloseTo(0.4689955935892812, 12);
  expect(narrowness([0.5, 0.5])).toBe(1);
  expect(narrowness([0.1, 0.7, 0.2])).toBeCloseTo(0.5, 12);
});

const candidate = (id: string, risk: number | null, cost = risk ?? 1): Candidate => ({
  id,
  risk,
  cost,
});
const rank = (candidates: readonly Candidate[], seed = 1) =>
  rankKeys(candidates, { rng: rngOf(seed) }).map((keys, index) => ({
    ...keys,
    id: candidates[index]?.id ?? "",
  }));

test("cost order puts the dearest first, uncertainty the risk nearest one half", () => {
  const rows = rank([candidate("a", 0.1, 9), candidate("b", 0.5, 1), candidate("c", 0.95, 3)]);
  expect(inOrder(rows, "cost").map(({ id }) => id)).toEqual(["a", "c", "b"]);
  expect(inOrder(rows, "uncertainty").map(({ id }) => id)).toEqual(["b", "a", "c"]);
});

const candidates = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 })
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.constantFrom(0, 0.3, 0.9).map((risk) => candidate(id, risk)))),
  );

test("every order is the same list whatever order the items came in", () => {
  fc.assert(
    fc.property(candidates, fc.integer(), (list, seed) => {
      const rows = rank(list, seed);
      const again = rank(rngOf(seed).shuffle(list), seed);
      for (const order of ["cost", "uncertainty", "random"] as const)
        expect(inOrder(again, order)).toEqual(inOrder(rows, order));
    }),
    { seed: 9, numRuns: 100 },
  );
});

test("an answered item leaves the others where they were", () => {
  fc.assert(
    fc.property(candidates, (list) => {
      const rows = rank(list);
      const without = rank(list.slice(1));
      for (const order of ["cost", "uncertainty", "random"] as const) {
        const before = inOrder(rows, order).filter(({ id }) => id !== list[0]?.id);
        expect(inOrder(without, order)).toEqual(before);
      }
    }),
    { seed: 10, numRuns: 100 },
  );
});

const points = [
  [0, 0],
  [0.1, 0],
  [10, 0],
  [10, 0.1],
  [0, 10],
  [0.1, 0.1],
];

test("farthest-first finds the clusters, on dense and on sparse rows alike", () => {
  const dense = farthestFirst(denseFromRows(points), { centresMax: 3 });
  expect(dense.centres).toEqual([0, 3, 4]);
  expect([...dense.cluster]).toEqual([0, 0, 1, 1, 2, 0]);
  const sparse = csrFromRows(
    points.map(([x, y]) => ({ indices: [0, 1], values: [x as number, y as number] })),
    2,
  );
  expect(farthestFirst(sparse, { centresMax: 3 })).toEqual(dense);
});

test("farthest-first stops when every row is a centre's equal", () => {
  const same = denseFromRows([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  expect(farthestFirst(same).centres).toEqual([0]);
});

test("the round goes through the clusters, dearest of each first", () => {
  const clusters = { centres: [0, 3], cluster: Uint32Array.of(0, 0, 0, 1, 1) };
  expect([...roundRobin(clusters, [2, 4, 0, 3, 1])]).toEqual([2, 4, 0, 3, 1]);
  expect([...roundRobin(clusters, [0, 1, 2, 3, 4])]).toEqual([0, 3, 1, 4, 2]);
});

test("the diversity order sees every cluster before it sees one twice", () => {
  const list = points.map((_, index) => candidate(`m${index}`, 0.5 - index / 100));
  const keys = rankKeys(list, { rng: rngOf(1), features: denseFromRows(points) });
  const rows = keys.map((each, index) => ({ ...each, id: list[index]?.id ?? "" }));
  const firstThree = inOrder(rows, "diversity").slice(0, 3);
  expect(firstThree.map(({ id }) => id)).toEqual(["m0", "m3", "m4"]);
});

test("an empty queue has no keys and no errors left", () => {
  expect(rankKeys([], { rng: rngOf(1), features: denseFromRows([], 2) })).toEqual([]);
  expect(budgetCurve([])).toEqual([{ x: 0, y: 0, low: 0, high: 0, n: 0 }]);
});

test("a budget buys what the scarcer of minutes and count allows", () => {
  expect(affordable({ minutes: 10 }, 6_000)).toBe(100);
  expect(affordable({ minutes: 10, count: 40 }, 6_000)).toBe(40);
  expect(affordable({}, 6_000)).toBe(Infinity);
});

test("the curve is the sum of the risks left, inside its interval, and ends at none", () => {
  const curve = budgetCurve([0.9, 0.5, 0.5, 0.1], { level: 0.9 });
  expect(curve.map(({ x }) => x)).toEqual([0, 1, 2, 3, 4]);
  for (const [x, left] of [2, 1.1, 0.6, 0.1, 0].entries())
    expect(curve[x]?.y).toBeCloseTo(left, 12);
  for (const { y, low, high } of curve) {
    expect(low).toBeLessThanOrEqual(y);
    expect(high).toBeGreaterThanOrEqual(y);
  }
  expect(curve.at(-1)).toMatchObject({ y: 0, low: 0, high: 0 });
});

test("not knowing the calibration widens the curve", () => {
  const risks = Array.from({ length: 500 }, (_, i) => 0.4 * (1 - i / 500));
  const known = budgetCurve(risks, { points: 11 });
  const calibration = calibrationRatio({ observed: 20, expected: 20 });
  const wide = budgetCurve(risks, { points: 11, calibration });
  for (const [index, point] of wide.slice(0, -1).entries()) {
    expect(point.low).toBeLessThanOrEqual(known[index]?.low ?? -1);
    expect(point.high).toBeGreaterThan(known[index]?.high ?? Infinity);
  }
  expect(wide[0]?.low).toBeLessThan((known[0]?.low ?? 0) / 1.3);
});

test("the calibration ratio has Garwood's exact Poisson bounds", () => {
  // scipy.stats.chi2.ppf([0.025, 0.975], [2 * 10, 2 * 11]) / 2 / 8
  const { low, high } = calibrationRatio({ observed: 10, expected: 8, level: 0.95 });
  expect(low).toBeCloseTo(4.795388696 / 8, 8);
  expect(high).toBeCloseTo(18.39035604 / 8, 8);
  expect(calibrationRatio({ observed: 0, expected: 8 }).low).toBe(0);
});
