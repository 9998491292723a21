import { expect, test } from "vitest";
import { logSoftmax, softmax, softmaxInPlace } from "./softmax.ts";

test("rows by hand", () => {
  const logits = Float64Array.of(0, Math.log(3), 7, 7);
  softmaxInPlace(logits, 2);
  expect(Array.from(logits)).toEqual([
    expect.closeTo(0.25, 12),
    expect.closeTo(0.75, 12),
    0.5,
    0.5,
  ]);
});

test("huge logits neither overflow nor vanish", () => {
  expect(softmax(Float32Array.of(1000, 1000, -1000), 3)).toEqual(Float32Array.of(0.5, 0.5, 0));
  expect(Array.from(logSoftmax([1000, 0], 2))).toEqual([0, -1000]);
});

test("softmax leaves its argument alone", () => {
  const logits = Float32Array.of(1, 2);
  softmax(logits, 2);
  expect(logits).toEqual(Float32Array.of(1, 2));
});

test("log-probabilities are the logarithm of probabilities", () => {
  const logits = Float32Array.of(0.3, -1.2, 2.5, 0, 0.1, -0.4);
  const log = logSoftmax(logits, 3);
  softmax(logits, 3).forEach((p, i) => {
    expect(Math.exp(log[i] ?? Number.NaN)).toBeCloseTo(p, 6);
  });
});

test("a logit that is not a number spoils its own row only", () => {
  const p = softmax(Float32Array.of(Number.NaN, 1, 1, 1), 2);
  expect(Array.from(p)).toEqual([Number.NaN, Number.NaN, 0.5, 0.5]);
});
