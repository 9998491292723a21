import { expect, test } from "vitest";
import { Episode } from "#core/episode.ts";
import { rngOf } from "#core/rng.ts";
import type { Policy } from "#propose/policy/policy.ts";
import {
  type Decision,
  evaluate,
  rollOut,
  type Supervisor,
  verticalAtTakeOver,
} from "./rollout.ts";
import { demonstrator, simHuman, siriusOperator } from "./sim-human.ts";
import { oracleIntent } from "./sim-human-oracle.ts";
import { tabletop } from "./tabletop.ts";

const saying = (...action: number[]): Policy => ({
  reset() {},
  act: () => Float64Array.from(action),
});
const person = (action: readonly number[]): Decision => ({
  ...{ kind: "drive", segment: "correction" },
  action: Float64Array.from(action),
});
const WATCH: Decision = { kind: "watch" };

/** One who decides by a list, step by step. */
function scripted(...decisions: Decision[]): Supervisor {
  let t = 0;
  return {
    reset() {
      t = 0;
    },
    decide: () => decisions[t++] ?? WATCH,
  };
}

test("each row is what was seen and done, and by whom", () => {
  const world = tabletop({ executionNoise: 0 });
  const supervisor = scripted(
    WATCH,
    person([-3, 0, 1]),
    person([0, 1, 1]),
    WATCH,
    person([0, 0, 1]),
  );
  const episode = rollOut(world, saying(0.5, 0, -1), supervisor, {
    ...{ rng: rngOf(4).split("a"), stepsMax: 5, id: "e", round: 2, policyId: "p" },
  });
  expect(Episode.parse(episode)).toEqual(episode);
  expect(episode).toMatchObject({
    ...{ id: "e", world: "tabletop", seed: "4/a", round: 2, policyId: "p", controlHz: 10 },
    end: "time-out",
  });
  expect(episode.rows.map(({ source, interventionId }) => [source, interventionId])).toEqual([
    ["policy", undefined],
    ["human", 0],
    ["human", 0],
    ["policy", undefined],
    ["human", 1],
  ]);
  expect(episode.rows.map(({ action }) => action)).toEqual([
    [0.5, 0, -1],
    [-1, 0, 1], // as executed, hence clipped
    [0, 1, 1],
    [0.5, 0, -1],
    [0, 0, 1],
  ]);
  world.reset(rngOf(4).split("a"));
  for (const { obs, action, t } of episode.rows) {
    expect([...world.observe()]).toEqual(obs);
    expect(t).toBe(episode.rows.findIndex(({ obs: other }) => other === obs));
    world.step(action);
  }
});

test("a policy forgets its plan when a person hands back", () => {
  const resets: number[] = [];
  let acted = 0;
  const policy: Policy = {
    reset: () => resets.push(acted),
    act: () => {
      acted++;
      return Float64Array.of(0, 0, 0);
    },
  };
  const away = person([0, 0, 0]);
  rollOut(tabletop(), policy, scripted(WATCH, WATCH, away, away, WATCH, WATCH), {
    ...{ rng: rngOf(1), stepsMax: 6 },
  });
  expect(resets).toEqual([0, 2]);
});

test("ends when the person ends it, without a further step", () => {
  const supervisor = scripted(WATCH, person([0, 0, 0]), { kind: "end" });
  const { end, rows } = rollOut(tabletop(), saying(0, 0, 0), supervisor, { rng: rngOf(1) });
  expect([end, rows.length]).toEqual(["terminated-after-intervention", 2]);
});

test("somebody has to act", () => {
  const rng = rngOf(1);
  expect(() => rollOut(tabletop(), null, null, { rng })).toThrow(/somebody to act/);
  expect(() => rollOut(tabletop(), null, scripted(WATCH), { rng })).toThrow(/drives at every step/);
});

const seeds = Array.from({ length: 30 }, (_, i) => i);

/** One that knows where the slot is, off by `off`, and tries again after `patience` contacts. */
function insistent(world: ReturnType<typeof tabletop>, off: number, retries: boolean): Policy {
  let backing = false;
  return {
    reset() {
      backing = false;
    },
    act() {
      const truth = world.truth();
      if (truth.contact && retries) backing = true;
      if (truth.gripperY >= world.geometry.viewY) backing = false;
      const { dx, dy, grip } = oracleIntent({ ...truth, slotX: truth.slotX + off }, world.geometry);
      return Float64Array.of(...(backing ? [0, 1, 1] : [dx, dy, grip]));
    },
  };
}

test("an able policy succeeds in every episode, one that does nothing in none", () => {
  const world = tabletop({ pregrasped: true });
  const shared = () => world;
  const rng = rngOf(2);
  const able = evaluate(insistent(world, 0, false), shared, { seeds, rng });
  expect(able).toMatchObject({ success: 1, progress: 1, recoveries: 0 });
  expect(able.successSteps).toBeLessThan(30);
  const idle = evaluate(saying(0, 0, 0), shared, { seeds, rng, stepsMax: 20 });
  expect(idle).toMatchObject({ success: 0, progress: 0, successSteps: Number.NaN });
  expect(idle.episodes.every(({ steps }) => steps === 20)).toBe(true);
});

test("recoveries are counted, and an episode ends at the last that is allowed", () => {
  const world = tabletop({ pregrasped: true, stick: 1, executionNoise: 0 });
  const policy = insistent(world, 0.15, true); // misses each time, and tries again each time
  const at = (recoveriesMax?: number) =>
    evaluate(policy, () => world, {
      ...{ seeds: [1], rng: rngOf(3), stepsMax: 100 },
      ...(recoveriesMax !== undefined && { recoveriesMax }),
    }).episodes[0];
  const free = at();
  expect(free?.recoveries).toBeGreaterThan(3);
  expect(free?.steps).toBe(100);
  expect(at(2)).toMatchObject({ recoveries: 2, success: false });
  expect(at(2)?.steps).toBeLessThan(50);
  expect(
    evaluate(insistent(world, 0.15, false), () => world, {
      ...{ seeds: [1], rng: rngOf(3), stepsMax: 100 },
    }).recoveries,
  ).toBe(0);
});

test("progress is the share of sub-tasks", () => {
  const world = tabletop({ pregrasped: true, subtasks: 4 });
  const { progress, success } = evaluate(insistent(world, 0, false), () => world, {
    ...{ seeds, rng: rngOf(2), stepsMax: 60 },
  });
  expect(success).toBe(0);
  expect(progress).toBeGreaterThanOrEqual(0.4);
  expect(progress).toBeLessThanOrEqual(0.75);
});

test("the same seeds are the same episodes for every policy, and the same policy does the same", () => {
  const starts = (policy: Policy) => {
    const seen: number[][] = [];
    const world = tabletop();
    const spying: Policy = {
      reset: () => {
        seen.push([...world.observe()]);
      },
      act: policy.act,
    };
    const result = evaluate(spying, () => world, { seeds, rng: rngOf(7), stepsMax: 5 });
    return { seen, result };
  };
  const [one, other] = [starts(saying(1, 1, 1)), starts(saying(-1, 0, 0))];
  expect(one.seen).toEqual(other.seen);
  expect(new Set(one.seen.map(String)).size).toBe(seeds.length);
  expect(starts(saying(1, 1, 1))).toEqual(one);
});

test("an evaluation that is cancelled stops", () => {
  const signal = AbortSignal.abort();
  expect(() =>
    evaluate(saying(0, 0, 0), () => tabletop(), { seeds, rng: rngOf(1), signal }),
  ).toThrow(expect.objectContaining({ kind: "cancelled" }));
});

test("the world is disposed of whatever happens", () => {
  let disposed = 0;
  const make = () => ({ ...tabletop(), dispose: () => disposed++ });
  evaluate(saying(0, 0, 0), make, { seeds: [1], rng: rngOf(1), stepsMax: 1 });
  expect(() => evaluate(saying(Number.NaN, 0, 0), make, { seeds: [1], rng: rngOf(1) })).toThrow();
  expect(disposed).toBe(2);
});

test("the vertical action is read where a person took over in contact, and only there", () => {
  const world = tabletop({ pregrasped: true, stick: 1 });
  const right = (x: number) => (x < 0.2 ? [1, 0, 1] : [0, -1, 1]);
  const policy: Policy = { reset() {}, act: ({ 0: x = 0 }) => Float64Array.from(right(x)) };
  const episodes = seeds.map((seed) =>
    rollOut(world, policy, simHuman(world, siriusOperator(8)), { rng: rngOf(seed) }),
  );
  const how = { episodes, rng: rngOf(1) };
  expect(verticalAtTakeOver(policy, world, how)).toBe(-1);
  expect(verticalAtTakeOver(saying(0, 0.85, 1), world, how)).toBeCloseTo(0.85, 12);
  const demos = [rollOut(world, null, demonstrator(world), { rng: rngOf(1) })];
  expect(verticalAtTakeOver(policy, world, { ...how, episodes: demos })).toBeNaN();
});
