import { z } from "zod";

export const TfjsTraining = z.object({
  version: z.string(),
  losses: z.array(z.number()),
  stepsPerSecond: z.number(),
});

/** The same decoder, weights, batch and optimiser, on the WebAssembly backend of TensorFlow.js. */
export const tfjsScript = (sizes: {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly context: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
}): string => `
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
const { vocabulary: V, width: D, layers: L, heads: H, context: T, batch: B, steps, rate } =
  ${JSON.stringify(sizes)};
const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(dirname(entry) + "/");
setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();
const file = (at, Kind) => {
  const bytes = readFileSync(process.argv[at]);
  return new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const flat = file(2, Float32Array);
const hot = (ids) => {
  const rows = new Float32Array(ids.length * V);
  ids.forEach((id, i) => { rows[i * V + id] = 1; });
  return tf.tensor2d(rows, [ids.length, V]);
};
const [inputs, targets] = [hot(file(3, Uint8Array)), hot(file(4, Uint8Array))];
const weights = tf.tensor2d(file(5, Float32Array), [B * T, 1]);
const layer = [[D], [D, 3 * D], [D, D], [D], [D, 4 * D], [4 * D, D]];
const shapes = [[V, D], [T, D], ...Array(L).fill(layer).flat(), [D], [D, V]];
let at = 0;
const parts = shapes.map((shape) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.variable(tf.tensor(flat.slice(at, (at += size)), shape));
});
const mask = tf.tensor2d(
  Array.from({ length: T }, (_, i) => Array.from({ length: T }, (_, j) => (j > i ? -1e9 : 0))),
);
const norm = (x, gain) =>
  x.div(x.square().mean(-1, true).add(1e-5).sqrt()).mul(gain);
function loss() {
  let next = 0;
  const take = () => parts[next++];
  let h = inputs.matMul(take()).reshape([B, T, D]).add(take()).reshape([B * T, D]);
  for (let l = 0; l < L; l++) {
    const mixed = norm(h, take()).matMul(take());
    const [q, k, v] = tf
      .split(mixed, 3, 1)
      .map((x) => x.reshape([B, T, H, D / H]).transpose([0, 2, 1, 3]));
    const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(D / H)).add(mask);
    const seen = tf.matMul(scores.softmax(), v).transpose([0, 2, 1, 3]).reshape([B * T, D]);
    h = h.add(seen.matMul(take()));
    h = h.add(norm(h, take()).matMul(take()).relu().matMul(take()));
  }
  const logProbs = norm(h, take()).matMul(take()).logSoftmax();
  return logProbs.mul(targets).mul(weights).sum().neg();
}
const first = parts.map((p) => tf.variable(tf.zerosLike(p), false));
const second = parts.map((p) => tf.variable(tf.zerosLike(p), false));
let count = 0;
/** Its own optimiser neither clips nor corrects with these betas the same way: written out. */
function step() {
  count++;
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, parts);
    const all = parts.map((p) => grads[p.name]);
    const length = all.reduce((sum, g) => sum.add(g.square().sum()), tf.scalar(0)).sqrt();
    const shrink = tf.minimum(tf.scalar(1).div(length.add(1e-8)), 1);
    parts.forEach((p, i) => {
      const g = all[i].mul(shrink);
      first[i].assign(first[i].mul(0.9).add(g.mul(0.1)));
      second[i].assign(second[i].mul(0.99).add(g.square().mul(0.01)));
      const bottom = second[i].sqrt().div(Math.sqrt(1 - 0.99 ** count)).add(1e-8);
      p.assign(p.sub(first[i].div(bottom).mul(rate / (1 - 0.9 ** count))));
    });
    return value.dataSync()[0];
  });
}
const run = () => Array.from({ length: steps }, step);
const losses = run();
const times = [];
for (let round = 0; round < 5; round++) {
  const begin = performance.now();
  run();
  times.push(performance.now() - begin);
}
const median = times.sort((a, b) => a - b)[2];
console.log(JSON.stringify({
  version: tf.version.tfjs,
  losses,
  stepsPerSecond: (1000 * steps) / median,
}));
`;
