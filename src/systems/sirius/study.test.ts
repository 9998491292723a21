import { beforeAll, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import type { SeedResult } from "#core/study.ts";
import { summarise } from "#loop/study-report.ts";
import { demonstrate } from "#worlds/manipulation/demonstrations.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { study } from "./study.ts";
import {
  cloned,
  deploy,
  PLAIN,
  runRounds,
  SIZES_FAST,
  type Site,
  trainingData,
} from "./study-rounds.ts";
import { system } from "./system.ts";
import { weighFrames } from "./weigh.ts";

const ctx = (seed = 1) => ({
  rng: rngOf(seed).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

let result: SeedResult;
let site: Site;

beforeAll(async () => {
  result = await study.runSeed(1, ctx(), { fast: true, full: true });
  const world = tabletop({ pregrasped: true, perceptionBias: 0.1 });
  const demonstrations = demonstrate(world, 6, rngOf("demos"));
  const { signal } = ctx();
  const initial = await cloned(trainingData(demonstrations, PLAIN, rngOf(1)), {
    ...{ steps: 600, rng: rngOf("initial"), signal },
  });
  const sizes = { ...SIZES_FAST, episodesPerRound: 8 };
  site = { world, reaction: 8, sizes, demonstrations, initial, rng: rngOf("site") };
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

test("a round's roll-outs are of the policy learned before it, from its own seeds", async () => {
  const [first, second] = [1, 2].map((round) => deploy(site, site.initial, { round, episodes: 3 }));
  const seeds = [...(first ?? []), ...(second ?? [])].map(({ seed }) => seed);
  expect(new Set(seeds).size).toBe(6);
  expect(deploy(site, site.initial, { round: 1, episodes: 3 })).toEqual(first);
  const plan = { learning: PLAIN };
  const rounds = await runRounds(site, plan, ctx());
  expect(
    new Set([site.initial, ...rounds.map(({ model }) => model)].map((m) => m.parameters)).size,
  ).toBe(1 + rounds.length);
});

test("a bounded memory never holds more, and shuffled weights are the same weights elsewhere", async () => {
  const memory = { strategy: "lfi", capacity: 7 } as const;
  const rounds = await runRounds(site, { learning: PLAIN, memory }, ctx());
  for (const { remembered } of rounds) expect(remembered).toBeLessThanOrEqual(7);
  const episodes = [
    ...site.demonstrations,
    ...deploy(site, site.initial, { round: 1, episodes: 8 }),
  ];
  const { data, classes } = weighFrames(episodes, { weighting: "sirius" });
  const shuffled = trainingData(episodes, { kind: "shuffled" }, rngOf("shuffle"));
  expect(shuffled.weights).not.toEqual(data.weights);
  expect(shuffled.weights.toSorted()).toEqual(data.weights.toSorted());
  for (const [frame, one] of classes.entries())
    if (one === "demo") expect(shuffled.weights[frame]).toBe(data.weights[frame]);
});

test("cloning of people's steps only sees no step of the policy", () => {
  const episodes = [
    ...site.demonstrations,
    ...deploy(site, site.initial, { round: 1, episodes: 8 }),
  ];
  const frames = trainingData(episodes, { kind: "human-only" }, rngOf(1)).weights.length;
  const people = episodes.flatMap(({ rows }) => rows).filter(({ source }) => source !== "policy");
  expect(frames).toBe(people.length);
});

test("wires a part for each of the five verbs", () => {
  const verbs = new Set(system.parts.map(({ verb }) => verb));
  expect([...verbs].sort()).toEqual(["assess", "correct", "learn", "measure", "propose"]);
});
