import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { Prompted } from "#propose/tiny-lm.ts";
import { type GrpoReport, groupAdvantages, grpo } from "./grpo.ts";
import { freshPolicy, meanThreesOf, threes } from "./threes.fixture.ts";

const options = {
  steps: 30,
  groups: 4,
  groupSize: 4,
  replyTokensMax: 4,
  learningRate: 0.02,
  rng: rngOf(2),
};

test("advantages by hand, and none where all are equal", () => {
  expect([...groupAdvantages(Float64Array.of(1, 3))]).toEqual([-1, 1]);
  expect([...groupAdvantages(Float64Array.of(0.1, 0.1, 0.1))]).toEqual([0, 0, 0]);
});

test("a correction of the reward that is affine does nothing to advantages", () => {
  const rewards = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(rewards, fc.integer({ min: 1, max: 9 }), (values, scale) => {
      const plain = groupAdvantages(Float64Array.from(values));
      const affine = groupAdvantages(Float64Array.from(values, (r) => scale * r + 7));
      plain.forEach((a, i) => {
        expect(affine[i]).toBeCloseTo(a, 9);
      });
    }),
    { seed: 1 },
  );
});

test("an affine change of rewards leaves the group-normalised step unchanged", async () => {
  const three = { ...options, steps: 3, innerSteps: 2, klWeight: 0.1 };
  const affine = {
    ...threes,
    reward: (groups: readonly Prompted[]) => threes.reward(groups).map((r) => 4 * r - 8),
  };
  const plain = await grpo(freshPolicy, threes, three);
  const changed = await grpo(freshPolicy, affine, three);
  changed.parameters.forEach((w, i) => {
    expect(Math.abs(w - (plain.parameters[i] as number))).toBeLessThan(1e-5);
  });
  const other = {
    ...threes,
    reward: (groups: readonly Prompted[]) => threes.reward(groups).map((r) => r ** 2),
  };
  expect((await grpo(freshPolicy, other, three)).parameters).not.toEqual(plain.parameters);
});

test("it climbs over inner steps, clips then and only then, and a KL in the loss holds it", async () => {
  const run = async (change: { innerSteps?: number; klWeight?: number }) => {
    const reports: GrpoReport[] = [];
    const onStep = (report: GrpoReport) => void reports.push(report);
    const model = await grpo(freshPolicy, threes, { ...options, ...change, onStep });
    return { model, reports };
  };
  const free = await run({ innerSteps: 3 });
  expect(meanThreesOf(free.model)).toBeGreaterThan(meanThreesOf(freshPolicy) + 1);
  expect(Math.max(...free.reports.map(({ clipped }) => clipped))).toBeGreaterThan(0);
  expect(free.reports.at(-1)?.entropy).toBeLessThan(free.reports[0]?.entropy ?? 0);
  const single = await run({});
  expect(Math.max(...single.reports.map(({ clipped }) => clipped))).toBe(0);
  const held = await run({ innerSteps: 3, klWeight: 5 });
  expect(held.reports.at(-1)?.kl).toBeLessThan(0.7 * (free.reports.at(-1)?.kl ?? 0));
});

test("a group of one and rewards that are no numbers are refused", async () => {
  await expect(grpo(freshPolicy, threes, { ...options, groupSize: 1 })).rejects.toThrow("compared");
  const broken = { ...threes, reward: () => new Float64Array(16).fill(Number.NaN) };
  await expect(grpo(freshPolicy, broken, options)).rejects.toThrow("a reward for each reply");
});
