import fc from "fast-check";
import { expect, test } from "vitest";
import { betterProbability, guardRewrite } from "./rewrite-guard.ts";

const ended = (success: number, defect: number) => ({ success, defect });

test("hand-computed probabilities", () => {
  expect(betterProbability(ended(0, 0), ended(0, 0))).toBeCloseTo(0.5, 12);
  // Beta(2, 1) against uniform: the mean of Beta(2, 1).
  expect(betterProbability(ended(1, 0), ended(0, 0))).toBeCloseTo(2 / 3, 12);
  // Beta(2, 1) against Beta(1, 2): 1 - P(X < Y), and P(X < Y) = ∫ 2(1-y) y² dy = 1/6.
  expect(betterProbability(ended(1, 0), ended(0, 1))).toBeCloseTo(5 / 6, 12);
});

test("exact and normal agree where they meet, and large counts stay bounded", () => {
  const exact = betterProbability(ended(4_999, 5_200), ended(5_100, 5_300));
  const normal = betterProbability(ended(5_001, 5_202), ended(5_102, 5_302));
  expect(Math.abs(exact - normal)).toBeLessThan(2e-4);
  expect(betterProbability(ended(9e5, 1e5), ended(8e5, 2e5))).toBe(1);
});

test("the two sides' probabilities sum to one, and more successes never make it worse", () => {
  const count = fc.nat(400);
  fc.assert(
    fc.property(count, count, count, count, (a, b, c, d) => {
      const p = betterProbability(ended(a, b), ended(c, d));
      expect(p + betterProbability(ended(c, d), ended(a, b))).toBeCloseTo(1, 9);
      expect(betterProbability(ended(a + 1, b), ended(c, d))).toBeGreaterThanOrEqual(p - 1e-12);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("nothing seen, or too little: wait", () => {
  const nothing = guardRewrite({ treated: ended(0, 0), holdOut: ended(0, 0) });
  expect(nothing).toMatchObject({ verdict: "wait", betterProbability: null });
  const early = guardRewrite({ treated: ended(0, 19), holdOut: ended(30, 0) });
  expect(early.verdict).toBe("wait");
  expect(early.betterProbability).toBeLessThan(0.05);
  expect(guardRewrite({ treated: ended(100, 0), holdOut: ended(0, 29) }).verdict).toBe("wait");
});

test("blocks what is worse and promotes what is better", () => {
  expect(guardRewrite({ treated: ended(0, 20), holdOut: ended(10, 5) }).verdict).toBe("block");
  const good = guardRewrite({ treated: ended(90, 10), holdOut: ended(5, 25) });
  expect(good.verdict).toBe("promote");
  expect(good.because).toContain("90 of 100 went well rewritten, 5 of 30 left alone");
  expect(guardRewrite({ treated: ended(50, 50), holdOut: ended(50, 50) }).verdict).toBe("wait");
});

test("two users who took it back block it, one does not", () => {
  const good = { treated: ended(90, 10), holdOut: ended(5, 25) };
  expect(guardRewrite({ ...good, undone: 1 }).verdict).toBe("promote");
  expect(guardRewrite({ ...good, undone: 2 }).verdict).toBe("block");
});

test("counts that are none are a bug", () => {
  expect(() => betterProbability(ended(-1, 0), ended(0, 0))).toThrow(/whole counts/);
  expect(() => betterProbability(ended(0.5, 0), ended(0, 0))).toThrow(/whole counts/);
});
