import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { policyOf } from "#propose/tiny-lm.ts";
import recorded from "./assets/brief-base.json" with { type: "json" };
import { loadBase, sha256, trainBase } from "./base.ts";
import { brief } from "./brief.ts";
import { goldOf } from "./world.ts";

test("the shipped policy is the one recorded", () => {
  const { parameters } = loadBase();
  expect(parameters).toHaveLength(recorded.parameters);
  expect(sha256(new Uint8Array(parameters.buffer))).toBe(recorded.sha256);
});

test("rebuilding goes the recorded way: the losses of the first steps are those written down", async () => {
  const { losses } = await trainBase(undefined, 6);
  losses.forEach((loss, step) => {
    // Another processor may round otherwise; another recipe is off by far more.
    expect(Math.abs(loss - (recorded.firstLosses[step] ?? 0))).toBeLessThan(1e-3);
  });
});

test("it has learned the task as its demonstrator does it: well formed, mostly right, far from best", () => {
  const rng = rngOf("base");
  const prompts = Array.from({ length: 150 }, () => brief.prompt(rng));
  const replies = policyOf(loadBase()).sample(prompts.map(brief.tokens), {
    n: 4,
    replyTokensMax: brief.replyTokensMax,
    rng,
  });
  const gold = prompts.flatMap((p, i) => (replies[i] ?? []).map((r) => goldOf(brief, p, r)));
  const mean = gold.reduce((sum, g) => sum + g, 0) / gold.length;
  expect(mean).toBeGreaterThan(0.8);
  expect(mean).toBeLessThan(1.4);
});
