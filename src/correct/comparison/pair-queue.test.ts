import { describe, expect, test } from "vitest";
import { ItemId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import { type Candidates, type DrawOptions, drawQuestion, pairQueue } from "./pair-queue.ts";

const prompt = (
  id: string,
  scores: Candidates["scores"],
  { heldOut = false, replies = ["a", "b", "c"] } = {},
): Candidates => ({ id: ItemId.parse(id), heldOut, replies, scores });

/** Members agree on p; on q two of three think b above a. */
const settled = prompt("p", [
  [3, 2, 1],
  [3, 2, 1],
  [3, 2.1, 1],
]);
const disputed = prompt("q", [
  [1, 2, 0],
  [1, 2, 0],
  [2, 1, 0],
]);
const draw = (over: Partial<DrawOptions> = {}): DrawOptions => ({
  heldOutShare: 0,
  exploreShare: 0,
  open: () => true,
  rng: rngOf(1),
  ...over,
});

test("what the members disagree on most comes first, and when it is answered the next", () => {
  const queue = pairQueue([settled, disputed], "pair");
  const first = drawQuestion(queue, draw());
  expect(first).toMatchObject({ id: "q|a|b", why: "disagreement", propensity: 1 });
  expect(first?.dissent).toBeCloseTo(1 / 3);
  const next = drawQuestion(queue, draw({ open: ({ id }) => id !== "q|a|b" }));
  // All agree on the rest; the members' margins differ most between b (or a) and c of q.
  expect(next).toMatchObject({ itemId: "q", dissent: 0, why: "disagreement" });
});

test("candidates far from the best are not asked about for their doubts", () => {
  const replies = ["a", "b", "c", "d", "e", "f"];
  const far = prompt(
    "p",
    [
      [9, 8, 7, 6, 1, 0],
      [9, 8, 7, 6.5, 0, 1],
    ],
    { replies },
  );
  const drawn = drawQuestion(pairQueue([far], "pair"), draw());
  expect(drawn?.replies).not.toContain("e");
  expect(drawn?.replies).not.toContain("f");
});

test("before there are members, questions are drawn at random, each as likely", () => {
  const queue = pairQueue([prompt("p", null), prompt("q", null)], "pair");
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++) {
    const drawn = drawQuestion(queue, draw({ rng: rngOf(seed) }));
    expect(drawn).toMatchObject({ why: "explore", dissent: null });
    expect(drawn?.propensity).toBeCloseTo(1 / 6);
    counts.set(drawn?.id ?? "", (counts.get(drawn?.id ?? "") ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
});

test("the stated propensity is how often a question comes", () => {
  const held = prompt("h", disputed.scores, { heldOut: true });
  const queue = pairQueue([settled, disputed, held], "pair");
  const stated = new Map<string, number>();
  const counts = new Map<string, number>();
  const RUNS = 4_000;
  for (let seed = 0; seed < RUNS; seed++) {
    const drawn = drawQuestion(
      queue,
      draw({ heldOutShare: 0.2, exploreShare: 0.3, rng: rngOf(seed) }),
    );
    if (drawn === undefined) throw new Error("a question is open");
    stated.set(drawn.id, drawn.propensity);
    counts.set(drawn.id, (counts.get(drawn.id) ?? 0) + 1);
  }
  expect([...stated.values()].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
  expect(stated.get("q|a|b")).toBeCloseTo(0.8 * 0.7 + (0.8 * 0.3) / 6);
  expect(stated.get("h|a|b")).toBeCloseTo(0.2 / 3);
  for (const [id, p] of stated) {
    const sd = Math.sqrt((p * (1 - p)) / RUNS);
    expect(Math.abs((counts.get(id) ?? 0) / RUNS - p)).toBeLessThan(4 * sd);
  }
});

describe("a sort with nothing open leaves its part to the others", () => {
  const held = prompt("h", disputed.scores, { heldOut: true });
  test("only held-out questions", () => {
    const drawn = drawQuestion(pairQueue([held], "pair"), draw({ heldOutShare: 0.1 }));
    expect(drawn).toMatchObject({ why: "measure" });
    expect(drawn?.propensity).toBeCloseTo(1 / 3);
  });
  test("none at all", () => {
    expect(drawQuestion(pairQueue([], "pair"), draw())).toBeUndefined();
    const queue = pairQueue([settled, held], "pair");
    expect(drawQuestion(queue, draw({ open: () => false }))).toBeUndefined();
    expect(drawQuestion(pairQueue([prompt("p", null, { replies: ["a"] })], "pair"), draw())).toBe(
      undefined,
    );
  });
});

test("rankings put all replies of a prompt at once, the prompt most doubted first", () => {
  const drawn = drawQuestion(pairQueue([settled, disputed], "ranking"), draw());
  expect(drawn).toMatchObject({ id: "q|all-3", replies: ["a", "b", "c"], why: "disagreement" });
  expect(drawn?.dissent).toBeCloseTo(1 / 9);
});
