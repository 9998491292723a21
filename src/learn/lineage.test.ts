import { expect, test } from "vitest";
import { CorrectionId, LessonId } from "#core/ids.ts";
import {
  type Ancestry,
  descendants,
  lessonIdOf,
  rebuildPlan,
  staleAfterRevoke,
} from "./lineage.ts";

const c = (n: number) => CorrectionId.parse(`c${n}`);
const l = (name: string) => LessonId.parse(name);
const lesson = (id: string, parent: string | null, ...from: number[]): Ancestry => ({
  id: l(id),
  parent: parent === null ? null : l(parent),
  learnedFrom: from.map(c),
});
const ids = (lessons: readonly Ancestry[]) => lessons.map(({ id }) => id);

// a ─▶ b ─▶ d, a ─▶ c; e stands alone. Given children first, to try the ordering.
const lessons = [
  lesson("d", "b", 1, 2, 4),
  lesson("b", "a", 1, 2),
  lesson("c", "a", 1, 3),
  lesson("e", null, 5),
  lesson("a", null, 1),
];

test("descendants are all that was learned on top, parents first", () => {
  expect(ids(descendants(lessons, l("a")))).toEqual(["b", "d", "c"]);
  expect(ids(descendants(lessons, l("b")))).toEqual(["d"]);
  expect(descendants(lessons, l("e"))).toEqual([]);
});

test("a revoked correction touches what learned from it and everything learned on top", () => {
  expect(ids(staleAfterRevoke(lessons, c(2)))).toEqual(["b", "d"]);
  expect(ids(staleAfterRevoke(lessons, c(1)))).toEqual(["a", "b", "d", "c"]);
  const onTop = [lesson("x", null, 7), lesson("y", "x", 8)];
  expect(ids(staleAfterRevoke(onTop, c(7)))).toEqual(["x", "y"]);
  expect(staleAfterRevoke(lessons, c(99))).toEqual([]);
});

test("the rebuild goes parents first and leaves the revoked out", () => {
  expect(rebuildPlan(lessons, new Set([c(2), c(5)]))).toEqual([
    { lessonId: "b", parent: "a", learnedFrom: ["c1"] },
    { lessonId: "d", parent: "b", learnedFrom: ["c1", "c4"] },
    { lessonId: "e", parent: null, learnedFrom: [] },
  ]);
});

test("a lesson that descends from itself is a bug", () => {
  expect(() => descendants([lesson("a", "b"), lesson("b", "a")], l("a"))).toThrow("itself");
});

test("a lesson's id follows from what made it", () => {
  const made = { parent: null, learnedFrom: [c(1)], seed: "7" };
  expect(lessonIdOf("memory", made)).toBe(lessonIdOf("memory", made));
  for (const other of [{ parent: l("a") }, { learnedFrom: [c(2)] }, { seed: "8" }])
    expect(lessonIdOf("memory", { ...made, ...other })).not.toBe(lessonIdOf("memory", made));
});
