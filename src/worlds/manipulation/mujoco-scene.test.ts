import { expect, test } from "vitest";
import { isProblem, problemText } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { mujocoInNode } from "./mujoco-node.ts";
import { mujocoScene } from "./mujoco-scene.ts";

const module = await mujocoInNode();

const PENDULUM = `<mujoco>
  <worldbody>
    <geom name="floor" type="plane" size="1 1 0.1" pos="0 0 -2"/>
    <geom type="box" size="0.1 0.1 0.1" pos="1 0 0"/>
    <body><joint name="hinge" axis="0 1 0" damping="0.1"/><geom name="rod" type="capsule" fromto="0 0 0 0 0 -1" size="0.05"/></body>
    <body name="ball" pos="3 0 0"><freejoint name="ball"/><geom type="sphere" size="0.1"/></body>
  </worldbody>
  <actuator><motor name="push" joint="hinge" ctrlrange="-4 2"/><motor joint="hinge"/></actuator>
  <sensor><jointpos name="angle" joint="hinge"/><framepos name="at" objtype="body" objname="ball"/></sensor>
</mujoco>`;
const scene = (inside: string) => `<mujoco><worldbody>${inside}</worldbody></mujoco>`;
const refusal = (xml: string, options = {}) => {
  try {
    mujocoScene(module, xml, options).dispose();
  } catch (error) {
    if (isProblem(error)) return `${error.kind}: ${problemText(error)}`;
    throw error;
  }
  return "taken";
};

test("positions, velocities and sensors are observed under their names", () => {
  const world = mujocoScene(module, PENDULUM);
  expect(world.actionNames).toEqual(["push", "actuator-1"]);
  expect(world.observationNames).toEqual([
    ...["hinge", "ball.x", "ball.y", "ball.z", "ball.qw", "ball.qx", "ball.qy", "ball.qz"],
    ...["hinge.v", "ball.vx", "ball.vy", "ball.vz", "ball.wx", "ball.wy", "ball.wz"],
    ...["angle", "at.0", "at.1", "at.2"],
  ]);
  const seen = world.observe();
  expect(seen.length).toBe(world.observationNames.length);
  expect(seen[1]).toBe(3);
  expect(world.step([0, 0])).toEqual({ reward: 0, success: false, subtask: 0, done: false });
  // free fall of one control step, 0.05 s: g t, in velocity
  const fall = world.observe()[world.observationNames.indexOf("ball.vz")] ?? 0;
  expect(fall).toBeCloseTo(-9.81 * 0.05, 9);
  world.dispose();
});

test("an action of -1 to 1 spans the control's range", () => {
  // torques of -4, -1 (the middle) and 2 from rest: accelerations in proportion, one engine step long
  const speed = (action: number) => {
    const world = mujocoScene(module, PENDULUM, { controlHz: 500 });
    world.step([action, 0]);
    const v = world.observe()[world.observationNames.indexOf("hinge.v")] ?? Number.NaN;
    world.dispose();
    return v;
  };
  expect(speed(-1) / speed(0)).toBeCloseTo(4, 6);
  expect(speed(1) / speed(0)).toBeCloseTo(-2, 6);
  expect(speed(-7)).toBe(speed(-1));
});

test("a text that is no scene is refused in the engine's words, and the next scene loads", () => {
  for (let round = 0; round < 20; round++) {
    const bad = refusal(scene(`\n<geom type="bo" size="1"/>`));
    expect(bad).toContain("bad-input: line 2: The scene cannot be loaded");
    expect(bad).toContain("invalid keyword: 'bo'");
    for (const xml of ["", "<mujoco", "no scene", scene("<body><joint/></body>")])
      expect(refusal(xml)).toContain("bad-input");
    expect(refusal(scene(`<include file="/etc/passwd"/>`))).toContain("Error opening file");
    expect(refusal(PENDULUM)).toBe("taken");
  }
});

test("a scene over the limits is refused, whichever it is over", () => {
  expect(refusal(" ".repeat(1_000_001))).toContain("too-large");
  const many = scene(`<replicate count="2001" offset="1 0 0"><geom size=".1"/></replicate>`);
  expect(refusal(many)).toContain("at most 2000 geoms");
  const memory = PENDULUM.replace("<worldbody>", `<size memory="300M"/><worldbody>`);
  expect(refusal(memory)).toContain("bytes of engine memory");
  expect(refusal(PENDULUM.replace(/<actuator>.*<\/actuator>/, ""))).toContain("nothing to control");
  expect(refusal(PENDULUM, { controlHz: 0.1 })).toContain("engine steps to a control step");
  expect(refusal(PENDULUM, { controlHz: -1 })).toContain("controlHz");
});

test("a state that blows up ends the episode", () => {
  const wild = PENDULUM.replace(`ctrlrange="-4 2"`, `gear="1e12"`);
  const world = mujocoScene(module, wild);
  let done = false;
  for (let step = 0; step < 50 && !done; step++) done = world.step([1, 1]).done;
  expect(done).toBe(true);
  expect(world.draw().status).toContain("unstable");
  world.reset(rngOf(1));
  expect(world.step([0, 0]).done).toBe(false);
  world.dispose();
});

test("it begins at the first keyframe, and a reset's noise comes from its seed", () => {
  const keyed = PENDULUM.replace(
    "</worldbody>",
    `</worldbody><keyframe><key qpos="1 3 0 0 1 0 0 0"/></keyframe>`,
  );
  const first = (xml: string, seed: number, options = {}) => {
    const world = mujocoScene(module, xml, options);
    world.reset(rngOf(seed));
    const [angle] = world.observe();
    world.dispose();
    return angle;
  };
  expect(first(keyed, 1)).toBe(1);
  expect(first(PENDULUM, 1, { resetNoise: 0.1 })).toBe(first(PENDULUM, 1, { resetNoise: 0.1 }));
  expect(first(PENDULUM, 1, { resetNoise: 0.1 })).not.toBe(first(PENDULUM, 2, { resetNoise: 0.1 }));
});

test("a restored snapshot goes on with the same bytes; one of another scene is refused", () => {
  const world = mujocoScene(module, PENDULUM);
  for (let step = 0; step < 10; step++) world.step([0.5, -0.2]);
  const snapshot = world.snapshot();
  const run = () => {
    for (let step = 0; step < 30; step++) world.step([Math.sin(step), 0.3]);
    return world.snapshot();
  };
  const once = run();
  world.restore(snapshot);
  expect(run()).toEqual(once);
  const other = mujocoScene(module, PENDULUM.replace("0.05", "0.06"));
  expect(() => other.restore(once)).toThrow(/not a snapshot/);
  expect(() => world.restore(once.slice(8))).toThrow(/not a snapshot/);
  other.dispose();
  world.dispose();
  world.dispose(); // twice is once
});

test("what is fixed, free or jointed is drawn as such", () => {
  const world = mujocoScene(module, PENDULUM);
  const roles = world.draw().shapes.map(({ kind, role }) => `${kind} ${role}`);
  expect(roles).toEqual(["plane ground", "box fixture", "capsule robot", "sphere object"]);
  world.dispose();
});
