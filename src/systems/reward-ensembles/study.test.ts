import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { summarise } from "#loop/study-report.ts";
import { doublings, turnOver } from "#measure/best-of-n.ts";
import { study } from "./study.ts";
import { regimeArms } from "./study-arms.ts";
import { FULL_REWARD_ARMS, fullRewardArms } from "./study-full-reward.ts";
import { areaUnder } from "./study-metrics.ts";
import { POLICY_RUNS_FULL, POLICY_SIZES_FAST, policyArms } from "./study-policy.ts";
import { briefWorld, SIZES_FAST } from "./study-world.ts";
import { system } from "./system.ts";

const ctx = (seed = 1) => ({
  rng: rngOf(seed).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

test("a fast run exercises every arm and judges every claim", async () => {
  const result = await study.runSeed(1, ctx(), { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  const value = (arm: string, metric: string) => result.arms[arm]?.[metric]?.value ?? Number.NaN;
  const choosing = arms.filter(({ id }) => !/^(policy|ppo)-/.test(id));
  // One reply is one reply, whatever chooses it.
  const single = new Set(choosing.map(({ id }) => value(id, "gold-at-1").toFixed(9)));
  expect(single.size).toBe(1);
  expect(value("oracle", "turn-over")).toBe(0);
  for (const { id } of choosing)
    expect(value("oracle", "gold-at-most")).toBeGreaterThanOrEqual(value(id, "gold-at-most"));
  expect(value("good-0-mean", "accuracy")).toBeGreaterThan(0.65);
  expect(Math.abs(value("random", "accuracy") - 0.5)).toBeLessThan(0.3);
});

test("a full run adds arms of its own, and every claim is about arms there are", () => {
  const { arms = [], claims = [] } = study.full ?? {};
  const ids = [...study.arms, ...arms].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(arms.map(({ id }) => id)).toEqual([
    ...FULL_REWARD_ARMS.map((last) => `full-${last}`),
    ...POLICY_RUNS_FULL.map(({ arm }) => arm),
  ]);
  for (const { arm, against } of claims)
    expect(ids).toEqual(expect.arrayContaining([arm, against ?? arm]));
});

test("PPO and reward models with trunks of their own run, and a penalty changes only PPO's arm", async () => {
  const world = briefWorld(SIZES_FAST, rngOf(5));
  const runs = POLICY_RUNS_FULL.filter(({ arm }) => arm === "ppo-wco" || arm === "ppo-wco-kl-0.1");
  const how = { runs, replicates: 5, sizes: POLICY_SIZES_FAST };
  const { arms, curves } = await policyArms(world, how, ctx());
  expect(Object.keys(arms)).toEqual(["ppo-wco", "ppo-wco-kl-0.1"]);
  // Each begins where the other does.
  const starts = curves.filter(({ id }) => id.startsWith("policy-gold")).map(({ y }) => y[0]);
  expect(starts[0]).toBe(starts[1]);
  for (const { value } of Object.values(arms).flatMap(Object.values))
    expect(Number.isFinite(value)).toBe(true);
  const { rng, signal } = ctx();
  const scored = await fullRewardArms(world, { members: 2, rng, signal });
  expect(scored.single).toHaveLength(2);
  const [one, other] = scored.single;
  expect(one?.test).not.toEqual(other?.test);
  expect(scored.wco[0]?.test).toEqual(
    one?.test.map((score, i) => Math.min(score, other?.test[i] ?? Number.NaN)),
  );
});

test("the same seed gives the same replies and labels, and flips are the only difference", () => {
  const world = briefWorld(SIZES_FAST, rngOf(5));
  const again = briefWorld(SIZES_FAST, rngOf(5));
  expect(again.candidates.gold).toEqual(world.candidates.gold);
  expect(again.labels(0.25)).toEqual(world.labels(0.25));
  const [clean, noisy] = [world.labels(0).chosen, world.labels(0.25).chosen];
  const turned = clean.filter((row, pair) => row !== noisy[pair]).length / clean.length;
  expect(Math.abs(turned - 0.25)).toBeLessThan(6 * Math.sqrt(0.1875 / clean.length));
});

test("no arm but the bounds reads gold", () => {
  const { rng, signal } = ctx();
  const world = briefWorld(SIZES_FAST, rngOf(5));
  const hide = (gold: Float64Array) => gold.map(() => Number.NaN);
  const blind = {
    ...world,
    candidates: { ...world.candidates, gold: hide(world.candidates.gold) },
    pairs: { ...world.pairs, gold: hide(world.pairs.gold) },
    test: { ...world.test, gold: hide(world.test.gold) },
  };
  const how = { regime: "scarce", flips: 25 } as const;
  expect(regimeArms(blind, how, { rng, signal })).toEqual(regimeArms(world, how, { rng, signal }));
});

test("turn-over and area by hand", () => {
  expect(turnOver(Float64Array.of(1, 3, 2.5))).toBe(0.5);
  expect(turnOver(Float64Array.of(1, 2, 3))).toBe(0);
  expect(areaUnder(Float64Array.of(1, 3, 2))).toBe(2.25);
  expect(areaUnder(Float64Array.of(4))).toBe(4);
  expect(doublings(20)).toEqual([1, 2, 4, 8, 16]);
});

test("wires a part for each of the five verbs", () => {
  const verbs = new Set(system.parts.map(({ verb }) => verb));
  expect([...verbs].sort()).toEqual(["assess", "correct", "learn", "measure", "propose"]);
});
