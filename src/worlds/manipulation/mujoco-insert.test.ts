import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { type MujocoInsertOptions, mujocoInsert } from "./mujoco-insert.ts";
import { mujocoInNode } from "./mujoco-node.ts";
import { rollOut } from "./rollout.ts";
import { demonstrator } from "./sim-human.ts";
import { tabletop } from "./tabletop.ts";
import type { InsertionWorld } from "./world.ts";

const module = await mujocoInNode();

function inWorld<T>(options: MujocoInsertOptions, use: (world: InsertionWorld) => T): T {
  const world = mujocoInsert(module, options);
  try {
    return use(world);
  } finally {
    world.dispose();
  }
}
const STILL: MujocoInsertOptions = { executionNoise: 0, perceptionBias: 0 };

/** Drives straight to a place, in at most 60 steps. */
function goTo(world: InsertionWorld, x: number, y: number, grip: number): void {
  for (let step = 0; step < 60; step++) {
    const { gripperX, gripperY } = world.truth();
    const [dx, dy] = [(x - gripperX) / 0.05, (y - gripperY) / 0.05];
    if (Math.hypot(dx, dy) < 0.1) return;
    world.step([dx, dy, grip]);
  }
}
function grasp(world: InsertionWorld, offset = 0): void {
  const { objectX } = world.truth();
  goTo(world, objectX + offset, 0.4, -1);
  goTo(world, objectX + offset, 0.05, -1);
  for (let step = 0; step < 4; step++) world.step([0, 0, 1]);
}

test("names are those of the planar world, so that recorders and policies fit both", () =>
  inWorld({}, (world) => {
    expect(world.observationNames).toEqual(tabletop().observationNames);
    expect(world.actionNames).toEqual(tabletop().actionNames);
    expect(world.observe().length).toBe(world.observationNames.length);
  }));

test("one who sees the scene as it is inserts both pegs", () =>
  inWorld({ subtasks: 2 }, (world) => {
    for (let seed = 0; seed < 4; seed++) {
      const episode = rollOut(world, null, demonstrator(world), { rng: rngOf(seed) });
      expect(episode.end, `seed ${seed}`).toBe("success");
    }
  }));

test("the peg hangs on friction: closed pads lift it, open ones drop it", () =>
  inWorld(STILL, (world) => {
    world.reset(rngOf(1));
    grasp(world);
    expect(world.truth().held).toBe(true);
    goTo(world, world.truth().gripperX, 0.2, 1);
    const height = () => world.draw().shapes.find(({ id }) => id === "peg")?.position[2] ?? 0;
    expect(world.truth().held).toBe(true);
    expect(height()).toBeGreaterThan(0.06);
    world.step([0, 0, -1]);
    for (let step = 0; step < 8; step++) world.step([0, 0, -1]);
    expect(world.truth().held).toBe(false);
    expect(height()).toBeLessThan(0.04);
  }));

test("pads that close beside the peg hold nothing", () =>
  inWorld(STILL, (world) => {
    world.reset(rngOf(1));
    grasp(world, 0.12);
    expect(world.truth().held).toBe(false);
  }));

test("a peg taken off its middle sits off the gripper's", () =>
  inWorld(STILL, (world) => {
    world.reset(rngOf(1));
    grasp(world, 0.02);
    const { held, tipX, gripperX } = world.truth();
    expect(held).toBe(true);
    expect(tipX - gripperX).toBeCloseTo(-0.02, 2);
  }));

test("beside the slot the peg presses on the board and does not go in; over it, it does", () =>
  inWorld({ ...STILL, pregrasped: true }, (world) => {
    for (const miss of [-0.1, 0.1]) {
      world.reset(rngOf(3));
      const aim = () => world.truth().slotX - (world.truth().tipX - world.truth().gripperX);
      goTo(world, aim() + miss, 0.4, 1);
      for (let step = 0; step < 12; step++) world.step([0, -0.6, 1]);
      const pressed = world.truth();
      expect(pressed).toMatchObject({ held: true, contact: true, inserted: false, subtask: 0 });
      expect(world.draw().status).toContain(miss < 0 ? "left" : "right");
      goTo(world, world.truth().gripperX, 0.4, 1);
      goTo(world, aim(), 0.4, 1);
      let success = false;
      for (let step = 0; step < 15 && !success; step++) success = world.step([0, -0.6, 1]).success;
      expect(success).toBe(true);
    }
  }));

test("the slot is seen off by an error that a grasp and a rise past the view's height redraw", () =>
  inWorld({ executionNoise: 0, pregrasped: true }, (world) => {
    world.reset(rngOf(4));
    const error = () => (world.observe()[7] ?? 0) - (world.truth().slotX - world.truth().tipX);
    const first = error();
    expect(Math.abs(first)).toBeGreaterThan(0);
    goTo(world, 0, 0.3, 1);
    expect(error()).toBeCloseTo(first, 12);
    goTo(world, 0, 0.4, 1);
    expect(Math.abs(error() - first)).toBeGreaterThan(1e-6);
  }));

test("a peg that is knocked over ends the episode", () =>
  inWorld(STILL, (world) => {
    world.reset(rngOf(1));
    const { objectX } = world.truth();
    goTo(world, objectX + 0.3, 0.4, -1);
    goTo(world, objectX + 0.3, 0.02, 1); // closed pads beside it
    let done = false;
    for (let step = 0; step < 30 && !done; step++) done = world.step([-1, 0, 1]).done;
    expect(done).toBe(true);
    expect(world.draw().status).toContain("fallen over");
  }));

const unit = fc.double({ min: -1, max: 1, noNaN: true });

test("a restored snapshot goes on with the same bytes, random stream included", () =>
  inWorld({ subtasks: 2 }, (world) => {
    const actions = fc.array(fc.tuple(unit, unit, unit), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(), actions, actions, fc.boolean(), (seed, before, after, held) => {
        world.reset(rngOf(seed));
        if (held) grasp(world);
        for (const action of before) world.step(action);
        const snapshot = world.snapshot();
        const seen = world.observe();
        const run = () => {
          for (const action of after) world.step(action);
          return world.snapshot();
        };
        const once = run();
        world.reset(rngOf(seed + 1));
        world.restore(snapshot);
        expect(world.observe()).toEqual(seen);
        expect(world.snapshot()).toEqual(snapshot);
        expect(run()).toEqual(once);
      }),
      { seed: 5, numRuns: 8 },
    );
  }));

test("same seed, same bytes, in another instance too; another seed, others", () => {
  const run = (seed: number) =>
    inWorld({}, (world) => {
      world.reset(rngOf(seed));
      for (let step = 0; step < 20; step++) world.step([-0.9, -0.8, step % 2 === 0 ? 1 : -1]);
      return world.snapshot();
    });
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test("an action of the wrong length or no number, and bytes of another origin, change nothing", () =>
  inWorld({}, (world) => {
    world.reset(rngOf(1));
    const before = world.snapshot();
    for (const action of [
      [0, 0],
      [0, 0, 0, 0],
      [0, Number.NaN, 0],
      [0, 0, Infinity],
    ])
      expect(() => world.step(action)).toThrow(/action/i);
    const others = inWorld({ clearance: 0.05 }, (other) => other.snapshot());
    for (const bytes of [new Uint8Array(), before.slice(1), others])
      expect(() => world.restore(bytes)).toThrow(/not a snapshot/);
    expect(world.snapshot()).toEqual(before);
    expect(() => mujocoInsert(module, { subtasks: 0 })).toThrow(/subtasks/);
  }));

test("what is disposed of is given back: the engine's memory does not grow", () => {
  const probe = new module.DoubleBuffer(1);
  const bytes = () => (probe.GetView() as Float64Array).buffer.byteLength;
  const use = () =>
    inWorld({}, (world) => {
      for (let seed = 0; seed < 3; seed++) world.reset(rngOf(seed));
      world.restore(world.snapshot());
      world.step([0, 0, 1]);
      world.draw();
    });
  use();
  const before = bytes();
  // One world is over 13 MB of arena, so a single one left behind in ten would show.
  for (let i = 0; i < 40; i++) use();
  expect(bytes()).toBe(before);
  probe.delete();
});
