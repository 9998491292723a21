import { expect, test } from "vitest";
import { decoderTrainer } from "./decoder.ts";
import { batch, batchOf, lossOf, shape, startOf, titled } from "./decoder-losses.fixture.ts";
import { loadJax } from "./jax.ts";
import { liveBuffers } from "./live-buffers.fixture.ts";

const jax = await loadJax();

test.each(titled)("%s: 50 steps leave no buffer behind", async (_, one) => {
  const live = await liveBuffers();
  const before = live();
  const trainer = decoderTrainer(jax, { shape, batch, loss: lossOf(one) }, startOf(one));
  const settings = { learningRate: 1e-3, beta1: 0.9, beta2: 0.99, clipNorm: 1 };
  trainer.step(batchOf(one), settings);
  const warm = live();
  expect(warm).toBeGreaterThan(before);
  for (let step = 1; step < 50; step++) trainer.step(batchOf(one), settings);
  expect(live()).toBe(warm);
  trainer.read(batchOf(one).tokens);
  trainer.parameters();
  trainer.head();
  trainer.dispose();
  expect(live()).toBe(before);
});
