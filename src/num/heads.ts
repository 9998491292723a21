import { z } from "zod";
import { assert } from "#core/assert.ts";
import { badInput, Problem } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import type { HeadModel, Pass } from "./head-model.ts";
import { linearHead } from "./linear-head.ts";
import { allRows, type Matrix } from "./matrix.ts";
import { mlpHead } from "./mlp-head.ts";
import { createOptimiser, type OptimiserOptions, optimiserScratch } from "./optimisers.ts";
import { constant, type Schedule } from "./schedules.ts";
import { withWorkspace } from "./simd.ts";

export type HeadShape =
  | { readonly kind: "linear" }
  | { readonly kind: "mlp"; readonly hidden: number };

/**
 * A loss by the logits, so that any scalariser of any votes plugs in. `logits` [b, k] belong to the
 * items `rows` [b] of the features; `loss` is the mean over them, `gradient` [b, k] that of the
 * mean.
 */
export type LogitLoss = (
  logits: Float32Array,
  rows: Uint32Array,
) => { loss: number; gradient: Float32Array };

export interface EpochReport {
  /** From 0. */
  readonly epoch: number;
  /** Mean over the epoch's batches, each before its own step. */
  readonly loss: number;
  readonly validationLoss: number | undefined;
  /** Halved once if the loss stopped being a number; training then starts again. */
  readonly learningRate: number;
}

export interface TrainOptions {
  readonly features: Matrix;
  readonly classes: number;
  readonly head: HeadShape;
  readonly loss: LogitLoss;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Of weights only: biases do not decay. */
  readonly weightDecay: number;
  readonly optimiser: OptimiserOptions;
  /** Default: constant. */
  readonly schedule?: Schedule;
  /** Stops after `patience` epochs without a lower loss; the best epoch's parameters are kept. */
  readonly validation?: {
    readonly features: Matrix;
    readonly loss: LogitLoss;
    readonly patience: number;
  };
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  readonly onEpoch?: (report: EpochReport) => void;
}

/** The loss stopped being a number at half the learning rate too. */
export interface NanLoss {
  readonly kind: "nan-loss";
  /** Which features the row is of. */
  readonly part: "training" | "validation";
  /** The first row whose loss, logits or gradient are not finite. */
  readonly row: number;
  readonly epoch: number;
  /** The halved one. */
  readonly learningRate: number;
}

export interface TrainedHead {
  readonly kind: HeadShape["kind"];
  readonly classes: number;
  /** Columns of the features it reads. */
  readonly inputs: number;
  /** Logits [n, k] of all rows. */
  logits(features: Matrix): Float32Array;
  toJSON(): HeadJson;
}

const headFields = {
  classes: z.int().positive(),
  inputs: z.int().positive(),
  /** Float32, little-endian, base64; the order is that of the head's own docstring. */
  parameters: z.base64(),
};
export const HeadJson = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("linear"), ...headFields }),
  z.strictObject({ kind: z.literal("mlp"), hidden: z.int().positive(), ...headFields }),
]);
export type HeadJson = z.infer<typeof HeadJson>;

const modelOf = (head: HeadShape, inputs: number, classes: number): HeadModel =>
  head.kind === "linear" ? linearHead(inputs, classes) : mlpHead(inputs, head.hidden, classes);

/**
 * Minibatch training in float32, the same bytes for the same seed. Every step updates all
 * parameters, those of absent features too: under Adam and momentum they go on moving, so a lazy
 * update would not be exact. Throws a `cancelled` problem when `signal` says so.
 */
export function trainHead(options: TrainOptions): Result<TrainedHead, NanLoss> {
  const { features, classes, head } = options;
  assertTrainable(options);
  const model = modelOf(head, features.cols, classes);
  const attempt = runEpochs(model, options, options.learningRate);
  // A run that started well and blew up was stepping too far; one halving tells that from bad data.
  const settled = attempt.ok ? attempt : runEpochs(model, options, options.learningRate / 2);
  return settled.ok ? ok(trainedHead(model, head, features.cols, classes, settled.value)) : settled;
}

function assertTrainable({
  features,
  classes,
  epochs,
  batch,
  learningRate,
  validation,
}: TrainOptions) {
  assert(features.rows > 0, "features to train on have at least one row");
  assert(classes >= 2, "a head tells at least two classes apart");
  assert(epochs > 0 && batch > 0, "epochs and batch are positive");
  assert(learningRate > 0 && Number.isFinite(learningRate), "the learning rate is positive");
  assert(
    validation === undefined ||
      (validation.features.cols === features.cols && validation.features.rows > 0),
    "validation features have rows, and the columns of those trained on",
  );
}

function runEpochs(
  model: HeadModel,
  options: TrainOptions,
  learningRate: number,
): Result<Float32Array, NanLoss> {
  const { batch, epochs, validation, signal, onEpoch, rng } = options;
  const { size, weights } = model;
  const moments = optimiserScratch(options.optimiser, size);
  return withWorkspace([size, size, ...moments, ...model.scratch(batch)], (work) => {
    const parameters = work.zeros(size);
    parameters.set(model.initialise(rng.split("initial")));
    const target = { size, weightDecay: options.weightDecay, decayed: weights };
    const optimiser = createOptimiser(options.optimiser, target, work);
    const gradient = work.zeros(size);
    const pass = model.pass(parameters, batch, work);
    let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, parameters: new Float32Array(0) };

    for (let epoch = 0; epoch < epochs; epoch++) {
      if (signal?.aborted) throw new Problem("cancelled", "Training was cancelled");
      const step = (logitGradient: Float32Array, rows: Uint32Array, factor: number) => {
        pass.backward(options.features, rows, logitGradient, gradient);
        optimiser.step(parameters, gradient, learningRate * factor);
      };
      const trained = runEpoch(options, epoch, { pass, step });
      if (!trained.ok) return err({ ...trained.error, epoch, learningRate });
      const judged = validation && judge(pass, validation, batch);
      if (judged?.ok === false) return err({ ...judged.error, epoch, learningRate });
      onEpoch?.({ epoch, loss: trained.value, validationLoss: judged?.value, learningRate });
      if (judged === undefined) continue;
      if (judged.value < best.loss)
        best = { loss: judged.value, epoch, parameters: parameters.slice() };
      if (epoch - best.epoch >= (validation?.patience ?? 0)) break;
    }
    return ok(validation === undefined ? parameters.slice() : best.parameters);
  });
}

type Unsound = Pick<NanLoss, "kind" | "part" | "row">;

/**
 * One pass over the training rows in an order of the epoch's own; the mean of the batches' losses.
 */
function runEpoch(
  { features, batch, epochs, rng, loss, schedule = constant }: TrainOptions,
  epoch: number,
  how: {
    pass: Pass;
    step: (logitGradient: Float32Array, rows: Uint32Array, factor: number) => void;
  },
): Result<number, Unsound> {
  const order = rng.split(`epoch-${epoch}`).permutation(features.rows);
  const batches = Math.ceil(features.rows / batch);
  let sum = 0;
  for (let b = 0; b < batches; b++) {
    const rows = order.subarray(b * batch, (b + 1) * batch);
    const logits = how.pass.forward(features, rows);
    const judged = loss(logits, rows);
    assert(judged.gradient.length === logits.length, "a gradient has one entry for each logit");
    if (!isSound(judged))
      return err({ kind: "nan-loss", part: "training", row: unsoundRow(logits, rows, loss) });
    how.step(judged.gradient, rows, schedule(epoch * batches + b, epochs * batches));
    sum += judged.loss;
  }
  return ok(sum / batches);
}

/** The loss on all validation rows at once. */
function judge(
  pass: Pass,
  { features, loss }: { features: Matrix; loss: LogitLoss },
  batch: number,
): Result<number, Unsound> {
  const rows = allRows(features.rows);
  const logits = forwardAll(pass, features, batch);
  const judged = loss(logits, rows);
  if (Number.isFinite(judged.loss)) return ok(judged.loss);
  return err({ kind: "nan-loss", part: "validation", row: unsoundRow(logits, rows, loss) });
}

function forwardAll(pass: Pass, features: Matrix, batch: number): Float32Array {
  const rows = allRows(features.rows);
  const parts: Float32Array[] = [];
  for (let start = 0; start < rows.length; start += batch)
    parts.push(pass.forward(features, rows.subarray(start, start + batch)));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const isSound = ({ loss, gradient }: ReturnType<LogitLoss>): boolean =>
  Number.isFinite(loss) && gradient.every(Number.isFinite);

/**
 * The first of `rows` that is unsound by itself; the first of all where only their sum overflows.
 */
function unsoundRow(logits: Float32Array, rows: Uint32Array, loss: LogitLoss): number {
  const k = logits.length / rows.length;
  const at = rows.findIndex((_, b) => {
    const own = logits.slice(b * k, (b + 1) * k);
    return !own.every(Number.isFinite) || !isSound(loss(own, rows.slice(b, b + 1)));
  });
  return rows[Math.max(at, 0)] as number;
}

/**
 * Rows at a time when a trained head reads features: its units then fit in the second-level cache.
 */
const LOGITS_BATCH = 256;

function trainedHead(
  model: HeadModel,
  head: HeadShape,
  inputs: number,
  classes: number,
  parameters: Float32Array,
): TrainedHead {
  return {
    kind: head.kind,
    classes,
    inputs,
    logits(features) {
      assert(features.cols === inputs, `features of ${inputs} columns`);
      const batch = Math.min(LOGITS_BATCH, Math.max(1, features.rows));
      return withWorkspace([model.size, ...model.scratch(batch)], (work) => {
        const held = work.zeros(model.size);
        held.set(parameters);
        return forwardAll(model.pass(held, batch, work), features, batch);
      });
    },
    toJSON: () => ({
      ...head,
      classes,
      inputs,
      parameters: Buffer.from(
        parameters.buffer,
        parameters.byteOffset,
        parameters.byteLength,
      ).toString("base64"),
    }),
  };
}

/** The head that `toJSON` wrote. Throws a `Problem` where it is anything else. */
export function headFromJson(json: unknown): TrainedHead {
  const parsed = HeadJson.safeParse(json);
  if (!parsed.success) throw badInput(parsed.error, json);
  const { classes, inputs, parameters: encoded, ...head } = parsed.data;
  const model = modelOf(head, inputs, classes);
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.byteLength !== model.size * Float32Array.BYTES_PER_ELEMENT)
    throw new Problem("bad-input", "The parameters of a trained head are cut or padded", {
      expected: `${model.size} numbers of 4 bytes`,
      got: `${bytes.byteLength} bytes`,
      at: { field: "parameters" },
    });
  // A copy, since a Buffer may start at an offset that is no multiple of 4.
  const parameters = new Float32Array(new Uint8Array(bytes).buffer);
  return trainedHead(model, head, inputs, classes, parameters);
}
