import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { summarise } from "#loop/study-report.ts";
import { study } from "./study.ts";

const ctx = () => ({
  rng: rngOf(1).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

test("a fast run exercises every arm and judges every claim, the same bytes each time", async () => {
  const result = await study.runSeed(1, ctx(), { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  const change = (arm: string) => result.arms[arm]?.["defect-change"]?.value ?? 0;
  // Nothing beats the best wording of each, and what was dealt to others teaches next to nothing.
  for (const { id, role } of study.arms)
    if (!id.startsWith("guard") && role !== "bound")
      expect(change("oracle")).toBeLessThan(change(id));
  expect(change("markov-gate")).toBeLessThan(-0.1);
  expect(change("shuffled")).toBeGreaterThan(change("markov-gate") + 0.05);
  expect(await study.runSeed(1, ctx(), { fast: true })).toEqual(result);
});
