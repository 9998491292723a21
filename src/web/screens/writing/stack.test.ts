import fc from "fast-check";
import { expect, test } from "vitest";
import { stacked } from "./stack.ts";

test("cards with room stand beside their edits", () => {
  const wishes = [0, 100, 300].map((top) => ({ top, height: 40 }));
  expect(stacked(wishes, 1, 8)).toEqual([0, 100, 300]);
});

test("the card in hand keeps its place, those around it give way", () => {
  const wishes = [100, 110, 120, 130].map((top) => ({ top, height: 40 }));
  expect(stacked(wishes, 2, 8)).toEqual([24, 72, 120, 168]);
});

test("no card is pushed above the top of the text: the card in hand gives way then", () => {
  const wishes = [0, 5, 10].map((top) => ({ top, height: 40 }));
  expect(stacked(wishes, 2, 8)).toEqual([0, 48, 96]);
});

test("none, one, and a hand that is elsewhere", () => {
  expect(stacked([], 0, 8)).toEqual([]);
  expect(stacked([{ top: 7, height: 40 }], -1, 8)).toEqual([7]);
  expect(stacked([{ top: 7, height: 40 }], 5, 8)).toEqual([7]);
});

test("whatever is wished, cards keep their order, their distance and the page", () => {
  const wish = fc.record({ top: fc.nat(2_000), height: fc.integer({ min: 20, max: 200 }) });
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1, maxLength: 30 }), fc.nat(29), (some, held) => {
      const wishes = some.toSorted((a, b) => a.top - b.top);
      const tops = stacked(wishes, held, 8);
      expect(tops).toHaveLength(wishes.length);
      expect(tops[0]).toBeGreaterThanOrEqual(0);
      for (const [i, { height }] of wishes.entries()) {
        const next = tops[i + 1];
        if (next !== undefined)
          expect(next).toBeGreaterThanOrEqual((tops[i] ?? Number.NaN) + height + 8);
      }
    }),
    { seed: 7 },
  );
});
