import fc from "fast-check";
import { expect, test } from "vitest";
import reference from "./string-similarity.reference.json" with { type: "json" };
import { jaroWinkler, tokenJaccard } from "./string-similarity.ts";

test("as rapidfuzz and jellyfish have it", () => {
  expect(reference.cases.length).toBeGreaterThan(50);
  for (const { a, b, ...known } of reference.cases) {
    expect([a, b, jaroWinkler(a, b)]).toEqual([a, b, expect.closeTo(known.jaroWinkler, 12)]);
    expect([a, b, tokenJaccard(a, b)]).toEqual([a, b, expect.closeTo(known.tokenJaccard, 12)]);
  }
});

test("by hand", () => {
  expect(jaroWinkler("martha", "marhta")).toBeCloseTo(0.9611, 4);
  expect(tokenJaccard("play some jazz", "play jazz")).toBeCloseTo(2 / 3, 12);
  expect(tokenJaccard("a", "b")).toBe(0);
});

test("both lie in [0, 1], are 1 for a text itself, and do not care for the order", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("a", "b", " ") }));
  fc.assert(
    fc.property(text, text, (a, b) => {
      for (const alike of [jaroWinkler, tokenJaccard]) {
        expect(alike(a, b)).toBeGreaterThanOrEqual(0);
        expect(alike(a, b)).toBeLessThanOrEqual(1);
        expect(alike(a, a)).toBe(1);
      }
      expect(tokenJaccard(a, b)).toBe(tokenJaccard(b, a));
    }),
    { seed: 2, numRuns: 400 },
  );
});

test("texts longer than any before", () => {
  expect(jaroWinkler("x".repeat(500), `${"x".repeat(499)}y`)).toBeGreaterThan(0.99);
});
