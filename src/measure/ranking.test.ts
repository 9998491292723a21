import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import reference from "./measure.reference.json" with { type: "json" };
import { auroc, aurocOf, averagePrecision } from "./ranking.ts";

const { risk, wrong, ...expected } = reference.cases.risk;

test("AUROC and average precision with ties agree with scikit-learn", () => {
  expect(unwrap(auroc(risk, wrong))).toBeCloseTo(expected.auroc, 12);
  expect(unwrap(averagePrecision(risk, wrong))).toBeCloseTo(expected.averagePrecision, 12);
});

test("hand-computed: one pair of six the wrong way round, one tied", () => {
  // Positives 0.9, 0.4; negatives 0.5, 0.4, 0.1: pairs 3 + (0 + ½ + 1) of 6.
  const scores = [0.9, 0.4, 0.5, 0.4, 0.1];
  expect(unwrap(auroc(scores, [1, 1, 0, 0, 0]))).toBeCloseTo(4.5 / 6, 12);
});

test("one class only is an answer of its own", () => {
  expect(auroc([0.1, 0.2], [1, 1])).toEqual({
    ok: false,
    error: { kind: "one-class", positives: 2, negatives: 0 },
  });
  expect(averagePrecision([0.1], [0])).toMatchObject({ ok: false });
  expect(auroc([], [])).toMatchObject({ ok: false });
  expect(() => auroc([Number.NaN, 0], [1, 0])).toThrow("got NaN at 0");
});

test("on a resample it is the AUROC of the items drawn", () => {
  const statistic = aurocOf(risk, wrong);
  const indices = Uint32Array.from({ length: 300 }, (_, i) => (i * 37) % 211);
  const drawn = (values: number[]) => Array.from(indices, (i) => values[i] ?? Number.NaN);
  expect(statistic(indices)).toBeCloseTo(unwrap(auroc(drawn(risk), drawn(wrong))), 12);
  expect(statistic(Uint32Array.of(0, 0))).toBeNaN();
});

test("only the order of scores counts, and reversing it mirrors the area", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(20), fc.nat(1)), { minLength: 2, maxLength: 60 }),
      (pairs) => {
        const scores = pairs.map(([score]) => score);
        const positive = pairs.map(([, y]) => y);
        fc.pre(positive.includes(0) && positive.includes(1));
        const area = unwrap(auroc(scores, positive));
        expect(
          unwrap(
            auroc(
              scores.map((s) => Math.exp(s / 3)),
              positive,
            ),
          ),
        ).toBeCloseTo(area, 12);
        expect(
          unwrap(
            auroc(
              scores.map((s) => -s),
              positive,
            ),
          ),
        ).toBeCloseTo(1 - area, 12);
      },
    ),
    { seed: 3, numRuns: 200 },
  ));
