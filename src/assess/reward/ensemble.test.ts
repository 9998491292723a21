import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { checkScales, combine, standardised, standardOf, standardsOf } from "./ensemble.ts";

const three = [Float64Array.of(1, -2), Float64Array.of(3, 2), Float64Array.of(2, 0)];

test("by hand: mean, worst case, and mean less half the population variance", () => {
  expect([...combine(three, { kind: "mean" }).scores]).toEqual([2, 0]);
  expect([...combine(three, { kind: "wco" }).scores]).toEqual([1, -2]);
  const { scores, spread } = combine(three, { kind: "uwo", lambda: 0.5 });
  // Variances 2/3 and 8/3.
  expect(scores[0]).toBeCloseTo(2 - 1 / 3, 14);
  expect(scores[1]).toBeCloseTo(0 - 4 / 3, 14);
  expect(spread[1]).toBeCloseTo(Math.sqrt(8 / 3), 14);
});

test("one member is its own mean and worst case, without spread", () => {
  const one = [Float64Array.of(4, 5)];
  for (const kind of ["mean", "wco"] as const) {
    const { scores, spread } = combine(one, { kind });
    expect([...scores, ...spread]).toEqual([4, 5, 0, 0]);
  }
});

const thrown = (run: () => unknown): Problem => {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error("no problem was thrown");
};

test("what cannot be combined is refused with the reason", () => {
  expect(thrown(() => combine(three.slice(0, 1), { kind: "uwo", lambda: 1 })).message).toBe(
    "One member has no variance",
  );
  for (const lambda of [-0.1, Number.NaN])
    expect(thrown(() => combine(three, { kind: "uwo", lambda })).detail.at?.field).toBe("lambda");
  const wide = [...three, Float64Array.of(100, -100)];
  expect(thrown(() => checkScales(wide)).message).toContain("different scales");
  expect(() => checkScales(three)).not.toThrow();
  // Members standardised elsewhere may be spread as they like on a few records.
  expect([...combine(wide, { kind: "wco" }).scores]).toEqual([1, -100]);
  // A constant on these records has no scale to differ by.
  expect(() => checkScales([...three, Float64Array.of(5, 5)])).not.toThrow();
});

test("a score that is no number is refused by record and member, constants are set aside", () => {
  const nan = { name: "b", scores: Float64Array.of(1, Number.NaN) };
  expect(thrown(() => standardsOf([nan])).detail.at).toEqual({ row: 2, field: "b" });
  const same = { name: "c", scores: Float64Array.of(0.1, 0.1, 0.1) };
  const told = standardsOf([same, { name: "d", scores: Float64Array.of(1, 2, 3) }]);
  expect(told.constant).toEqual(["c"]);
  expect(told.kept.map(({ name }) => name)).toEqual(["d"]);
  expect(told.kept[0]?.standard.sd).toBeCloseTo(Math.sqrt(2 / 3), 14);
  expect(thrown(() => standardsOf([same])).message).toBe("Every reward is the same");
});

const scores = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
  minLength: 3,
  maxLength: 3,
});

test("worst case ≤ uncertainty-weighted at λ = 0 = mean, order of members does not matter", () => {
  fc.assert(
    fc.property(fc.array(scores, { minLength: 2, maxLength: 5 }), (rows) => {
      const raw = rows.map((row) => Float64Array.from(row));
      if (raw.some((member) => standardOf(member).sd === 0)) return;
      const members = raw.map((member) => standardised(member, standardOf(member)));
      const mean = combine(members, { kind: "mean" }).scores;
      const wco = combine(members, { kind: "wco" }).scores;
      const reversed = combine([...members].reverse(), { kind: "wco" }).scores;
      const uwo = combine(members, { kind: "uwo", lambda: 0 }).scores;
      const harder = combine(members, { kind: "uwo", lambda: 2 }).scores;
      mean.forEach((value, i) => {
        expect(wco[i]).toBeLessThanOrEqual(value + 1e-12);
        expect(uwo[i]).toBeCloseTo(value, 12);
        expect(harder[i]).toBeLessThanOrEqual(value + 1e-12);
      });
      expect(reversed).toEqual(wco);
    }),
    { seed: 1 },
  );
});
