import { expect, test } from "vitest";
import { scaleOf, spread } from "./scale.ts";

test("values fall straight between the ends of the range; ticks are round", () => {
  const x = scaleOf({ domain: [0, 160], range: [0, 320], ticks: 4 });
  expect([x(0), x(40), x(160)]).toEqual([0, 80, 320]);
  expect(x.ticks).toEqual([0, 50, 100, 150]);
});

test("a nice domain ends on ticks", () => {
  const y = scaleOf({ domain: [0, 0.132], range: [100, 0], ticks: 5, nice: true });
  expect([y.from, y.to]).toEqual([0, 0.15]);
  expect(y.ticks).toEqual([0, 0.05, 0.1, 0.15]);
  expect(y(0.15)).toBe(0);
});

test("one value stands in the middle", () => {
  const x = scaleOf({ domain: [3, 3], range: [0, 10], ticks: 2 });
  expect(x(3)).toBe(5);
  expect(x.ticks.length).toBeGreaterThan(0);
});

test("labels keep their order, their distance and their bounds", () => {
  expect(spread([50, 52, 10], 14, [0, 100])).toEqual([50, 64, 10]);
  expect(spread([99, 98], 14, [0, 100])).toEqual([100, 86]);
});
