import { describe, expect, test } from "vitest";
import type { Episode } from "#core/episode.ts";
import { rngOf } from "#core/rng.ts";
import { fitFamiliarity } from "#learn/episodes/familiarity.ts";
import type { Policy } from "#propose/policy/policy.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { type ReadHand, Rig, type RigOptions } from "./rig.ts";

const PERIOD_MS = 100;
const NOTHING: ReadHand = () => null;
const RIGHT: ReadHand = () => [1, 0, -1];
const UP: ReadHand = () => [0, 1, -1];

/** Always the same motion, so that what the rig does with it is seen. */
const still = (action: readonly number[]): Policy => ({
  reset() {},
  act: () => Float64Array.from(action),
});

function rigWith(more: Partial<RigOptions> = {}): Rig {
  let ids = 0;
  return new Rig({
    world: tabletop({ executionNoise: 0 }),
    policy: still([-1, 0, -1]),
    policyId: "lesson-1",
    protocol: "sirius",
    round: 1,
    rng: rngOf("rig"),
    familiarity: () => null,
    newId: () => `run-${ids++}`,
    ...more,
  });
}
const gripperX = (rig: Rig) => rig.truth().gripperX;
const shownX = (rig: Rig, side: "from" | "to") =>
  rig.pose()[side].shapes.find(({ id }) => id === "palm")?.position[0];

test("a step counts when its time is over, and is shown on its way before", () => {
  const rig = rigWith();
  rig.tick(40, NOTHING);
  expect(rig.session().rows).toHaveLength(0);
  expect(rig.pose().share).toBeCloseTo(0.4);
  expect(shownX(rig, "to")).toBeCloseTo(-0.05);
  rig.tick(60, NOTHING);
  expect(rig.session().rows).toMatchObject([{ t: 0, source: "policy", action: [-1, 0, -1] }]);
  expect(gripperX(rig)).toBeCloseTo(-0.05);
});

test("taking over in the middle of a step takes that step back", () => {
  const rig = rigWith();
  rig.tick(PERIOD_MS, NOTHING);
  rig.tick(60, NOTHING);
  rig.take();
  expect(gripperX(rig)).toBeCloseTo(-0.05);
  rig.tick(1, RIGHT);
  expect(
    shownX(rig, "to"),
    "in the very next frame it is on its way to the other side",
  ).toBeCloseTo(0);
  rig.tick(PERIOD_MS, RIGHT);
  expect(rig.session().rows.map(({ source }) => source)).toEqual(["policy", "human"]);
  expect(gripperX(rig)).toBeCloseTo(0);
});

test("a hand that changes its mind within a step gets what it wants last", () => {
  const rig = rigWith();
  rig.take();
  rig.tick(30, RIGHT);
  rig.tick(30, UP);
  rig.tick(50, UP);
  expect(rig.session().rows.map(({ action }) => action)).toEqual([[0, 1, -1]]);
  expect(gripperX(rig)).toBeCloseTo(0);
});

test("while the hand asks for nothing time stands still; a short tap is a whole step", () => {
  const rig = rigWith();
  rig.take();
  expect(rig.tick(5_000, NOTHING)).toBe(false);
  expect(rig.session().rows).toHaveLength(0);
  rig.tick(10, RIGHT);
  rig.tick(40, NOTHING);
  rig.letGo();
  expect(rig.session().rows).toMatchObject([{ source: "human", action: [1, 0, -1] }]);
});

test("after the page slept no time is made up for", () => {
  const rig = rigWith();
  rig.tick(60_000, NOTHING);
  expect(rig.session().rows.length).toBeLessThanOrEqual(1);
});

describe("rewinding", () => {
  const driven = () => {
    const rig = rigWith();
    for (let k = 0; k < 6; k++) rig.tick(PERIOD_MS, NOTHING);
    return rig;
  };

  test("puts the world back, to the bit: the same hand makes the same steps", () => {
    const rig = driven();
    rig.rewind(2);
    expect(rig.session()).toMatchObject({ phase: "rewound", episodeId: "run-1" });
    expect(gripperX(rig)).toBeCloseTo(-0.1);
    rig.resume();
    for (let k = 0; k < 4; k++) rig.tick(PERIOD_MS, NOTHING);
    const again = rig.session().rows;
    expect(again).toEqual(driven().session().rows);
  });

  test("one can go forward again until a step is made, and to the end it is the same episode", () => {
    const rig = driven();
    rig.rewind(1);
    rig.rewind(4);
    expect(rig.session().rows).toHaveLength(4);
    rig.rewind(6);
    expect(rig.session()).toMatchObject({ episodeId: "run-0", rows: { length: 6 } });
    rig.rewind(3);
    rig.take();
    rig.tick(PERIOD_MS, RIGHT);
    rig.letGo();
    rig.rewind(6);
    expect(rig.session().rows, "what was rewound from is gone").toHaveLength(4);
    expect(rig.session().rows[3]?.source).toBe("human");
  });

  test("pictures of what was rewound from stay until then", () => {
    const rig = driven();
    rig.rewind(1);
    expect(rig.sceneAt(6)).toBeDefined();
    expect(rig.whole().rows).toHaveLength(6);
    expect(rig.sceneAt(7)).toBeUndefined();
  });
});

test("RaC: back on familiar ground, recovery turns to correction by itself", () => {
  const world = tabletop({ executionNoise: 0 });
  const demos: Episode[] = ["a", "b", "c", "d"].map((seed) =>
    rollOut(world, null, demonstrator(world), { rng: rngOf(seed) }),
  );
  const familiarity = fitFamiliarity(demos);
  const rig = rigWith({
    world,
    protocol: "rac",
    familiarity: () => familiarity,
    policy: still([0, 1, -1]),
  });
  // Far up, where no demonstration has been.
  for (let k = 0; k < 12; k++) rig.tick(PERIOD_MS, NOTHING);
  expect(rig.sighting()?.familiar).toBe(false);
  rig.take();
  for (let k = 0; k < 14 && rig.session().takeOver?.segment === "recovery"; k++)
    rig.tick(PERIOD_MS, () => [0, -1, -1]);
  expect(rig.sighting()?.familiar).toBe(true);
  expect(rig.session().takeOver?.segment).toBe("correction");
  const segments = rig.session().rows.map(({ segment }) => segment);
  expect(segments.filter((segment) => segment === "recovery").length).toBeGreaterThan(0);
});

test("an episode driven by hand is the world's own: replayed from its seed it is the same", () => {
  const rig = rigWith({ world: tabletop() });
  for (let k = 0; k < 5; k++) rig.tick(PERIOD_MS, NOTHING);
  rig.rewind(2);
  rig.take();
  for (let k = 0; k < 4; k++) rig.tick(PERIOD_MS, RIGHT);
  const world = tabletop();
  world.reset(rngOf("rig"));
  for (const { obs, action } of rig.session().rows) {
    expect(Array.from(world.observe())).toEqual(obs);
    world.step(action);
  }
});
