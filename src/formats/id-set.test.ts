import { expect, test } from "vitest";
import { IdSet } from "./id-set.ts";

test("every id of 200,000 alike is new once and known the second time, by its place", () => {
  const ids = new IdSet();
  const idOf = (i: number) => `item-${i % 7}-${i}`;
  let fresh = 0;
  for (let i = 1; i <= 200_000; i++) if (ids.add(idOf(i), i) === 0) fresh++;
  expect(fresh).toBe(200_000);
  for (const i of [1, 2, 77, 4_096, 199_999, 200_000]) expect(ids.add(idOf(i), 9)).toBe(i);
  expect(ids.add("other", 3)).toBe(0);
});
