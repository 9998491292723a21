import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import type { Dense } from "./dense.ts";
import { type HeadShape, type LogitLoss, trainHead } from "./heads.ts";
import { loadJax } from "./jax.ts";
import { jaxTrainer } from "./jax-head.ts";
import { linearHead } from "./linear-head.ts";
import { mlpHead } from "./mlp-head.ts";
import { logSoftmax, softmax } from "./softmax.ts";

const [N, INPUTS, HIDDEN, CLASSES, BATCH, EPOCHS] = [24, 9, 10, 3, 8, 4];
const RATE = 0.02;
const jax = await loadJax();

// Both run in float32 and sum in different orders; Adam divides by a root, so small gradients part
// most.
const TOLERANCE = 2e-4;

test.each([{ kind: "linear" }, { kind: "mlp", hidden: HIDDEN }] satisfies HeadShape[])(
  "twelve steps of $kind training end where the array library's do",
  (head) => {
    const draw = rngOf("jax-head");
    const values = Float32Array.from({ length: N * INPUTS }, () => draw.normal());
    const features: Dense = { rows: N, cols: INPUTS, values };
    const labels = Array.from({ length: N }, () => draw.int(CLASSES));
    const isMlp = head.kind === "mlp";
    const model = isMlp ? mlpHead(INPUTS, HIDDEN, CLASSES) : linearHead(INPUTS, CLASSES);
    const rng = rngOf(1);
    const shape = { inputs: INPUTS, classes: CLASSES, batch: BATCH };
    const peer = jaxTrainer(
      jax,
      isMlp ? { ...shape, hidden: HIDDEN } : shape,
      model.initialise(rng.split("initial")),
    );

    // The peer is fed the very batches that ours sees.
    const loss: LogitLoss = (logits, rows) => {
      const x = Float32Array.from(
        Array.from(rows).flatMap((row) =>
          Array.from(values.subarray(row * INPUTS, (row + 1) * INPUTS)),
        ),
      );
      const y = new Float32Array(BATCH * CLASSES);
      const log = logSoftmax(logits, CLASSES);
      let sum = 0;
      rows.forEach((row, b) => {
        const at = b * CLASSES + (labels[row] as number);
        y[at] = 1;
        sum -= log[at] as number;
      });
      const gradient = softmax(logits, CLASSES).map((p, i) => (p - (y[i] as number)) / BATCH);
      expect(Math.abs(peer.step(x, y, RATE) - sum / BATCH)).toBeLessThan(TOLERANCE);
      return { loss: sum / BATCH, gradient };
    };
    const trained = unwrap(
      trainHead({
        features,
        classes: CLASSES,
        head,
        loss,
        epochs: EPOCHS,
        batch: BATCH,
        learningRate: RATE,
        weightDecay: 0,
        optimiser: { kind: "adam" },
        rng,
      }),
    );
    const bytes = Buffer.from(trained.toJSON().parameters, "base64");
    const own = new Float32Array(new Uint8Array(bytes).buffer);
    const theirs = peer.parameters();
    peer.dispose();
    expect(own.length).toBe(theirs.length);
    own.forEach((w, i) => {
      expect(Math.abs(w - (theirs[i] as number))).toBeLessThan(TOLERANCE);
    });
  },
);
