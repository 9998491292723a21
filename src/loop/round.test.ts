import { expect, test } from "vitest";
import { CorrectionId, LessonId } from "#core/ids.ts";
import {
  advanceRound,
  firstRound,
  nextRoundCommand,
  type Round,
  type RoundEvent,
} from "./round.ts";

const c = (n: number) => CorrectionId.parse(`c${n}`);
const lesson = (name: string) => LessonId.parse(name);
const corrected = (n: number): RoundEvent => ({ kind: "corrected", correctionId: c(n) });
const fold = (round: Round, ...events: RoundEvent[]) => events.reduce(advanceRound, round);

test("learns when enough fresh corrections stand, and not before", () => {
  const almost = fold(firstRound(3), corrected(1), corrected(2));
  expect(nextRoundCommand(almost).run).toBe("gather");
  expect(nextRoundCommand(advanceRound(almost, corrected(3))).run).toBe("learn");
});

test("a repeated correction and an undone one do not count", () => {
  const round = fold(firstRound(3), corrected(1), corrected(1), corrected(2), {
    kind: "undone",
    correctionId: c(2),
  });
  expect([...round.fresh]).toEqual(["c1"]);
});

test("what comes while a lesson is learned waits for the next one", () => {
  const learning = fold(firstRound(2), corrected(1), corrected(2), corrected(3));
  const measured = fold(
    learning,
    { kind: "learned", lessonId: lesson("a"), seen: new Set([c(1), c(2)]) },
    { kind: "measured" },
  );
  expect(nextRoundCommand(measured).run).toBe("gate");
  const promoted = advanceRound(measured, { kind: "promoted", lessonId: lesson("a") });
  expect([promoted.phase, promoted.inForce, [...promoted.fresh]]).toEqual([
    "gathering",
    "a",
    ["c3"],
  ]);
});

test("a lesson held back leaves the one in force; a roll back goes to an earlier one", () => {
  const learn = (round: Round, id: string) =>
    fold(
      round,
      { kind: "refit-asked" },
      { kind: "learned", lessonId: lesson(id), seen: new Set() },
      { kind: "measured" },
    );
  const a = advanceRound(learn(firstRound(9), "a"), { kind: "promoted", lessonId: lesson("a") });
  const heldBack = advanceRound(learn(a, "b"), { kind: "held-back", lessonId: lesson("b") });
  expect(heldBack.inForce).toBe("a");
  const b = advanceRound(learn(a, "b"), { kind: "promoted", lessonId: lesson("b") });
  expect([b.inForce, b.before]).toEqual(["b", ["a"]]);
  const back = advanceRound(b, { kind: "rolled-back", to: lesson("a") });
  expect([back.inForce, back.before]).toEqual(["a", []]);
});

test("a failed fit goes back to gathering and keeps the fresh corrections", () => {
  const failed = fold(firstRound(1), corrected(1), { kind: "learn-failed" });
  expect([failed.phase, failed.fresh.size]).toEqual(["gathering", 1]);
});
