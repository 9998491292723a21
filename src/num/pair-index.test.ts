import fc from "fast-check";
import { expect, test } from "vitest";
import { PairIndex } from "./pair-index.ts";

test("numbers pairs in the order they are first met", () => {
  const index = new PairIndex();
  expect(index.add(7, 1)).toBe(0);
  expect(index.add(1, 7)).toBe(1);
  expect(index.add(7, 1)).toBe(0);
  expect(index.add(0, 0)).toBe(2);
  expect(index.size).toBe(3);
  expect(index.get(1, 7)).toBe(1);
  expect(index.get(2, 2)).toBe(-1);
  expect(new PairIndex().get(0, 0)).toBe(-1);
});

test("agrees with a map, also beyond the room it was made with", () => {
  const word = fc.oneof(fc.nat(8), fc.constantFrom(0xffffffff, 0x80000000, 2 ** 31 + 5));
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 200 }), (pairs) => {
      const index = new PairIndex(1);
      const known = new Map<string, number>();
      for (const [a, b] of pairs) {
        const key = `${a},${b}`;
        if (!known.has(key)) known.set(key, known.size);
        expect(index.add(a, b)).toBe(known.get(key));
      }
      const all = new Map<string, number>();
      index.forEach((a, b, number) => {
        all.set(`${a},${b}`, number);
      });
      expect(all).toEqual(known);
    }),
    { seed: 4, numRuns: 100 },
  );
});
