import { expect, test } from "vitest";
import type { TurnSignals, UserTurn } from "#core/rewrite.ts";
import { judgeTurns } from "./defects.ts";

const turn = (utterance: string, more: Partial<UserTurn> = {}): UserTurn => ({
  userId: "a",
  ts: 0,
  utterance,
  ...more,
});
const judged = (...turns: UserTurn[]) =>
  judgeTurns(turns).map(({ outcome, because, follow }) => `${outcome}: ${because}, ${follow}`);

test("what is said again in other words went wrong, and what ends the session went well", () => {
  expect(judged(turn("play jaz music"), turn("play jazz music"))).toEqual([
    "defect: rephrase, rephrase",
    "success: ended, end",
  ]);
  // By words alone: half of them are the same.
  expect(judged(turn("play blue suede shoes"), turn("put on blue suede shoes"))[0]).toBe(
    "defect: rephrase, rephrase",
  );
});

test("something else after it means that it worked", () => {
  expect(judged(turn("play jazz"), turn("what is the weather in Oslo"))[0]).toBe(
    "success: moved-on, topic",
  );
});

test("identical repeats are defects, except where repeating is the point", () => {
  expect(judged(turn("play jazz"), turn("Play jazz!"))[0]).toBe("defect: repeat, repeat");
  expect(judged(turn("next"), turn("Next"))[0]).toBe("success: moved-on, continuation");
});

test.each<[TurnSignals, string]>([
  [{ undone: true }, "defect: undone"],
  [{ cancelled: true }, "defect: cancelled"],
  [{ bargeIn: true }, "defect: barge-in"],
  [{ error: true }, "defect: error"],
  [{ rating: -1 }, "defect: rated-down"],
  [{ success: false }, "defect: no-success"],
  [{ success: true }, "success: said-to-work"],
  [{ rating: 1 }, "success: said-to-work"],
  [{ success: true, error: true }, "defect: error"],
  [{}, "success: ended"],
])("signals of the last turn: %j", (signals, verdict) => {
  expect(judged(turn("play jazz", { signals }))).toEqual([`${verdict}, end`]);
});

test("what is said to have worked did, even if something like it follows", () => {
  const clicked = turn("cheap flights oslo", { signals: { success: true } });
  expect(judged(clicked, turn("cheap flights bergen"))[0]).toBe("success: said-to-work, rephrase");
});

test("unlike words of one intent are no other topic", () => {
  const interpretation = { domain: "music", intent: "play", slots: {} };
  const [one, two] = ["spin nina", "put some good old jazz records on"];
  expect(judgeTurns([turn(one), turn(two)])[0]?.follow).toBe("topic");
  const same = [turn(one, { interpretation }), turn(two, { interpretation })];
  expect(judgeTurns(same)[0]?.follow).toBe("near");
});

test("vectors find a rephrase that shares neither letters nor words", () => {
  const turns = [turn("spin nina"), turn("put some good old jazz records on")];
  const vectors = new Map([
    ["spin nina", Float32Array.of(0.6, 0.8)],
    ["put some good old jazz records on", Float32Array.of(0.8, 0.6)],
  ]);
  expect(judgeTurns(turns, { vectors })[0]?.follow).toBe("rephrase");
  expect(judgeTurns(turns, { vectors, cosineMin: 0.97 })[0]?.follow).toBe("topic");
});

test("of a rewritten turn, what counts is what the user said", () => {
  const rewrite = { ruleId: "r", original: "play jaz", arm: "treated", propensity: 0.9 } as const;
  const [verdict] = judgeTurns([turn("play jazz", { rewrite }), turn("play jazz")]);
  expect(verdict).toMatchObject({ key: "play jaz", follow: "rephrase", outcome: "defect" });
});

test("keys are masked", () => {
  expect(judgeTurns([turn("Call 555 0100")])[0]?.key).toBe("call <number> <number>");
  expect(judgeTurns([])).toEqual([]);
});
