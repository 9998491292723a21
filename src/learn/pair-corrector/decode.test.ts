import fc from "fast-check";
import { expect, test } from "vitest";
import { closureLabels, decodePairs, logitOf, strictLabels } from "./decode.ts";

/** 0 and 3 below the root, 1 and 2 below 0. */
const parents = [-1, 0, 0, -1];

test("strict: in a category only where in all above it", () => {
  expect([...strictLabels([1, 1, 0, 0, 0, 1, 1, 1], parents)]).toEqual([1, 1, 0, 0, 0, 0, 0, 1]);
  expect([...strictLabels([], [])]).toEqual([]);
});

test("closure: a sure child carries a doubtful parent, and not one that costs more", () => {
  expect([...closureLabels([-1, 3, -2, -1], parents)]).toEqual([1, 1, 0, 0]);
  expect([...closureLabels([-4, 3, 0.5, 1], parents)]).toEqual([0, 0, 0, 1]);
  // Two children together outweigh their parent.
  expect([...closureLabels([-4, 3, 2, -1], parents)]).toEqual([1, 1, 1, 0]);
});

test("the strict way loses the sure child of a doubtful parent, the closure way keeps it", () => {
  const sure = Float64Array.of(0.4, 0.9, 0.1, 0.2);
  const at = (decoding: "strict" | "closure" | "none") => [
    ...decodePairs(sure, parents, { threshold: 0.5, decoding }),
  ];
  expect(at("none")).toEqual([0, 1, 0, 0]);
  expect(at("strict")).toEqual([0, 0, 0, 0]);
  expect(at("closure")).toEqual([1, 1, 0, 0]);
});

const trees = fc
  .array(fc.nat(), { minLength: 1, maxLength: 8 })
  .map((seeds) => seeds.map((seed, v) => (v === 0 ? -1 : (seed % (v + 1)) - 1)));

test("closure is the best closed set, by trying them all", () => {
  const cases = trees.chain((parentsOf) =>
    fc.tuple(
      fc.constant(parentsOf),
      fc.array(fc.integer({ min: -9, max: 9 }), {
        minLength: parentsOf.length,
        maxLength: parentsOf.length,
      }),
    ),
  );
  fc.assert(
    fc.property(cases, ([parentsOf, logits]) => {
      const k = parentsOf.length;
      const sum = (taken: (v: number) => boolean) =>
        logits.reduce((total, logit, v) => total + (taken(v) ? logit : 0), 0);
      let best = 0;
      for (let set = 0; set < 2 ** k; set++) {
        const isIn = (v: number) => (set & (1 << v)) !== 0;
        const closed = parentsOf.every((parent, v) => !isIn(v) || parent < 0 || isIn(parent));
        if (closed) best = Math.max(best, sum(isIn));
      }
      const chosen = closureLabels(logits, parentsOf);
      expect(sum((v) => chosen[v] === 1)).toBe(best);
      expect([...strictLabels(chosen, parentsOf)]).toEqual([...chosen]);
    }),
    { seed: 24, numRuns: 200 },
  );
});

test("log-odds of sure answers are finite and ascend", () => {
  expect(logitOf(0)).toBe(-12);
  expect(logitOf(1)).toBe(12);
  expect(logitOf(0.5)).toBe(0);
});
