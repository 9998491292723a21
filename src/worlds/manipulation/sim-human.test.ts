import { expect, test } from "vitest";
import type { Episode } from "#core/episode.ts";
import { rngOf } from "#core/rng.ts";
import type { Policy } from "#propose/policy/policy.ts";
import { rollOut } from "./rollout.ts";
import {
  demonstrator,
  HG_OPERATOR,
  RAC_OPERATOR,
  type SimHumanOptions,
  simHuman,
  siriusOperator,
} from "./sim-human.ts";
import { oracleIntent } from "./sim-human-oracle.ts";
import { type TabletopOptions, tabletop } from "./tabletop.ts";

/** A policy that goes straight down whatever it sees. */
const downward: Policy = { reset() {}, act: () => Float64Array.of(0, -1, 1) };
const still: Policy = { reset() {}, act: () => Float64Array.of(0, 0, 1) };

const steady = { hand: { speed: 0.85, noise: 0 } };
const watched = (
  options: SimHumanOptions,
  how: { policy?: Policy; world?: TabletopOptions; seed?: number; stepsMax?: number } = {},
) => {
  const { policy = downward, seed = 1, stepsMax = 150 } = how;
  const world = tabletop({ pregrasped: true, executionNoise: 0, ...how.world });
  return rollOut(world, policy, simHuman(world, options), { rng: rngOf(seed), stepsMax });
};
const sources = ({ rows }: Episode) => rows.map(({ source }) => source);
const contactOf = ({ rows }: Episode) => rows.map(({ obs }) => obs[3]);
const humans = ({ rows }: Episode) => rows.filter(({ source }) => source === "human");

test.each<[string, TabletopOptions, low: number, high: number]>([
  ["from the table", {}, 55, 75],
  ["pre-grasped", { pregrasped: true }, 18, 28],
  [
    "three pieces, sticky, at a large error of view",
    { subtasks: 3, stick: 0.95, perceptionBias: 0.1 },
    165,
    225,
  ],
])("alone it succeeds in every one of 200 episodes: %s", (_, options, low, high) => {
  const world = tabletop(options);
  let steps = 0;
  for (let seed = 0; seed < 200; seed++) {
    const { end, rows } = rollOut(world, null, demonstrator(world), { rng: rngOf(seed) });
    expect(end).toBe("success");
    expect(rows.every(({ source, segment }) => source === "demo" && segment === undefined)).toBe(
      true,
    );
    steps += rows.length;
  }
  expect(steps / 200).toBeGreaterThan(low);
  expect(steps / 200).toBeLessThan(high);
});

test("it acts on what is true, not on what the policy sees", () => {
  const world = tabletop({ pregrasped: true, perceptionBias: 5 });
  world.reset(rngOf(3));
  const seen = world.observe()[7] as number;
  const { slotX, tipX } = world.truth();
  expect(Math.sign(oracleIntent(world.truth(), world.geometry).dx)).toBe(Math.sign(slotX - tipX));
  expect(Math.abs(seen - (slotX - tipX))).toBeGreaterThan(0.5);
});

test.each([1, 8, 25])("takes over after %i steps of contact", (reaction) => {
  const episode = watched(
    { ...siriusOperator(reaction), ...steady },
    {
      policy: pressing,
      world: { stick: 1 },
    },
  );
  const first = sources(episode).indexOf("human");
  const contacts = contactOf(episode).slice(0, first + 1);
  expect(contacts.filter((contact) => contact === 1).length).toBe(reaction);
  expect(contacts.at(-1)).toBe(1);
});

/** Over the board by the view it has, then down, and on pressing. */
const pressing: Policy = {
  reset() {},
  act: ({ 0: x = 0 }) => (x < 0.2 ? Float64Array.of(1, 0, 1) : Float64Array.of(0, -1, 1)),
};

test("takes over after so many steps without getting nearer", () => {
  const episode = watched({ ...RAC_OPERATOR, ...steady, idleStepsMax: 30 }, { policy: still });
  // The first step is nearer than never.
  expect(sources(episode).indexOf("human")).toBe(30);
  expect(sources(watched({ ...RAC_OPERATOR, idleStepsMax: 200 }, { policy: still }))).not.toContain(
    "human",
  );
});

test("never takes over from one who gets on", () => {
  const world = tabletop({ perceptionBias: 0 });
  const able: Policy = {
    reset() {},
    act: () => {
      const { dx, dy, grip } = oracleIntent(world.truth(), world.geometry);
      return Float64Array.of(dx, dy, grip).map((a) => Math.min(0.8, Math.max(-0.8, a)));
    },
  };
  for (let seed = 0; seed < 20; seed++) {
    const supervisor = simHuman(world, siriusOperator(8));
    const episode = rollOut(world, able, supervisor, { rng: rngOf(seed) });
    expect([episode.end, new Set(sources(episode))]).toEqual(["success", new Set(["policy"])]);
  }
});

test("lift: straight up to a fresh look, then aligned and down", () => {
  const episode = watched({ ...RAC_OPERATOR, ...steady }, { policy: pressing });
  expect(episode.end).toBe("success");
  const rows = humans(episode);
  const recovery = rows.filter(({ segment }) => segment === "recovery");
  expect(recovery.length).toBeGreaterThan(4);
  expect(rows.slice(0, recovery.length)).toEqual(recovery);
  for (const { action } of recovery) expect(action).toEqual([0, 0.85, 1]);
  expect(rows[recovery.length]?.obs[10]).toBe(1);
  expect(rows.at(-1)?.obs[9]).toBe(1);
});

test("hop: off the board, yet never up to where it would see afresh", () => {
  const episode = watched({ ...HG_OPERATOR, ...steady, habits: { hop: 1 } }, { policy: pressing });
  expect(episode.end).toBe("success");
  const rows = humans(episode);
  expect(rows.some(({ segment }) => segment === "recovery")).toBe(true);
  for (const { obs } of rows) expect(obs[10]).toBe(0);
});

test("slide: pushed along the surface, with no recovery to it", () => {
  const options = { ...HG_OPERATOR, ...steady, habits: { slide: 1 } };
  const episode = watched(options, { policy: pressing, world: { stick: 0.2 } });
  expect(episode.end).toBe("success");
  const rows = humans(episode);
  expect(rows.every(({ segment }) => segment === "correction")).toBe(true);
  expect(rows.slice(0, -3).every(({ obs }) => obs[3] === 1)).toBe(true);
});

test("carry: holds control until the whole task is done", () => {
  const world = { subtasks: 2 };
  const options = { ...HG_OPERATOR, ...steady, habits: { carry: 1 } };
  const episode = watched(options, { policy: pressing, world });
  expect(episode.end).toBe("success");
  const taken = sources(episode).indexOf("human");
  expect(new Set(sources(episode).slice(taken))).toEqual(new Set(["human"]));
});

test("habits are taken in proportion", () => {
  const n = 600;
  let lifts = 0;
  for (let seed = 0; seed < n; seed++) {
    const rows = humans(
      watched(HG_OPERATOR, { policy: pressing, seed, world: { stick: 1 }, stepsMax: 60 }),
    );
    if (rows.some(({ obs, interventionId }) => interventionId === 0 && obs[10] === 1)) lifts++;
  }
  expect(Math.abs(lifts / n - 0.12)).toBeLessThan(6.2 * Math.sqrt((0.12 * 0.88) / n));
});

test("RaC: recovers, corrects, and ends the episode once the sub-task is done", () => {
  const episode = watched(
    { ...RAC_OPERATOR, ...steady },
    { policy: pressing, world: { subtasks: 2 } },
  );
  expect(episode.end).toBe("terminated-after-intervention");
  const last = episode.rows.at(-1);
  expect(last).toMatchObject({
    source: "human",
    segment: "correction",
    interventionId: 0,
    reward: 1,
  });
});

test("HG: hands back once the sub-task is done, and may take over again", () => {
  const world = { subtasks: 2, stick: 1 };
  const episode = watched(
    { ...HG_OPERATOR, ...steady },
    { policy: pressing, world, stepsMax: 300 },
  );
  expect(episode.end).toBe("success");
  const ids = new Set(humans(episode).map(({ interventionId }) => interventionId));
  expect(ids).toEqual(new Set([0, 1]));
  const between = episode.rows.find(({ subtask }) => subtask === 1);
  expect(between?.source).toBe("policy");
});

test("hands back when patience ends", () => {
  const options = { ...siriusOperator(5), ...steady, patienceSteps: [4, 6] as const };
  const lengths = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const rows = humans(watched(options, { policy: pressing, seed, stepsMax: 60 }));
    const first = rows.filter(({ interventionId }) => interventionId === 0).length;
    if (first > 0) lengths.add(first);
  }
  expect([...lengths].sort()).toEqual([4, 5, 6]);
});

test("one who does not attend looks again as many steps later", () => {
  const how = { policy: still, stepsMax: 100 };
  expect(humans(watched({ ...RAC_OPERATOR, attention: 0, idleStepsMax: 10 }, how))).toEqual([]);
});

test("a drifting device takes over where its dead zone is too small", () => {
  const how = { policy: still, stepsMax: 100 };
  const drifting = (deadZone: number) =>
    humans(watched({ ...RAC_OPERATOR, idleStepsMax: 200, device: { drift: 0.01, deadZone } }, how));
  expect(drifting(0).length).toBe(100);
  expect(drifting(0.1)).toEqual([]);
  for (const { action } of drifting(0)) expect(Math.abs(action[0] as number)).toBeLessThan(0.1);
});

test("the same seed gives the same episode", () => {
  const episode = () => watched(HG_OPERATOR, { policy: pressing, seed: 5 });
  expect(episode()).toEqual(episode());
});
