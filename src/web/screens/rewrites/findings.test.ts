import { expect, test } from "vitest";
import { LessonId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import type { LessonView } from "#core/views.ts";
import { defectFinding, minedText, takenOut } from "./findings.ts";

const change = (value: number, low: number, high: number): Measurement => ({
  metric: "defect-rate-change",
  value,
  interval: { low, high, level: 0.95, method: "cluster" },
  n: 100,
});

test("a difference is said only where its interval leaves zero out", () => {
  expect(defectFinding(change(-0.0634, -0.091, -0.034))).toBe(
    "Rewriting lowers defects: −6.3 points [−9.1, −3.4]",
  );
  expect(defectFinding(change(0.05, 0.01, 0.09))).toBe(
    "Rewriting raises defects: +5.0 points [+1.0, +9.0]",
  );
  for (const [low, high] of [
    [-0.1, 0],
    [0, 0.1],
    [-0.1, 0.1],
  ] as const)
    expect(defectFinding(change(0, low, high))).toMatch(/^No difference in defects shown yet: /);
  for (const missing of [null, { ...change(0, 0, 0), interval: null }])
    expect(defectFinding(missing)).toBe("Defects, rewritten against held out");
});

const lesson = (version: number, status: LessonView["status"]) =>
  ({
    id: LessonId.parse(`l${version}`),
    kind: "rewrites",
    version,
    parent: null,
    status,
    corrections: 0,
    summary: "",
    code: "",
    seed: "",
    options: {},
    measurements: [],
    gate: null,
    atMs: 0,
  }) satisfies LessonView;

test("a lesson newer than the one in force was taken out", () => {
  const lessons = [
    lesson(4, "held-back"),
    lesson(3, "retired"),
    lesson(2, "in-force"),
    lesson(1, "retired"),
  ];
  expect(takenOut(lessons)).toBe("Lesson 3 was taken out: lesson 2 is in force again.");
  expect(takenOut([lesson(2, "in-force"), lesson(1, "retired")])).toBeUndefined();
  expect(takenOut([lesson(2, "held-back"), lesson(1, "in-force")])).toBeUndefined();
  expect(takenOut([])).toBeUndefined();
});

test("a mining that is over says what it found, and what it could not read", () => {
  const result = { rewrites: 3, fresh: 1, skipped: 0 };
  expect(minedText({ state: "done", result })).toBe("3 rewrites, 1 new");
  expect(minedText({ state: "done", result: { ...result, skipped: 1 } })).toBe(
    "3 rewrites, 1 new; 1 turn could not be read",
  );
  expect(minedText({ state: "running", result: null })).toBe("");
  for (const odd of [null, "text", {}, { rewrites: "3" }])
    expect(minedText({ state: "done", result: odd })).toBe("");
  expect(minedText(undefined)).toBe("");
});
