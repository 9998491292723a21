import { expect, test } from "vitest";
import {
  baseGold,
  baseManifest,
  FAMILIES,
  type Family,
  loadBase,
  sha256,
  trainBase,
} from "./base.ts";

test.each(FAMILIES)("the shipped policy of %s is the one recorded", (family) => {
  const { parameters } = loadBase(family);
  const recorded = baseManifest(family);
  expect(recorded.family).toBe(family);
  expect(parameters).toHaveLength(recorded.parameters);
  expect(sha256(new Uint8Array(parameters.buffer))).toBe(recorded.sha256);
});

test.each(FAMILIES)(
  "rebuilding %s goes the recorded way: the first losses are those written down",
  async (family) => {
    const { losses } = await trainBase(family, { stopAfter: 4 });
    losses.forEach((loss, step) => {
      // Another processor may round otherwise; another recipe is off by far more.
      const recorded = baseManifest(family).firstLosses[step] ?? Number.NaN;
      expect(Math.abs(loss - recorded)).toBeLessThan(1e-3);
    });
  },
);

/** Mean gold of a sampled and of the likeliest reply, within what each family should have learned. */
const LEARNED: Readonly<Record<Family, { sampled: [number, number]; greedy: [number, number] }>> = {
  brief: { sampled: [0.8, 1.4], greedy: [1, 2] }, // well formed, mostly right, far from best
  chain: { sampled: [0.35, 0.65], greedy: [0.75, 1] }, // errs as its teacher, and knows better
  shop: { sampled: [0.4, 0.7], greedy: [0.6, 0.85] }, // honest, mostly
};

test.each(FAMILIES)("%s has learned its task as its demonstrator does it", (family) => {
  const { sampled, greedy } = baseGold(family, loadBase(family), 300);
  for (const [value, [low, high]] of [
    [sampled, LEARNED[family].sampled],
    [greedy, LEARNED[family].greedy],
  ] as const) {
    expect(value).toBeGreaterThan(low);
    expect(value).toBeLessThan(high);
  }
});
