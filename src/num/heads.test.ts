import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import { denseFromRows } from "./dense.ts";
import reference from "./heads.reference.json" with { type: "json" };
import {
  type EpochReport,
  type HeadShape,
  headFromJson,
  type LogitLoss,
  type TrainOptions,
  trainHead,
} from "./heads.ts";
import { takeRows } from "./matrix.ts";
import { warmupCosine } from "./schedules.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { csrFromRows } from "./sparse.ts";

/** Mean cross-entropy against one label for each row. */
const crossEntropy =
  (labels: ArrayLike<number>, k: number): LogitLoss =>
  (logits, rows) => {
    const gradient = softmax(logits, k);
    const log = logSoftmax(logits, k);
    let loss = 0;
    rows.forEach((row, b) => {
      const at = b * k + (labels[row] as number);
      loss -= log[at] as number;
      gradient[at] = (gradient[at] as number) - 1;
    });
    return { loss: loss / rows.length, gradient: gradient.map((g) => g / rows.length) };
  };

/** Two clouds, or for `xor` four in a pattern that no line parts. */
function clouds(seed: number, n: number, xor = false) {
  const rng = rngOf(seed);
  const labels = Uint8Array.from({ length: n }, () => rng.int(2));
  const rows = Array.from(labels, (label) => {
    const side = rng.bernoulli(0.5) ? 1 : -1;
    const centre = xor ? [side, label === 1 ? side : -side] : [label === 1 ? 1 : -1, 0];
    return centre.map((c) => c + 0.3 * rng.normal());
  });
  return { features: denseFromRows(rows), labels };
}

const settings = {
  classes: 2,
  head: { kind: "linear" },
  epochs: 20,
  batch: 16,
  learningRate: 0.05,
  weightDecay: 0,
  optimiser: { kind: "adam" },
} as const;

function optionsFor(seed: number, more: Partial<TrainOptions> = {}, xor = false): TrainOptions {
  const { features, labels } = clouds(seed, 200, xor);
  return { ...settings, features, loss: crossEntropy(labels, 2), rng: rngOf(seed), ...more };
}

function accuracy(logits: Float32Array, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const chosen = (logits[2 * i + 1] as number) > (logits[2 * i] as number) ? 1 : 0;
    if (chosen === labels[i]) right++;
  }
  return right / labels.length;
}

test("a linear head settles where scikit-learn's logistic regression does", () => {
  const [c] = reference.cases;
  if (c === undefined) throw new Error("the reference has one case");
  const k = c.probabilities[0]?.length ?? 0;
  const features = denseFromRows(c.features);
  const head = unwrap(
    trainHead({
      features,
      classes: k,
      head: { kind: "linear" },
      loss: crossEntropy(c.labels, k),
      epochs: 3000,
      batch: features.rows,
      learningRate: 0.5,
      weightDecay: c.weightDecay,
      optimiser: { kind: "sgd", momentum: 0.9 },
      rng: rngOf(1),
    }),
  );
  softmax(head.logits(features), k).forEach((p, i) => {
    expect(Math.abs(p - (c.probabilities.flat()[i] ?? Number.NaN))).toBeLessThan(reference.rtol);
  });
});

test.each([
  ["linear", { kind: "linear" }, false],
  ["mlp", { kind: "mlp", hidden: 16 }, false],
  ["mlp", { kind: "mlp", hidden: 16 }, true],
] satisfies [string, HeadShape, boolean][])("a %s head learns (xor: %3$s)", (_name, head, xor) => {
  const { features, labels } = clouds(2, 200, xor);
  const trained = unwrap(trainHead(optionsFor(1, { head, epochs: 60 }, xor)));
  expect(accuracy(trained.logits(features), labels)).toBeGreaterThan(0.97);
});

test("a linear head cannot learn xor", () => {
  const { features, labels } = clouds(2, 200, true);
  const trained = unwrap(trainHead(optionsFor(1, {}, true)));
  expect(accuracy(trained.logits(features), labels)).toBeLessThan(0.8);
});

test.each([{ kind: "linear" }, { kind: "mlp", hidden: 8 }] satisfies HeadShape[])(
  "same seed, same bytes; another seed, others: %o",
  (head) => {
    const run = (seed: number) =>
      JSON.stringify(unwrap(trainHead({ ...optionsFor(1, { head }), rng: rngOf(seed) })));
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  },
);

test("sparse and dense features of the same numbers train the same head", () => {
  const { features } = clouds(3, 50);
  const sparse = csrFromRows(
    Array.from({ length: features.rows }, (_, i) => ({
      indices: [0, 1],
      values: features.values.subarray(2 * i, 2 * i + 2),
    })),
    2,
  );
  for (const head of [{ kind: "linear" }, { kind: "mlp", hidden: 5 }] satisfies HeadShape[]) {
    const { labels } = clouds(3, 50);
    const run = (x: TrainOptions["features"]) =>
      unwrap(trainHead({ ...optionsFor(3, { head }), features: x, loss: crossEntropy(labels, 2) }));
    expect(run(sparse).toJSON()).toEqual(run(features).toJSON());
  }
});

test("features and labels are not touched", () => {
  const options = optionsFor(4);
  const before = options.features.values.slice();
  trainHead(options);
  expect(options.features.values).toEqual(before);
});

test("early stopping keeps the best epoch's parameters", () => {
  const held = clouds(11, 100);
  const noise = Uint8Array.from(held.labels, (label) => 1 - label); // learning makes it worse
  const reports: EpochReport[] = [];
  const trained = unwrap(
    trainHead(
      optionsFor(1, {
        validation: { features: held.features, loss: crossEntropy(noise, 2), patience: 3 },
        onEpoch: (report) => reports.push(report),
      }),
    ),
  );
  expect(reports.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  const [first] = reports;
  const logits = trained.logits(held.features);
  const loss = crossEntropy(noise, 2)(logits, Uint32Array.from(noise.keys())).loss;
  expect(loss).toBe(first?.validationLoss);
});

test("a schedule scales the learning rate", () => {
  const plain = unwrap(trainHead(optionsFor(1, { epochs: 2 })));
  const warmed = trainHead(optionsFor(1, { epochs: 2, schedule: warmupCosine({ warmup: 10 }) }));
  expect(unwrap(warmed).toJSON()).not.toEqual(plain.toJSON());
  const still = unwrap(trainHead(optionsFor(1, { epochs: 2, schedule: () => 0 })));
  expect(still.logits(clouds(1, 5).features)).toEqual(new Float32Array(10));
});

test("decay shrinks weights", () => {
  const size = (weightDecay: number) => {
    const head = unwrap(trainHead(optionsFor(1, { weightDecay, optimiser: { kind: "adamw" } })));
    return Math.hypot(...head.logits(denseFromRows([[1, 0]])));
  };
  expect(size(1)).toBeLessThan(0.8 * size(0));
});

test("a run that blows up starts again at half the learning rate", () => {
  const options = optionsFor(1, { epochs: 3 });
  let calls = 0;
  const rates: number[] = [];
  const flaky: LogitLoss = (logits, rows) => {
    const judged = options.loss(logits, rows);
    return ++calls === 20 ? { ...judged, loss: Number.NaN } : judged;
  };
  const onEpoch = ({ learningRate }: EpochReport) => rates.push(learningRate);
  const recovered = unwrap(trainHead({ ...options, loss: flaky, onEpoch }));
  expect(rates).toEqual([0.05, 0.025, 0.025, 0.025]);
  const half = unwrap(trainHead({ ...options, learningRate: 0.025 }));
  expect(recovered.toJSON()).toEqual(half.toJSON());
});

test("a row that spoils the loss twice is named", () => {
  const options = optionsFor(1);
  const values = options.features.values.slice();
  values[2 * 137] = Number.NaN;
  const features = { rows: 200, cols: 2, values };
  expect(trainHead({ ...options, features })).toEqual({
    ok: false,
    error: { kind: "nan-loss", part: "training", row: 137, epoch: 0, learningRate: 0.025 },
  });
  const validation = { features, loss: options.loss, patience: 3 };
  expect(trainHead({ ...options, validation })).toMatchObject({
    ok: false,
    error: { kind: "nan-loss", part: "validation", row: 137 },
  });
});

test("a gradient that is not finite is caught before it reaches the parameters", () => {
  const options = optionsFor(1);
  const loss: LogitLoss = (logits, rows) => {
    const judged = options.loss(logits, rows);
    const at = rows.indexOf(42);
    if (at >= 0) judged.gradient[2 * at] = Number.POSITIVE_INFINITY;
    return judged;
  };
  expect(trainHead({ ...options, loss })).toMatchObject({ error: { row: 42 } });
});

test("a cancelled training throws, before or between epochs", () => {
  expect(() => trainHead(optionsFor(1, { signal: AbortSignal.abort() }))).toThrow(/cancelled/);
  const controller = new AbortController();
  const onEpoch = () => controller.abort();
  expect(() => trainHead(optionsFor(1, { signal: controller.signal, onEpoch }))).toThrow(
    /cancelled/,
  );
});

test("a head survives JSON bit by bit", () => {
  for (const head of [{ kind: "linear" }, { kind: "mlp", hidden: 3 }] satisfies HeadShape[]) {
    const trained = unwrap(trainHead(optionsFor(1, { head })));
    const back = headFromJson(JSON.parse(JSON.stringify(trained)));
    const { features } = clouds(9, 20);
    expect(back.logits(features)).toEqual(trained.logits(features));
    expect(back).toMatchObject({ kind: head.kind, classes: 2, inputs: 2 });
  }
});

test("JSON that is no head says what is wrong with it", () => {
  const json = unwrap(trainHead(optionsFor(1))).toJSON();
  expect(() => headFromJson({ ...json, parameters: "AAAA" })).toThrow(/cut or padded/);
  expect(() => headFromJson({ ...json, inputs: 0 })).toThrow(/"inputs"/);
  expect(() => headFromJson({ ...json, kind: "tree" })).toThrow(/"kind"/);
  expect(() => headFromJson(undefined)).toThrow(/not as expected/);
});

test("features of another width are refused", () => {
  const trained = unwrap(trainHead(optionsFor(1)));
  expect(() => trained.logits(denseFromRows([[1]]))).toThrow(/2 columns/);
});

test("one row, or fewer rows than a batch, train", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 8 }), (n, batch) => {
      const { features, labels } = clouds(n, n);
      const seen: number[] = [];
      const loss: LogitLoss = (logits, rows) => {
        seen.push(...rows);
        return crossEntropy(labels, 2)(logits, rows);
      };
      unwrap(trainHead({ ...settings, features, loss, batch, epochs: 1, rng: rngOf(n) }));
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
    { seed: 1, numRuns: 30 },
  );
});

test("no rows, one class or a learning rate of 0 are refused", () => {
  const options = optionsFor(1);
  expect(() => trainHead({ ...options, features: takeRows(options.features, []) })).toThrow(/row/);
  expect(() => trainHead({ ...options, classes: 1 })).toThrow(/two classes/);
  expect(() => trainHead({ ...options, learningRate: 0 })).toThrow(/learning rate/);
});

test("every epoch goes through all rows, in an order of its own", () => {
  const options = optionsFor(1, { epochs: 2 });
  const seen: number[] = [];
  const loss: LogitLoss = (logits, rows) => {
    seen.push(...rows);
    return options.loss(logits, rows);
  };
  unwrap(trainHead({ ...options, loss }));
  const [first, second] = [seen.slice(0, 200), seen.slice(200)];
  expect(second).not.toEqual(first);
  expect(second.toSorted((a, b) => a - b)).toEqual(first.toSorted((a, b) => a - b));
});
