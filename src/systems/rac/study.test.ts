import { beforeAll, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Episode } from "#core/episode.ts";
import { rngOf } from "#core/rng.ts";
import type { SeedResult } from "#core/study.ts";
import { summarise } from "#loop/study-report.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { demonstrate } from "#worlds/manipulation/demonstrations.ts";
import { evaluate, rollOut } from "#worlds/manipulation/rollout.ts";
import { RAC_OPERATOR, simHuman } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { study } from "./study.ts";
import { SIZES_FAST } from "./study-cells.ts";
import { cloned, PLANS, runRounds, type Site, trainingData } from "./study-rounds.ts";
import { system } from "./system.ts";

const ctx = () => ({
  rng: rngOf(1).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

const SIZES_TEST = { ...SIZES_FAST, rounds: 2, humanStepsPerRound: 60, rollOutsMax: 20 };

let result: SeedResult;
let site: Site;
let taken: readonly Episode[];

const makeWorld = () => tabletop({ pregrasped: true, perceptionBias: 0.1, stick: 0.95 });

beforeAll(async () => {
  result = await study.runSeed(1, ctx(), { fast: true, full: true });
  const world = makeWorld();
  const demonstrations = demonstrate(world, 6, rngOf("demos"));
  const { signal } = ctx();
  const policy = { kind: "mlp" as const, hidden: [32] };
  const data = trainingData(demonstrations, "whole", rngOf(1));
  const initial = await cloned(data, { policy, steps: 600, rng: rngOf("initial"), signal });
  site = { world, sizes: SIZES_TEST, policy, demonstrations, initial, rng: rngOf("site"), signal };
  const person = simHuman(world, RAC_OPERATOR);
  taken = Array.from({ length: 8 }, (_, i) =>
    rollOut(world, policyRunner(initial), person, { rng: rngOf("taken").split(i) }),
  );
}, 60_000);

test("a fast run exercises every arm and judges every claim", () => {
  const whole = {
    ...study,
    arms: [...study.arms, ...(study.full?.arms ?? [])],
    claims: [...study.claims, ...(study.full?.claims ?? [])],
  };
  expect(Object.keys(result.arms).sort()).toEqual(whole.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(whole, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(whole.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
});

test("no arm gets fewer human steps than the round allows unless nothing was left to correct", async () => {
  for (const name of ["demos", "hg", "rac"] as const) {
    const rounds = await runRounds(site, PLANS[name]);
    const spent = rounds.reduce((sum, { humanSteps }) => sum + humanSteps, 0);
    const allowed = SIZES_TEST.humanStepsPerRound * SIZES_TEST.rounds;
    const exhausted = rounds.some(({ rollOuts }) => rollOuts === SIZES_TEST.rollOutsMax);
    // A run that is under way is finished, which costs at most one episode.
    expect(spent).toBeLessThan(allowed + site.world.stepsMax);
    if (!exhausted) expect(spent).toBeGreaterThanOrEqual(allowed);
  }
});

test("recoveries are dropped, the policy's steps added, and actions dealt out, only where asked", () => {
  const episodes = [...site.demonstrations, ...taken];
  const rows = episodes.flatMap((episode) => episode.rows);
  const count = (filter: Parameters<typeof trainingData>[1]) =>
    trainingData(episodes, filter, rngOf(1)).weights.length;
  const recovering = rows.filter(({ segment }) => segment === "recovery").length;
  expect(recovering).toBeGreaterThan(0);
  expect(count("whole") - count("corrections")).toBe(recovering);
  expect(count("with-policy")).toBe(rows.length);
  const whole = trainingData(episodes, "whole", rngOf(1));
  const shuffled = trainingData(episodes, "shuffled", rngOf(1));
  expect(shuffled.observations).toEqual(whole.observations);
  expect(shuffled.actions).not.toEqual(whole.actions);
  expect(shuffled.actions.toSorted()).toEqual(whole.actions.toSorted());
  const shown = site.demonstrations.reduce((sum, episode) => sum + episode.rows.length, 0);
  expect(shuffled.actions.subarray(0, 3 * shown)).toEqual(whole.actions.subarray(0, 3 * shown));
});

test("ending a roll-out at its n-th recovery is reading it up to there", () => {
  const seeds = Array.from({ length: 30 }, (_, i) => i);
  const run = (recoveriesMax?: number) =>
    evaluate(policyRunner(site.initial), makeWorld, {
      ...{ seeds, rng: rngOf("evaluation") },
      ...(recoveriesMax !== undefined && { recoveriesMax }),
    }).episodes;
  const free = run();
  for (const cap of [1, 2]) {
    const read = free.map(({ success, recoveries }) => success && recoveries < cap);
    expect(run(cap).map(({ success }) => success)).toEqual(read);
  }
});

test("wires a part for each of the five verbs", () => {
  const verbs = new Set(system.parts.map(({ verb }) => verb));
  expect([...verbs].sort()).toEqual(["assess", "correct", "learn", "measure", "propose"]);
});
