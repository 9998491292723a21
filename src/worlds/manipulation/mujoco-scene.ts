import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { checkAction, clipUnit } from "./action.ts";
import type { MujocoModule } from "./mujoco-module.ts";
import {
  type GeomFacts,
  openSimulation,
  type ShapeRole,
  type Simulation,
} from "./mujoco-simulation.ts";
import { fingerprintOf, packSnapshot, unpackSnapshot } from "./mujoco-snapshot.ts";
import { randomStream } from "./random-stream.ts";
import type { ManipulationWorld } from "./world.ts";

export const MujocoSceneOptions = z.strictObject({
  title: z.string().min(1).max(120).default("Scene"),
  /** Control steps a second. */
  controlHz: z.number().positive().max(1_000).default(20),
  stepsMax: z.int().positive().max(1_000_000).default(500),
  /** Standard deviation of what a reset adds to each hinge (rad) and slide (m). */
  resetNoise: z.number().min(0).max(1).default(0),
});
export type MujocoSceneOptions = z.input<typeof MujocoSceneOptions>;

/** A control step that takes more engine steps than this would stall whoever watches. */
const ENGINE_STEPS_MAX = 2_000;

/**
 * A user's own scene (MJCF in one text, no further files) as a world to act in. Actions are the actuators' controls, -1 to
 * 1 over each one's range (as they are where it has none); observations are positions, velocities, sensors. It knows no
 * task, so nothing is ever a success: a person says how an episode ended. It begins at the first keyframe, if there is
 * one. Throws a `bad-input` or `too-large` problem for what is no such scene.
 */
export function mujocoScene(
  module: MujocoModule,
  xml: string,
  options: MujocoSceneOptions = {},
): ManipulationWorld {
  const parsed = MujocoSceneOptions.safeParse(options);
  if (!parsed.success) throw badInput(parsed.error, options);
  const { title, controlHz, stepsMax, resetNoise } = parsed.data;
  const simulation = openSimulation(module, xml, roleOf);
  try {
    return worldOf(simulation, { title, controlHz, stepsMax, resetNoise, xml });
  } catch (error) {
    simulation.dispose();
    throw error;
  }
}

function worldOf(
  simulation: Simulation,
  how: z.output<typeof MujocoSceneOptions> & { xml: string },
): ManipulationWorld {
  const { title, controlHz, stepsMax, resetNoise, xml } = how;
  const { module, model, data } = simulation;
  const engineSteps = engineStepsOf(simulation, controlHz);
  const actionNames = actionNamesOf(simulation);
  const observationNames = observationNamesOf(simulation);
  const layout = { fingerprint: fingerprintOf(xml), own: 1, engine: simulation.stateSize };
  let unstable = false;

  const reset = (rng: Rng) => {
    const stream = randomStream(rng);
    unstable = false;
    if (model.nkey > 0) module.mj_resetDataKeyframe(model, data, 0);
    else module.mj_resetData(model, data);
    if (resetNoise > 0)
      for (const at of singlePositions(simulation)) data.qpos[at] += resetNoise * stream.normal();
    module.mj_forward(model, data);
  };
  reset(rngOf(0));

  const advance = () => {
    const from = data.time;
    for (let step = 0; step < engineSteps; step++) module.mj_step(model, data);
    module.mj_forward(model, data);
    // The engine answers a state that blows up by beginning anew, with its clock at 0.
    unstable = !(data.time > from);
  };

  return {
    id: "mujoco-scene",
    title,
    controlHz,
    stepsMax,
    subtasks: 1,
    observationNames,
    actionNames,
    reset,
    step(action) {
      checkAction(action, actionNames);
      if (!unstable) {
        const controls = controlsOf(simulation, action);
        data.ctrl.set(controls);
        advance();
      }
      return { reward: 0, success: false, subtask: 0, done: unstable };
    },
    observe: () => Float64Array.of(...data.qpos, ...data.qvel, ...data.sensordata),
    snapshot: () => packSnapshot(layout, [unstable ? 1 : 0], simulation.state()),
    restore(snapshot) {
      const { own, engine } = unpackSnapshot(layout, snapshot);
      unstable = own[0] === 1;
      simulation.setState(engine);
    },
    draw: () => ({
      shapes: simulation.shapes(),
      status: unstable ? "the simulation became unstable" : `${data.time.toFixed(1)} s`,
    }),
    dispose: () => simulation.dispose(),
  };
}

function engineStepsOf({ timestep }: Simulation, controlHz: number): number {
  const steps = Math.round(1 / (controlHz * timestep));
  if (steps < 1 || steps > ENGINE_STEPS_MAX)
    throw new Problem("bad-input", "The control rate does not fit the scene's timestep", {
      expected: `1 to ${ENGINE_STEPS_MAX} engine steps to a control step`,
      got: `${controlHz} Hz with a timestep of ${timestep} s`,
      at: { field: "controlHz" },
    });
  return steps;
}

function actionNamesOf({ model, name }: Simulation): string[] {
  if (model.nu === 0)
    throw new Problem("bad-input", "The scene has nothing to control", {
      expected: "at least one actuator",
      got: "none",
      hint: "Add an <actuator> to the scene.",
    });
  return Array.from({ length: model.nu }, (_, i) => name("actuator", i));
}

/** [controls] the action over each actuator's range, which is empty for one that has no limits. */
function controlsOf({ model }: Simulation, action: ArrayLike<number>): Float64Array {
  const range = model.actuator_ctrlrange;
  return Float64Array.from({ length: model.nu }, (_, i) => {
    const share = clipUnit(action[i] as number); // checked before, one for each actuator
    const [low, high] = [range[2 * i], range[2 * i + 1]];
    return low < high ? ((1 - share) * low + (1 + share) * high) / 2 : share;
  });
}

const POSITIONS = {
  free: [".x", ".y", ".z", ".qw", ".qx", ".qy", ".qz"],
  ball: [".qw", ".qx", ".qy", ".qz"],
  single: [""],
} as const;
const VELOCITIES = {
  free: [".vx", ".vy", ".vz", ".wx", ".wy", ".wz"],
  ball: [".wx", ".wy", ".wz"],
  single: [".v"],
} as const;

/** Joints in order, as the engine lays out positions and velocities. */
function jointsOf({ module, model, name }: Simulation) {
  const { mjtJoint } = module;
  return Array.from({ length: model.njnt }, (_, joint) => {
    const type: number = model.jnt_type[joint];
    const kind: keyof typeof POSITIONS =
      type === mjtJoint.mjJNT_FREE.value
        ? "free"
        : type === mjtJoint.mjJNT_BALL.value
          ? "ball"
          : "single";
    return { name: name("joint", joint), kind, at: model.jnt_qposadr[joint] as number };
  });
}

const singlePositions = (simulation: Simulation): number[] =>
  jointsOf(simulation)
    .filter(({ kind }) => kind === "single")
    .map(({ at }) => at);

function observationNamesOf(simulation: Simulation): string[] {
  const { model, name } = simulation;
  const joints = jointsOf(simulation);
  const sensors = Array.from({ length: model.nsensor }, (_, sensor) => {
    const named = name("sensor", sensor);
    const dim: number = model.sensor_dim[sensor];
    return dim === 1 ? [named] : Array.from({ length: dim }, (_, i) => `${named}.${i}`);
  });
  return [
    ...joints.flatMap(({ name, kind }) => POSITIONS[kind].map((part) => name + part)),
    ...joints.flatMap(({ name, kind }) => VELOCITIES[kind].map((part) => name + part)),
    ...sensors.flat(),
  ];
}

function roleOf({ kind, movable, free }: GeomFacts): ShapeRole {
  if (!movable) return kind === "plane" ? "ground" : "fixture";
  return free ? "object" : "robot";
}
