import { expect, test } from "vitest";
import type { StepRow } from "#core/episode.ts";
import { editablesOf, lineText, type Shown, stretchesOf } from "./stretches.ts";

type Said = Partial<StepRow>;
const policy: Said = { source: "policy" };
const human = (interventionId: number, segment?: StepRow["segment"]): Said => ({
  source: "human",
  interventionId,
  ...(segment === undefined ? {} : { segment }),
});
const shown = (each: readonly Said[], more: Partial<Shown> = {}): Shown => ({
  rows: each.map((row, t) => ({ t, obs: [t], action: [0], source: "policy", ...row })),
  notReal: [],
  preWindows: {},
  controlHz: 10,
  ...more,
});
const spans = (episode: Shown, preWindow: number) =>
  stretchesOf(episode, preWindow).map(({ kind, from, to }) => [kind, from, to]);

const two = [policy, policy, policy, human(0), human(0), policy, human(1), policy];

test("the steps before a take-over are held against the policy, up to an earlier one", () => {
  expect(spans(shown(two), 2)).toEqual([
    ["policy", 0, 1],
    ["held-against", 1, 3],
    ["take-over", 3, 5],
    ["held-against", 5, 6],
    ["take-over", 6, 7],
    ["policy", 7, 8],
  ]);
});

test("a window that was moved goes before the project's; none is none", () => {
  expect(spans(shown(two, { preWindows: { "0": 0, "1": 0 } }), 9)).toEqual([
    ["policy", 0, 3],
    ["take-over", 3, 5],
    ["policy", 5, 6],
    ["take-over", 6, 7],
    ["policy", 7, 8],
  ]);
});

test("a take-over that was none casts no window and stops none, and two that touch are two", () => {
  const touching = shown([policy, human(0), human(1)], { notReal: [0] });
  expect(spans(touching, 5)).toEqual([
    ["held-against", 0, 1],
    ["not-real", 1, 2],
    ["take-over", 2, 3],
  ]);
  expect(editablesOf(touching, 5)).toMatchObject([{ real: false }, { windowMin: 0 }]);
});

test("recovery and correction, and demonstrations", () => {
  const cut = shown([human(0, "recovery"), human(0, "correction"), human(0, "correction")]);
  expect(lineText(stretchesOf(cut, 5))).toBe("you, recovery 0–0, you, correction 1–2");
  expect(spans(shown([{ source: "demo" }, { source: "demo" }]), 5)).toEqual([
    ["demonstration", 0, 2],
  ]);
  expect(spans(shown([]), 5)).toEqual([]);
});

test("what can be moved, and how far", () => {
  expect(editablesOf(shown(two), 2)).toEqual([
    { id: 0, from: 3, to: 5, real: true, windowFrom: 1, windowMin: 0, cut: null },
    { id: 1, from: 6, to: 7, real: true, windowFrom: 5, windowMin: 5, cut: null },
  ]);
  const cuts = [
    [human(0, "recovery"), human(0, "correction")],
    [human(0, "recovery"), human(0, "recovery")],
    [human(0, "correction"), human(0, "correction")],
  ].map((rows) => editablesOf(shown(rows), 2)[0]?.cut);
  expect(cuts).toEqual([1, 2, 0]);
});
