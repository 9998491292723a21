import { expect, test } from "vitest";
import type { AnnotatorView, BestOfCurve, TrainingPoint } from "#core/comparison-views.ts";
import { LessonId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import { accuracyFinding, bestOfFinding, biasText, opposite, trainingFinding } from "./findings.ts";

const measured = (value: number, low: number, high: number): Measurement => ({
  metric: "share",
  value,
  interval: { low, high, level: 0.95, method: "wilson" },
  n: 20,
});
const look = (step: number, reward: number | null, gold: number | null): TrainingPoint => ({
  step,
  reward,
  gold,
  goldError: gold === null ? null : 0.1,
  loss: null,
  kl: 0,
  length: 5,
  sample: "",
});

test("a gain seen from the other side turns its interval around", () => {
  expect(opposite(measured(-0.2, -0.3, 0.1))).toMatchObject({
    value: 0.2,
    interval: { low: -0.1, high: 0.3 },
  });
});

test("accuracy is told from its first point to its last", () => {
  const point = (comparisons: number, value: number, promoted = true) => ({
    comparisons,
    accuracy: measured(value, 0, 1),
    lessonId: LessonId.parse(`l${comparisons}`),
    promoted,
  });
  expect(accuracyFinding([])).toBe("Accuracy is not measured yet");
  expect(accuracyFinding([point(52, 0.5)])).toBe("50.0 % right after 52 comparisons");
  expect(accuracyFinding([point(52, 0.5), point(92, 0.615)])).toBe(
    "50.0 → 61.5 % right with 40 more comparisons",
  );
  expect(accuracyFinding([point(52, 0.5), point(92, 0.45, false)])).toMatch(
    /more comparisons: held back$/,
  );
});

test("a run is over-optimised where the true reward fell by more than its error while the learned rose", () => {
  expect(trainingFinding([])).toBe("Nothing measured yet");
  expect(trainingFinding([look(0, 0, 1)])).toBe("Measured once, before the first step");
  expect(trainingFinding([look(0, 0, 1), look(10, 0.5, 1.25)])).toBe(
    "Learned reward +0.50, true reward +0.25 in 10 steps",
  );
  expect(trainingFinding([look(0, 0, 1), look(10, 1, 1.5), look(20, 2, -1)])).toBe(
    "Over-optimised: the true reward fell by 2.50 after step 10 while the learned one rose",
  );
  // Within the error of both looks: √(0.1² + 0.1²) = 0.14.
  expect(trainingFinding([look(0, 0, 1), look(10, 1, 0.9)])).toBe(
    "Learned reward +1.00, true reward −0.10 in 10 steps",
  );
  expect(trainingFinding([look(0, 0, null), look(5, 1, null)])).toBe(
    "Learned reward +1.00 in 5 steps",
  );
  expect(trainingFinding([look(0, null, 1), look(5, null, 2)])).toBe(
    "True reward +1.00 in 5 steps",
  );
});

test("the safe number of replies is told, or that none is known", () => {
  const curve = (n: number | null): BestOfCurve => ({
    curve: [1, 4, 64].map((of) => ({
      n: of,
      kl: 0,
      proxy: measured(0, 0, 0),
      unseen: null,
      gold: null,
    })),
    recommended: { n, by: "members", reason: "" },
    prompts: 4,
    warnings: [],
  });
  expect(bestOfFinding(curve(4))).toContain("up to the best of 4");
  expect(bestOfFinding(curve(64))).toContain("up to 64 replies is safe");
  expect(bestOfFinding(curve(null))).toContain("No number");
});

test("a judge is swayed where an interval leaves out one half", () => {
  const judge = (leftWins: Measurement | null, longerWins: Measurement | null): AnnotatorView => ({
    ...{ id: "ann", simulated: false, compared: 1, ties: 0, msMedian: null, withMajority: null },
    leftWins,
    longerWins,
  });
  expect(biasText(judge(null, null))).toBe("not seen");
  expect(biasText(judge(measured(0.6, 0.4, 0.8), measured(0.5, 0.4, 0.6)))).toBe("not seen");
  expect(biasText(judge(measured(0.8, 0.6, 0.9), measured(0.2, 0.1, 0.4)))).toBe(
    "to the left, to the shorter",
  );
});
