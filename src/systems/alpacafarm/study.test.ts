import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { summarise } from "#loop/study-report.ts";
import { type Annotator, worthTo } from "#worlds/language/annotators.ts";
import { study } from "./study.ts";
import { agreementWithPeople, judged, worthOf } from "./study-judges.ts";
import { bestAmong, rewardOf } from "./study-methods.ts";
import { farmWorld, labelled, SIZES_FAST, seenReply, shuffledLabels } from "./study-world.ts";
import { system } from "./system.ts";

const { signal } = new AbortController();
const world = farmWorld(SIZES_FAST, rngOf(5));

test("a fast run exercises every arm and judges every claim", async () => {
  const ctx = { rng: rngOf(1), clock: manualClock(), signal, progress: () => undefined };
  const result = await study.runSeed(1, ctx, { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
}, 60_000);

test("labels are the same for the same seed, and the control's do not hang on chance", () => {
  const again = farmWorld(SIZES_FAST, rngOf(5));
  expect(labelled(again, "people", rngOf(6))).toEqual(labelled(world, "people", rngOf(6)));
  const [one, other] = [rngOf(7), rngOf(8)].map((rng) => labelled(world, "control", rng).chosen);
  const { prompts, replies } = world.pairs;
  const [judge] = world.annotators.control;
  const lead = (p: number) => {
    const worth = (row: number) => {
      const seen = seenReply(prompts[p] as (typeof prompts)[number], replies[row] as Uint8Array);
      return worthTo(judge as Annotator, seen.terms) + (judge?.lengthBias ?? 0) * seen.tokens;
    };
    return worth(2 * p) - worth(2 * p + 1);
  };
  const told = prompts.map((_, p) => p).filter((p) => Math.abs(lead(p)) > 0.01);
  expect(told.length).toBeGreaterThan(60);
  for (const p of told) {
    expect(one?.[p]).toBe(other?.[p]);
    expect(one?.[p]).toBe(lead(p) > 0 ? 2 * p : 2 * p + 1);
  }
});

test("shuffled labels say as often the first, and agree with the true ones by chance", () => {
  const labels = labelled(world, "control", rngOf(7));
  const shuffled = shuffledLabels(labels, rngOf(9));
  const firsts = ({ chosen }: typeof labels) => chosen.filter((row) => row % 2 === 0).length;
  expect(firsts(shuffled)).toBe(firsts(labels));
  const same = labels.chosen.filter((row, p) => row === shuffled.chosen[p]).length;
  expect(Math.abs(same / labels.chosen.length - 0.5)).toBeLessThan(0.25);
});

test("the reference against itself is a tie, and a judge sees no label of training", () => {
  const { reference } = world;
  const verdicts = judged(world, "people", { replies: reference, rng: rngOf(1) });
  expect(worthOf(verdicts).every((worth) => worth === 0.5)).toBe(true);
});

test("a person agrees with the others more often than by chance, within [0, 1]", () => {
  const { person, pool } = agreementWithPeople(world, { count: 120, rng: rngOf(2) });
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;
  expect(mean(person)).toBeGreaterThan(0.5);
  expect(mean(pool)).toBeGreaterThan(0.4);
  expect(Math.max(...person, ...pool)).toBeLessThanOrEqual(1);
});

test("the best of one is the first reply, whatever is thought of it", () => {
  const labels = labelled(world, "pool", rngOf(3));
  const reward = rewardOf(world, labels, { rng: rngOf(4), signal });
  expect(bestAmong(world, reward.candidates, 1)).toEqual(world.candidates.map(([first]) => first));
});

test("wires a part for each of the five verbs", () => {
  const verbs = new Set(system.parts.map(({ verb }) => verb));
  expect([...verbs].sort()).toEqual(["assess", "correct", "learn", "measure", "propose"]);
});
