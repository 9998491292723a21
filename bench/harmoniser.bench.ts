import type { Ctx } from "#core/contracts.ts";
import { unwrap } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import { type HeadShape, type LogitLoss, trainHead } from "#num/heads.ts";
import { type Jax, loadJax } from "#num/jax.ts";
import { type JaxTrainer, jaxTrainer } from "#num/jax-head.ts";
import { linearHead } from "#num/linear-head.ts";
import { allRows, isCsr, type Matrix, takeRows } from "#num/matrix.ts";
import { mlpHead } from "#num/mlp-head.ts";
import { softmax } from "#num/softmax.ts";
import { csrToDense } from "#num/sparse.ts";
import { featurise } from "#systems/pareto-calibration/features.ts";
import { Options } from "#systems/pareto-calibration/options.ts";
import { project } from "#systems/pareto-calibration/project.ts";
import { CLASSES, type MailWorld, mailWorld } from "#systems/pareto-calibration/study-world.ts";
import {
  abba,
  type Bench,
  type Figure,
  inSeconds,
  mustHold,
  perSecond,
  repeat,
} from "./harness.ts";
import { ctxOf, mailConfig, mailPool } from "./mails.ts";

const BATCH = 64;
const K = CLASSES.length;
const RATE = 0.01;
/** Whole batches only: the library compiles one shape. */
const BATCHES = 56;
const EMBEDDING = 512;
/** At the library's own rate: two runs of one side differ by as much as this leaves. */
const SAME_RATE = 0.9;
/** Both run in float32 and sum in different orders. */
const LOSS_TOLERANCE = 1e-3;

interface Task {
  readonly what: string;
  readonly features: Matrix;
  readonly head: HeadShape;
  readonly epochs: number;
}

/** Rows of the b-th batch in the order given. */
const batchRows = (b: number): Uint32Array => allRows(BATCH).map((i) => b * BATCH + i);

/** Features and one-hot targets of each batch with the zeros written out: the library has no sparse product. */
function denseBatches(features: Matrix, labels: Int16Array): [Float32Array, Float32Array][] {
  return Array.from({ length: BATCHES }, (_, b) => {
    const part = takeRows(features, batchRows(b));
    const y = new Float32Array(BATCH * K);
    batchRows(b).forEach((row, i) => {
      y[i * K + (labels[row] ?? 0)] = 1;
    });
    return [(isCsr(part) ? csrToDense(part) : part).values, y];
  });
}

/** Mean cross-entropy against the labels; each batch's loss is noted in `losses`, where given. */
function crossEntropy(labels: Int16Array, seen?: (rows: Uint32Array, loss: number) => void) {
  const judge: LogitLoss = (logits, rows) => {
    const gradient = softmax(logits, K);
    let loss = 0;
    rows.forEach((row, b) => {
      const at = b * K + (labels[row] ?? 0);
      loss -= Math.log(gradient[at] ?? 0) / rows.length;
      gradient[at] = (gradient[at] ?? 0) - 1;
    });
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] ?? 0) / rows.length;
    seen?.(rows, loss);
    return { loss, gradient };
  };
  return judge;
}

const train = ({ features, head }: Task, loss: LogitLoss, epochs: number, rng: Rng) =>
  unwrap(
    trainHead({
      features,
      classes: K,
      head,
      loss,
      epochs,
      batch: BATCH,
      learningRate: RATE,
      weightDecay: 0,
      optimiser: { kind: "adam" },
      rng,
    }),
  );

function peerOf(jax: Jax, { features, head }: Task, rng: Rng): JaxTrainer {
  const inputs = features.cols;
  const model = head.kind === "mlp" ? mlpHead(inputs, head.hidden, K) : linearHead(inputs, K);
  const hidden = head.kind === "mlp" ? { hidden: head.hidden } : {};
  const shape = { inputs, classes: K, batch: BATCH, ...hidden };
  return jaxTrainer(jax, shape, model.initialise(rng.split("initial")));
}

/** An epoch on both sides, the library fed the very batches ours drew: the losses must be the same. */
function checkEqual(jax: Jax, task: Task, labels: Int16Array, rng: Rng): void {
  const peer = peerOf(jax, task, rng);
  let apart = 0;
  const loss = crossEntropy(labels, (rows, ours) => {
    const part = takeRows(task.features, rows);
    const y = new Float32Array(BATCH * K);
    rows.forEach((row, i) => {
      y[i * K + (labels[row] ?? 0)] = 1;
    });
    const theirs = peer.step((isCsr(part) ? csrToDense(part) : part).values, y, RATE);
    apart = Math.max(apart, Math.abs(ours - theirs));
  });
  train(task, loss, 1, rng);
  peer.dispose();
  mustHold(apart < LOSS_TOLERANCE, `the losses of ${task.what} part by ${apart}`);
}

async function stepsPerSecond(jax: Jax, task: Task, labels: Int16Array, rng: Rng): Promise<Figure> {
  checkEqual(jax, task, labels, rng);
  const loss = crossEntropy(labels);
  const batches = denseBatches(task.features, labels);
  const peer = peerOf(jax, task, rng);
  const { a, b } = await abba(
    () => train(task, loss, task.epochs, rng),
    () => {
      for (let epoch = 0; epoch < task.epochs; epoch++)
        for (const [x, y] of batches) peer.step(x, y, RATE);
    },
  );
  peer.dispose();
  const steps = BATCHES * task.epochs;
  const theirs = perSecond(steps, b).ours;
  return {
    what: task.what,
    ...perSecond(steps, a),
    unit: "steps/s",
    better: "more",
    target: SAME_RATE * theirs,
    peer: { name: "jax-js, jitted step", value: theirs },
    note: isCsr(task.features)
      ? "real mails, sparse; the library takes them dense, zeros made beforehand"
      : "the same dense batches on both sides",
  };
}

function tasksOf(mails: Matrix, rng: Rng): Task[] {
  const values = Float32Array.from({ length: mails.rows * EMBEDDING }, () => rng.normal());
  const vectors = { rows: mails.rows, cols: EMBEDDING, values };
  const mlp = { kind: "mlp", hidden: 100 } as const;
  return [
    {
      what: `linear ${mails.cols}-${K}, batch ${BATCH}`,
      features: mails,
      head: { kind: "linear" },
      epochs: 10,
    },
    { what: `MLP ${mails.cols}-100-${K}, batch ${BATCH}`, features: mails, head: mlp, epochs: 3 },
    { what: `MLP ${EMBEDDING}-100-${K}, batch ${BATCH}`, features: vectors, head: mlp, epochs: 10 },
  ];
}

/** What a reviewer waits for after a few dozen corrections; the bound is reading the mails at all. */
async function refit(world: MailWorld, ctx: Ctx): Promise<Figure> {
  const pool = mailPool(world, world.train);
  const { learn } = project.learner(pool, mailConfig);
  const documents = pool.map(({ item }) => item.input);
  const options = Options.parse({});
  const read = await repeat(() => featurise(documents, options));
  return {
    what: `whole refit on ${pool.length.toLocaleString("en")} mails`,
    ...inSeconds(await repeat(() => learn([], undefined, ctx))),
    unit: "s",
    better: "less",
    peer: { name: "bound: hashing the words alone", value: read.ours / 1000 },
    note: `${world.votes.sources} sources; four settings tried, stopped on held-out votes`,
  };
}

export const bench: Bench = {
  name: "harmoniser",
  about: "Training of the harmoniser's heads on the mails beside the array library's own step",
  async run(log) {
    const ctx = ctxOf("harmoniser");
    const { rng } = ctx;
    const jax = await loadJax();
    const world = await mailWorld(ctx, { fast: false });
    const rows = world.train.subarray(0, BATCHES * BATCH);
    const labels = Int16Array.from(rows, (i) => world.gold[i] ?? 0);
    const figures: Figure[] = [];
    for (const task of tasksOf(takeRows(world.features, rows), rng.split("vectors"))) {
      log(task.what);
      figures.push(await stepsPerSecond(jax, task, labels, rng.split(task.what)));
    }
    log("refit");
    figures.push(await refit(world, ctx));
    return figures;
  },
};
