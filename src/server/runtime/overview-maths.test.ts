import { expect, test } from "vitest";
import { CorrectionId, ItemId, LessonId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import { rngOf } from "#core/rng.ts";
import { smallConfig } from "#server/testing.ts";
import type { LessonFigures } from "./lesson-figures.ts";
import {
  budgetPoints,
  errorCurve,
  errorNow,
  errorPerMinute,
  errorRemoved,
  forecast,
  gatesView,
  learningSteps,
  minutesSpent,
  reliabilityPoints,
  riskCoveragePoints,
  ruleViews,
} from "./overview-maths.ts";
import type { Answer } from "./state.ts";

const interval = (low: number, high: number) => ({ low, high, level: 0.95, method: "wilson" });
const error = (value: number, n = 100): Measurement => ({
  metric: "error",
  value,
  interval: interval(value / 2, value * 2),
  n,
});

const answerOf = (id: string, over: Partial<Answer> = {}): Answer => ({
  id: CorrectionId.parse(id),
  itemId: ItemId.parse(`item-${id}`),
  decision: "edited",
  before: "spam",
  after: "ham",
  risk: 0.5,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  undoes: undefined,
  atMs: 0,
  ms: 30_000,
  ...over,
});

const RATIO: Measurement = {
  metric: "errors-per-risk",
  value: 0.5,
  interval: { low: 0.25, high: 1, level: 0.975, method: "garwood" },
  n: 100,
};
const POOL = { pool: 10, answered: 2, accepted: 4, ratio: null, acceptedRisk: 0.01 };

test("error now counts answered items as right and the others by their risks, put right by held-out items", () => {
  const open = { risks: [0.9, 0.4, 0.2, 0.1], audits: 0, sampled: 1 };
  // (0.9 + 0.4 + 0.2 + 0.1 + 4 x 0.01) / 10
  expect(errorNow({ ...POOL, open })?.value).toBeCloseTo(0.164, 10);
  const measured = errorNow({ ...POOL, open, ratio: RATIO });
  expect(measured?.value).toBeCloseTo(0.082, 10);
  expect(measured?.interval?.low).toBeLessThan(0.082);
  expect(measured?.interval?.high).toBeGreaterThan(0.082);
  const after = errorNow({ ...POOL, answered: 3, open: { ...open, risks: [0.4, 0.2, 0.1] } });
  expect(after?.value).toBeCloseTo(0.074, 10);
  expect(errorNow({ ...POOL, pool: 0, open })).toBeNull();
});

test("a sample of the open cases stands for all of them", () => {
  const open = { risks: [0.5, 0.5], audits: 0, sampled: 0.5 };
  const scaled = errorNow({ ...POOL, pool: 8, accepted: 4, acceptedRisk: 0, open });
  expect(scaled?.value).toBeCloseTo(2 / 8, 10);
});

test("minutes count every answer given, also those taken back, and no undo", () => {
  const given = [answerOf("a"), answerOf("b"), answerOf("u", { decision: "undone", ms: 99_000 })];
  expect(minutesSpent(given)).toMatchObject({ value: 1, n: 2 });
  expect(minutesSpent([])).toMatchObject({ value: 0, n: 0 });
});

test("error per minute is what corrections put right over the time all answers took", () => {
  const answers = Array.from({ length: 20 }, (_, index) =>
    answerOf(`a${index}`, index % 2 === 0 ? {} : { before: "ham" }),
  );
  // 10 of 200 items put right in 20 x 0.5 minutes.
  const rate = errorPerMinute(answers, 200, rngOf(1));
  expect(rate?.value).toBeCloseTo(0.05 / 10, 12);
  expect(rate?.interval?.low).toBeGreaterThan(0);
  expect(rate?.interval?.low).toBeLessThan(0.005);
  expect(rate?.interval?.high).toBeGreaterThan(0.005);
  expect(errorPerMinute(answers.slice(0, 3), 200, rngOf(1))).toBeNull();
  expect(
    errorPerMinute(
      answers.map((one) => ({ ...one, ms: 0 })),
      200,
      rngOf(1),
    ),
  ).toBeNull();
});

test("what people took out of the error is counted, confirmed answers not among it", () => {
  const answers = [answerOf("a"), answerOf("b", { before: "ham" }), answerOf("c")];
  expect(errorRemoved(answers, 200)).toMatchObject({ value: 2 / 200, n: 3, interval: null });
  expect(errorRemoved([], 0).value).toBe(0);
});

const lesson = (version: number, over: Partial<LessonFigures> = {}): LessonFigures => ({
  lesson: {
    id: LessonId.parse(`l${version}`),
    parent: version === 1 ? null : LessonId.parse(`l${version - 1}`),
    learnedFrom: Array.from({ length: 40 * (version - 1) }, (_, i) => CorrectionId.parse(`c${i}`)),
    atMs: version,
  },
  version,
  status: "retired",
  gate: `gate ${version}`,
  measurements: [error(0.1 / version)],
  ...over,
});

test("the error curve has one point a measured lesson, and says which were in force", () => {
  const lessons = [lesson(1), lesson(2), lesson(3, { measurements: [] })];
  expect(errorCurve(lessons, new Set(["l1"]))).toEqual([
    { x: 0, y: 0.1, low: 0.05, high: 0.2, n: 100, lessonId: "l1", promoted: true },
    { x: 40, y: 0.05, low: 0.025, high: 0.1, n: 100, lessonId: "l2", promoted: false },
  ]);
});

test("a forecast waits for enough lessons", () => {
  const curve = (count: number) =>
    errorCurve(
      Array.from({ length: count }, (_, i) => lesson(i + 1)),
      new Set(),
    );
  expect(forecast([])).toEqual([]);
  expect(forecast(curve(2))).toEqual([]);
  const ahead = forecast(curve(5));
  expect(ahead.map(({ x }) => x)).toEqual([185, 210, 235, 260]);
  for (const { y, low, high } of ahead) {
    expect(low).toBeLessThanOrEqual(y);
    expect(high).toBeGreaterThanOrEqual(y);
  }
});

test("a step tells what its own corrections changed", () => {
  const measured = [
    error(0.08),
    { ...error(0.1), metric: "error-before" },
    { ...error(0), metric: "error-change", value: -0.02 },
  ];
  const steps = learningSteps(
    [lesson(1), lesson(2), lesson(3, { measurements: measured })],
    new Set(["l3"]),
  );
  expect(steps).toHaveLength(1);
  expect(steps[0]).toMatchObject({
    corrections: 40,
    lessonId: "l3",
    before: { value: 0.1 },
    after: { value: 0.08 },
    change: { value: -0.02 },
    promoted: true,
    gate: "gate 3",
  });
});

const RISKS = {
  risk: Float64Array.of(0.01, 0.01, 0.2, 0.6, 0.9),
  wrong: Float64Array.of(0, 0, 0, 1, 1),
};

test("risk-coverage lets the least risky out first", () => {
  expect(riskCoveragePoints(RISKS).map(({ x, y }) => [x, y])).toEqual([
    [0.2, 0],
    [0.4, 0],
    [0.6, 0],
    [0.8, 0.25],
    [1, 0.4],
  ]);
  expect(riskCoveragePoints({ risk: new Float64Array(), wrong: new Float64Array() })).toEqual([]);
});

test("reliability leaves empty bins out", () => {
  const points = reliabilityPoints(RISKS);
  expect(points.map(({ n }) => n)).toEqual([2, 1, 1, 1]);
  expect(points[0]).toMatchObject({ x: 0.01, y: 0 });
});

test("the gate is measured on what would go out", () => {
  const gates = gatesView(smallConfig(), RISKS);
  expect(gates).toMatchObject({ acceptBelow: 0.02, measured: { value: 0, n: 2 } });
  expect(
    gatesView(smallConfig({ route: { acceptBelow: 0, blockAbove: 1 } }), RISKS).measured,
  ).toBeNull();
});

test("the budget curve is put right by what held-out items show, and scaled up from a sample", () => {
  const all = budgetPoints({ risks: [0.4, 0.8, 0.2], sampled: 1 }, RATIO);
  expect(all.map(({ x }) => x)).toEqual([0, 1, 2, 3]);
  [0.7, 0.3, 0.1, 0].forEach((left, index) => {
    expect(all[index]?.y).toBeCloseTo(left, 10);
  });
  const sample = budgetPoints({ risks: [0.4, 0.8, 0.2], sampled: 0.1 }, RATIO);
  expect(sample.at(-1)?.x).toBe(30);
  expect(sample[0]?.y).toBeCloseTo(7, 10);
});

test("a rule's accuracy is counted where people answered enough, else taken from the lesson", () => {
  const row = { votes: 50, contradicted: 10, shared: 25, expectedRight: 40 };
  const table = {
    items: 200,
    sources: [
      { ...row, source: "money-words", judged: 20, right: 18 },
      { ...row, source: "outside", judged: 19, right: 0 },
    ],
  };
  const views = ruleViews(smallConfig(), table, { "money-words": 0.3 });
  expect(views.map(({ id }) => id)).toEqual(["money-words", "reply-prefix", "outside"]);
  expect(views[0]).toMatchObject({
    title: "money words",
    coverage: { value: 0.25 },
    accuracy: { value: 0.9, n: 20 },
    conflicts: 0.2,
    overlap: 0.5,
    weight: 0.3,
  });
  expect(views[1]).toMatchObject({ coverage: { value: 0 }, accuracy: null, weight: null });
  expect(views[2]).toMatchObject({ rule: null, accuracy: { value: 0.8, interval: null } });
});
