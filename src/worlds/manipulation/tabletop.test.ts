import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { randomStream } from "./random-stream.ts";
import { type TabletopOptions, tabletop } from "./tabletop.ts";
import { type TabletopState, writeSnapshot } from "./tabletop-state.ts";

const AT_REST: TabletopState = {
  ...{ x: 0, y: 0.4, vx: 0, vy: 0, held: 0, objectX: -0.5, slotX: 0.5, offset: 0 },
  ...{ inserted: 0, contact: 0, subtask: 0, bias: 0 },
};

/** A world without noise, in the given state. */
function worldAt(state: Partial<TabletopState>, options: TabletopOptions = {}) {
  const world = tabletop({ executionNoise: 0, perceptionBias: 0, ...options });
  world.restore(writeSnapshot({ ...AT_REST, ...state }, randomStream(rngOf(1))));
  return world;
}

const seen = (world: ReturnType<typeof tabletop>) =>
  Object.fromEntries(world.observationNames.map((name, i) => [name, world.observe()[i] as number]));

test("a free hand moves by a twentieth of its action, clipped, and stops at the edges", () => {
  const world = worldAt({});
  world.step([1, -0.5, 0]);
  expect(world.truth()).toMatchObject({ gripperX: 0.05, gripperY: 0.375 });
  world.step([-7, 9, 0]);
  expect(world.truth().gripperX).toBeCloseTo(0, 12);
  expect(world.truth().gripperY).toBeCloseTo(0.425, 12);
  const corner = worldAt({ x: -0.99, y: 0.03 });
  corner.step([-1, -1, 0]);
  expect(corner.truth()).toMatchObject({ gripperX: -1, gripperY: 0.02 });
  const top = worldAt({ x: 0.99, y: 0.99 });
  top.step([1, 1, 0]);
  expect(top.truth()).toMatchObject({ gripperX: 1, gripperY: 1 });
});

test.each([
  ["closing, near and low", { x: -0.46, y: 0.09 }, [0, 0, 0.1], true],
  ["open", { x: -0.46, y: 0.09 }, [0, 0, 0], false],
  ["too far aside", { x: -0.44, y: 0.09 }, [0, 0, 1], false],
  ["too high", { x: -0.5, y: 0.11 }, [0, 0, 1], false],
  ["near and low once moved", { x: -0.5, y: 0.14 }, [0, -1, 1], true],
])("grasps when %s", (_, state, action, held) => {
  const world = worldAt(state);
  world.step(action);
  expect(world.truth().held).toBe(held);
});

test("a grasp draws the piece's place in the grip and a fresh error of view", () => {
  const offsets: number[] = [];
  for (let seed = 0; seed < 400; seed++) {
    const world = tabletop({ executionNoise: 0, perceptionBias: 0.1 });
    const state = { ...AT_REST, x: -0.5, y: 0.05 };
    world.restore(writeSnapshot(state, randomStream(rngOf(seed))));
    world.step([0, 0, 1]);
    const { tipX, gripperX, slotX } = world.truth();
    offsets.push(tipX - gripperX);
    expect(seen(world)["slot-dx"]).not.toBeCloseTo(slotX - tipX, 6);
  }
  const mean = offsets.reduce((a, b) => a + b) / offsets.length;
  const sd = Math.sqrt(offsets.reduce((sum, o) => sum + (o - mean) ** 2, 0) / offsets.length);
  // 6.2 standard errors around 0 and around .03.
  expect(Math.abs(mean)).toBeLessThan((6.2 * 0.03) / 20);
  expect(Math.abs(sd - 0.03)).toBeLessThan((6.2 * 0.03) / Math.sqrt(800));
});

const held = { held: 1, x: 0.3, y: 0.13, offset: 0.02 };

test("a held piece comes to rest on the board beside the slot, in contact", () => {
  const world = worldAt(held, { stick: 1 });
  world.step([1, -1, 1]);
  expect(world.truth()).toMatchObject({ gripperX: 0.3, gripperY: 0.12, contact: true });
  world.step([0, 1, 1]);
  expect(world.truth().gripperY).toBeCloseTo(0.17, 12);
  expect(world.truth().contact).toBe(false);
});

test("pressed, it slides at .6 of the motion or sticks, as often as stated", () => {
  const slick = worldAt({ ...held, y: 0.12, contact: 1 }, { stick: 0 });
  slick.step([1, -1, 1]);
  expect(slick.truth().gripperX).toBeCloseTo(0.33, 12);
  const world = worldAt({ ...held, x: 0.2, y: 0.12, contact: 1, slotX: 0.8 }, { stick: 0.8 });
  let stuck = 0;
  const n = 2000;
  for (let i = 0; i < n; i++) {
    const before = world.truth().gripperX;
    world.step([i % 2 === 0 ? 0.1 : -0.1, -1, 1]);
    if (world.truth().gripperX === before) stuck++;
  }
  expect(Math.abs(stuck / n - 0.8)).toBeLessThan(6.2 * Math.sqrt(0.16 / n));
});

test("what presses has to slide before it falls in; what comes from above falls in at once", () => {
  const near = { ...held, x: 0.44, offset: 0 };
  const pressed = worldAt({ ...near, y: 0.12, contact: 1 }, { stick: 1 });
  pressed.step([1, -1, 1]);
  expect(pressed.truth()).toMatchObject({ gripperX: 0.44, contact: true, inserted: false });
  const falling = worldAt(near, { stick: 1 });
  falling.step([1, -1, 1]);
  expect(falling.truth()).toMatchObject({ gripperX: 0.49, contact: false, inserted: true });
});

test.each([
  [0.0399, true],
  [0.0401, false],
  [-0.0399, true],
])("a tip %f off the slot goes in: %s", (off, inserted) => {
  const world = worldAt({ ...held, x: 0.5, offset: off }, { stick: 1 });
  world.step([0, -1, 1]);
  expect(world.truth().inserted).toBe(inserted);
});

test("in the slot it moves up and down only, and leaves upward", () => {
  const world = worldAt({ ...held, x: 0.5, offset: 0, y: 0.09, inserted: 1 });
  world.step([1, 0, 1]);
  expect(world.truth()).toMatchObject({ gripperX: 0.5, inserted: true });
  world.step([1, 1, 1]);
  expect(world.truth()).toMatchObject({ gripperX: 0.5, inserted: false });
  world.step([1, 0, 1]);
  expect(world.truth().gripperX).toBeCloseTo(0.55, 12);
});

test("the board's edge stops a piece that comes from beside it", () => {
  const world = worldAt({ held: 1, x: 0.06, y: 0.06, offset: 0.02 });
  world.step([1, 0, 1]);
  expect(world.truth().tipX).toBeCloseTo(0.1, 12);
  expect(world.truth()).toMatchObject({ gripperY: 0.06, contact: true });
  world.step([-1, 0, 1]);
  expect(world.truth().contact).toBe(false);
});

test("a piece is in below .04, the next appears, the last ends the task", () => {
  const world = worldAt({ held: 1, x: 0.5, y: 0.08, inserted: 1 }, { subtasks: 2 });
  const outcome = world.step([0, -0.9, 1]);
  expect(outcome).toEqual({ reward: 1, success: false, subtask: 1, done: false });
  expect(world.truth()).toMatchObject({ gripperX: 0, gripperY: 0.4, held: false, subtask: 1 });
  const last = worldAt({ held: 1, x: 0.5, y: 0.08, inserted: 1 });
  expect(last.step([0, -0.7, 1])).toEqual({ reward: 0, success: false, subtask: 0, done: false });
  expect(last.step([0, -0.2, 1])).toEqual({ reward: 1, success: true, subtask: 1, done: true });
  const after = last.snapshot();
  expect(last.step([1, 1, 1])).toEqual({ reward: 0, success: true, subtask: 1, done: true });
  expect(last.snapshot()).toEqual(after);
});

test("a fresh look is had when a held piece rises past where it sees, and only then", () => {
  const biasOf = (world: ReturnType<typeof tabletop>) => {
    const { slotX, tipX } = world.truth();
    return (seen(world)["slot-dx"] as number) - (slotX - tipX);
  };
  const world = worldAt({ ...held, y: 0.28, bias: 0.1 }, { perceptionBias: 0.07 });
  world.step([0, 1, 1]);
  expect(biasOf(world)).toBeCloseTo(0.1, 12);
  world.step([0, 1, 1]);
  const fresh = biasOf(world);
  expect(fresh).not.toBeCloseTo(0.1, 6);
  for (const dy of [1, -1, -1]) world.step([0, dy, 1]);
  expect(biasOf(world)).toBeCloseTo(fresh, 12);
  for (const dy of [-1, 1, 1]) world.step([0, dy, 1]);
  expect(biasOf(world)).not.toBeCloseTo(fresh, 6);
});

test("what a policy observes, number by number", () => {
  const free = worldAt({ x: -0.25, y: 0.4, vx: 0.025, vy: -0.05 });
  expect([...free.observe()]).toEqual([-0.25, 0.4 * 2 - 1, 0, 0, 0.5, -1, -0.25, 0, 0, 0, 0]);
  const carrying = worldAt({ held: 1, x: 0.25, y: 0.4, offset: 0.125, bias: 0.0625 });
  const off = 0.1875;
  expect([...carrying.observe()]).toEqual([
    ...[0.25, 0.4 * 2 - 1, 1, 0, 0, 0, 0, off, Math.tanh(20 * off), 0, 1],
  ]);
  expect(carrying.observationNames.length).toBe(11);
});

test("motion is noisy by the stated share of an action", () => {
  const steps = Array.from({ length: 2000 }, (_, seed) => {
    const world = tabletop({ executionNoise: 0.2 });
    world.restore(writeSnapshot(AT_REST, randomStream(rngOf(seed))));
    world.step([0.5, 0, 0]);
    return (world.truth().gripperX - 0.025) / 0.05;
  });
  const mean = steps.reduce((a, b) => a + b) / steps.length;
  const variance = steps.reduce((sum, s) => sum + s * s, 0) / steps.length;
  expect(Math.abs(mean)).toBeLessThan((6.2 * 0.2) / Math.sqrt(2000));
  expect(Math.abs(variance - 0.04)).toBeLessThan(6.2 * 0.04 * Math.sqrt(2 / 2000));
});

test("an episode is that of its rng's path, with the piece and the slot where they belong", () => {
  const world = tabletop();
  for (let seed = 0; seed < 200; seed++) {
    world.reset(rngOf(seed));
    const truth = world.truth();
    expect(truth).toMatchObject({ gripperX: 0, gripperY: 0.4, held: false, subtask: 0 });
    expect(truth.objectX >= -0.8 && truth.objectX <= -0.3).toBe(true);
    expect(truth.slotX >= 0.3 && truth.slotX <= 0.8).toBe(true);
    const before = world.snapshot();
    world.reset(rngOf(seed));
    expect(world.snapshot()).toEqual(before);
  }
});

test("pre-grasped, every piece begins in the gripper", () => {
  const world = tabletop({ pregrasped: true });
  world.reset(rngOf(1));
  expect(world.truth().held).toBe(true);
});

const actions = fc.array(
  fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -1.5, max: 1.5, noNaN: true }))),
  { maxLength: 60 },
);

test("after a restore the same actions give the same bytes, random stream and all", () => {
  fc.assert(
    fc.property(fc.nat(), actions, actions, actions, (seed, first, other, then) => {
      const options = { subtasks: 3, pregrasped: seed % 2 === 0 };
      const world = tabletop(options);
      world.reset(rngOf(seed));
      const run = (on: typeof world, list: readonly ArrayLike<number>[]) =>
        list.map((action) => [on.step(action), on.observe(), on.snapshot()]);
      run(world, first);
      const held = world.snapshot();
      const once = run(world, then);
      run(world, other);
      world.restore(held);
      expect(world.snapshot()).toEqual(held);
      expect(run(world, then)).toEqual(once);
      const another = tabletop(options);
      another.restore(held);
      expect(run(another, then)).toEqual(once);
    }),
    { seed: 6, numRuns: 60 },
  );
});

test("whatever is done, everything stays in its bounds", () => {
  fc.assert(
    fc.property(fc.nat(), actions, (seed, list) => {
      const world = tabletop({ pregrasped: true, subtasks: 2, executionNoise: 0.5 });
      world.reset(rngOf(seed));
      for (const action of list) {
        world.step(action);
        const { gripperX, gripperY, contact, inserted } = world.truth();
        expect(Math.abs(gripperX)).toBeLessThanOrEqual(1);
        expect(gripperY >= 0.02 && gripperY <= 1).toBe(true);
        expect(contact && inserted).toBe(false);
        expect(world.observe().every(Number.isFinite)).toBe(true);
        world.restore(world.snapshot()); // every state that is reached is one that can be put back
      }
    }),
    { seed: 7, numRuns: 100 },
  );
});

test.each([
  [[0, Number.NaN, 1], { field: "action.1" }],
  [[Number.POSITIVE_INFINITY, 0, 1], { field: "action.0" }],
  [[0, 1], { field: "action" }],
  [[0, 1, 1, 1], { field: "action" }],
])("refuses the action %j and changes nothing", (action, at) => {
  const world = worldAt({});
  const before = world.snapshot();
  expect(() => world.step(action)).toThrow(
    expect.objectContaining({ kind: "bad-input", detail: expect.objectContaining({ at }) }),
  );
  expect(world.snapshot()).toEqual(before);
});

test("refuses bytes that are no snapshot of it, and changes nothing", () => {
  const world = worldAt({});
  const before = world.snapshot();
  const changed = (at: number, value: number) => {
    const numbers = new Float64Array(before.slice().buffer);
    numbers[at] = value;
    return new Uint8Array(numbers.buffer);
  };
  const bad = [
    new Uint8Array(0),
    before.slice(1),
    new Uint8Array(before.length + 8),
    changed(0, 1),
    changed(1, 1.5),
    changed(1, Number.NaN),
    changed(11, 2), // a sub-task of two where there is one
  ];
  for (const bytes of bad) {
    expect(() => world.restore(bytes)).toThrow(expect.objectContaining({ kind: "bad-input" }));
    expect(world.snapshot()).toEqual(before);
  }
  // Bytes at an odd offset are as good.
  const shifted = new Uint8Array(before.length + 1);
  shifted.set(before, 1);
  world.restore(shifted.subarray(1));
  expect(world.snapshot()).toEqual(before);
});

test.each([{ subtasks: 0 }, { stick: 1.5 }, { clearance: 0 }, { executionNoise: Number.NaN }])(
  "refuses the options %j",
  (options) => {
    expect(() => tabletop(options)).toThrow(expect.objectContaining({ kind: "bad-input" }));
  },
);

test("what is drawn stands where it is, with a ghost where the policy takes the slot to be", () => {
  const world = worldAt({ held: 1, x: 0.3, y: 0.4, offset: 0.02, bias: 0.07 });
  const { shapes, status } = world.draw();
  const at = (id: string) => shapes.find((shape) => shape.id === id)?.position;
  expect(at("piece")?.[0]).toBeCloseTo(0.32, 12);
  expect(at("slot")?.[0]).toBe(0.5);
  expect(at("believed-slot")?.[0]).toBeCloseTo(0.57, 12);
  expect(status).toBe("carrying, over the board");
  expect(new Set(shapes.map(({ id }) => id)).size).toBe(shapes.length);
  for (const { size } of shapes) expect(Math.min(...size)).toBeGreaterThan(0);
});

test.each([
  [{}, "reaching for the piece"],
  [{ held: 1 }, "carrying"],
  [{ held: 1, x: 0.3, y: 0.12, contact: 1 }, "pressing on the board, left of the slot"],
  [{ held: 1, x: 0.7, y: 0.12, contact: 1 }, "pressing on the board, right of the slot"],
  [{ held: 1, x: 0.5, y: 0.08, inserted: 1 }, "in the slot"],
])("%j is said to be %s", (state, status) => {
  expect(worldAt(state).draw().status).toBe(status);
});
