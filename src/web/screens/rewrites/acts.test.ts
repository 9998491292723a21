import { expect, test } from "vitest";
import type { RewriteView } from "#core/rewrite.ts";
import {
  applied,
  approval,
  blocking,
  inverseOf,
  lineup,
  neighbour,
  pinning,
  retargeting,
  withWaiting,
} from "./acts.ts";

const rate = {
  successes: 40,
  visits: 100,
  value: 0.4,
  interval: { low: 0.31, high: 0.5, level: 0.95, method: "wilson" },
};
const rule = (id: string, change: Partial<RewriteView> = {}): RewriteView => ({
  id,
  locale: "en",
  fromKey: `${id} from`,
  fromText: `${id} from`,
  toKey: `${id} to`,
  toText: `${id} to`,
  score: 0.3,
  share: 0.7,
  from: rate,
  to: { ...rate, value: 0.8 },
  users: 12,
  examples: [],
  state: "shadow",
  pinned: false,
  because: "mined",
  edited: false,
  outcome: {
    treated: { success: 0, defect: 0 },
    holdOut: { success: 0, defect: 0 },
    betterProbability: null,
  },
  winLoss: null,
  ...change,
});
const ids = (rows: readonly RewriteView[]) => rows.map(({ id }) => id);

test("each act shows at once what it changes, and its inverse brings exactly that back", () => {
  const before = rule("a");
  for (const said of [
    approval,
    blocking("  it means something else "),
    pinning(before),
    retargeting(" play jazz "),
    "not-the-same" as const,
  ]) {
    const after = applied(before, said);
    expect(after).not.toEqual(before);
    expect({ ...applied(after, inverseOf(before, said)), edited: false }).toEqual(before);
  }
  expect(applied(before, approval)).toMatchObject({ state: "live", pinned: false });
  expect(applied(before, blocking(" no "))).toMatchObject({ state: "blocked", because: "no" });
  expect(applied(before, retargeting(" x "))).toMatchObject({ toText: "x", edited: true });
  expect(applied(before, "not-the-same").state).toBe("blocked");
});

test("an inverse changes no other field: what somebody else did meanwhile stays", () => {
  expect(inverseOf(rule("a"), approval)).toEqual({ state: "shadow", because: "mined" });
  expect(inverseOf(rule("a", { pinned: true }), pinning(rule("a", { pinned: true })))).toEqual({
    pinned: true,
    because: "mined",
  });
});

test("acts on their way are applied in order, and only to their own rewrite", () => {
  const waiting = [
    { itemId: "a", said: approval },
    { itemId: "b", said: blocking("no") },
    { itemId: "a", said: pinning(rule("a")) },
  ];
  expect(withWaiting(rule("a"), waiting)).toMatchObject({ state: "live", pinned: true });
  expect(withWaiting(rule("c"), waiting)).toEqual(rule("c"));
});

test("a row acted on stays where it stood when the filter lets it go", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => rule(id)) as [
    RewriteView,
    RewriteView,
    RewriteView,
    RewriteView,
  ];
  expect(ids(lineup([a, c, d], [{ view: b, below: "a" }]))).toEqual(["a", "b", "c", "d"]);
  expect(ids(lineup([b, c], [{ view: a, below: null }]))).toEqual(["a", "b", "c"]);
  // Two in a row, acted on from the top down: the second stands below the first, which is kept too.
  const two = [
    { view: b, below: "a" },
    { view: c, below: "b" },
  ];
  expect(ids(lineup([a, d], two))).toEqual(["a", "b", "c", "d"]);
  expect(ids(lineup([a, b, c, d], two))).toEqual(["a", "b", "c", "d"]);
  expect(ids(lineup([], [{ view: a, below: "gone" }]))).toEqual(["a"]);
  expect(lineup([], [])).toEqual([]);
});

test("J and K go through the list and stop at its ends", () => {
  const rows = ["a", "b"].map((id) => rule(id));
  expect(neighbour(rows, "a", 1)?.id).toBe("b");
  expect(neighbour(rows, "b", 1)).toBeUndefined();
  expect(neighbour(rows, "a", -1)).toBeUndefined();
  expect(neighbour(rows, undefined, 1)?.id).toBe("a");
  expect(neighbour(rows, "gone", -1)?.id).toBe("a");
  expect(neighbour([], "a", 1)).toBeUndefined();
});
