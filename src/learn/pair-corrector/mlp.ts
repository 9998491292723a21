import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";
import { HeadJson, headFromJson, type LogitLoss, trainHead } from "#num/heads.ts";
import { type Rows, sigmoid, standardise } from "./logistic.ts";

/** A small net on standardised features, with two logits. */
export const Mlp = z.strictObject({
  kind: z.literal("mlp"),
  mean: z.array(z.number()),
  scale: z.array(z.number()),
  head: HeadJson,
});
export type Mlp = z.infer<typeof Mlp>;

const HIDDEN = 16;
const EPOCHS = 12;

function standardised(x: Float64Array, { mean, scale }: Pick<Mlp, "mean" | "scale">) {
  const cols = mean.length;
  const values = Float32Array.from(
    x,
    (value, i) => (value - (mean[i % cols] as number)) / (scale[i % cols] as number),
  );
  return { rows: x.length / cols, cols, values };
}

/** Cross-entropy of two logits a row: the second is that of label 1. */
const crossEntropy =
  (y: Uint8Array): LogitLoss =>
  (logits, rows) => {
    const gradient = new Float32Array(logits.length);
    let loss = 0;
    rows.forEach((row, b) => {
      const p = sigmoid((logits[2 * b + 1] as number) - (logits[2 * b] as number));
      const label = y[row] as number;
      loss -= Math.log(Math.max(1e-12, label === 1 ? p : 1 - p)) / rows.length;
      gradient[2 * b + 1] = (p - label) / rows.length;
      gradient[2 * b] = (label - p) / rows.length;
    });
    return { loss, gradient };
  };

export function fitMlp(rows: Rows, rng: Rng): Mlp {
  const { mean, scale } = standardise(rows);
  const trained = trainHead({
    features: standardised(rows.x, { mean, scale }),
    classes: 2,
    head: { kind: "mlp", hidden: HIDDEN },
    loss: crossEntropy(rows.y),
    epochs: EPOCHS,
    batch: 128,
    learningRate: 0.005,
    weightDecay: 1e-4,
    optimiser: { kind: "adam" },
    rng: rng.split("mlp"),
  });
  if (!trained.ok)
    throw new Problem("bad-input", "The net does not learn from these pairs", {
      expected: "features that are finite",
      got: `a loss that is no number at row ${trained.error.row}`,
    });
  return { kind: "mlp", mean, scale, head: trained.value.toJSON() };
}

/** [n] probabilities of label 1 for features [n, width]. */
export function mlpProbabilities({ mean, scale, head }: Mlp, x: Float64Array): Float64Array {
  const logits = headFromJson(head).logits(standardised(x, { mean, scale }));
  return Float64Array.from({ length: logits.length / 2 }, (_, i) =>
    sigmoid((logits[2 * i + 1] as number) - (logits[2 * i] as number)),
  );
}
