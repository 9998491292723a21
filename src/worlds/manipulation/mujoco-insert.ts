import { z } from "zod";
import { badInput } from "#core/errors.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { checkAction, clipUnit } from "./action.ts";
import { ACTION_NAMES, OBSERVATION_NAMES, STEP_LENGTH, VIEW_Y } from "./insertion-view.ts";
import { type Rig, rigOf } from "./mujoco-insert-rig.ts";
import { BOARD, insertScene, PEG, UNIT } from "./mujoco-insert-scene.ts";
import {
  FIELDS,
  INITIAL,
  type InsertState,
  marks,
  observe,
  statusOf,
  truthOf,
} from "./mujoco-insert-state.ts";
import type { MujocoModule } from "./mujoco-module.ts";
import { openSimulation, type ShapeRole, type Simulation } from "./mujoco-simulation.ts";
import { fingerprintOf, packSnapshot, unpackSnapshot } from "./mujoco-snapshot.ts";
import { type RandomStream, randomStream, STREAM_WORDS } from "./random-stream.ts";
import type { InsertionGeometry, InsertionWorld } from "./world.ts";

export const MujocoInsertOptions = z.strictObject({
  /** Pegs to insert one after the other. */
  subtasks: z.int().min(1).max(10).default(1),
  /** Each peg begins in the gripper. */
  pregrasped: z.boolean().default(false),
  /** Standard deviation of what the view of the slot is off by, in planar units; 0: seen as it is. */
  perceptionBias: z.number().min(0).default(0.07),
  /** Standard deviation of the motion's noise, in actions. */
  executionNoise: z.number().min(0).default(0.1),
  /** Air on either side of the peg in the slot, in planar units. */
  clearance: z.number().min(0.004).max(0.1).default(0.04),
  /** Coulomb friction of peg on board, unitless. */
  boardFriction: z.number().min(0).max(2).default(0.5),
  /** Default: 200 for each peg. */
  stepsMax: z.int().positive().optional(),
});
export type MujocoInsertOptions = z.input<typeof MujocoInsertOptions>;
type Parsed = z.output<typeof MujocoInsertOptions>;

const CONTROL_HZ = 10;
const TIMESTEP_S = 0.002;
const ENGINE_STEPS = Math.round(1 / CONTROL_HZ / TIMESTEP_S);
const STEPS_PER_PEG = 200;

// Lengths in planar units.
const GRASP_Y = 0.06;
const GRASP_REACH = 0.03;
const CARRY_Y = 0.45;
const START = { x: 0, y: 0.4 };
const OBJECT_X = [-0.8, -0.3] as const;
const SLOT_X = [0.3, 0.8] as const;
/** How far the commanded place may run ahead of the true one: what an arm that is held up presses with. */
const LEASH = 0.06;
/** A peg in the slot whose end is this near to the ground, m, is in. */
const DONE_Z = 0.0075;

/**
 * Pick-and-insert with rigid bodies, contact and friction: the planar world's task, actions and
 * observation (`tabletop`), with an arm of three hinges that follows the gripper's commanded place,
 * a peg held by friction alone, and a board it rubs on. Unlike there, a gripper that opens drops
 * the peg, one that presses too hard twists it, and a peg that has fallen over ends the episode.
 */
export function mujocoInsert(
  module: MujocoModule,
  options: MujocoInsertOptions = {},
): InsertionWorld {
  const parsed = MujocoInsertOptions.safeParse(options);
  if (!parsed.success) throw badInput(parsed.error, options);
  const slotHalf = PEG.x + parsed.data.clearance * UNIT;
  const { boardFriction } = parsed.data;
  const xml = insertScene({ timestep: TIMESTEP_S, slotHalf, boardFriction });
  const simulation = openSimulation(module, xml, roleOf);
  const rig = rigOf(simulation, { slotHalf, engineSteps: ENGINE_STEPS });
  const fingerprint = fingerprintOf(xml + JSON.stringify(parsed.data));
  return insertWorld({ simulation, rig, slotHalf, fingerprint }, parsed.data);
}

interface Parts {
  readonly simulation: Simulation;
  readonly rig: Rig;
  readonly slotHalf: number;
  readonly fingerprint: number;
}

function insertWorld(parts: Parts, options: Parsed): InsertionWorld {
  const { simulation, rig, slotHalf, fingerprint } = parts;
  const { subtasks, stepsMax = STEPS_PER_PEG * subtasks } = options;
  const own = FIELDS.length + STREAM_WORDS;
  const layout = { fingerprint, own, engine: simulation.stateSize };
  let stream = randomStream(rngOf(0));
  const state: InsertState = { ...INITIAL };
  const how = { state, rig, options, stream: () => stream };
  const reset = (rng: Rng) => {
    stream = randomStream(rng);
    state.subtask = 0;
    nextPeg(how);
  };
  reset(rngOf(0));

  return {
    id: "mujoco-insert",
    title: "Peg and slot",
    controlHz: CONTROL_HZ,
    stepsMax,
    subtasks,
    observationNames: OBSERVATION_NAMES,
    actionNames: ACTION_NAMES,
    geometry: geometryOf(options),
    reset,
    step(action) {
      checkAction(action, ACTION_NAMES);
      const before = state.subtask;
      if (before < subtasks) {
        advance(how, action);
        if (state.inserted === 1 && state.tipY * UNIT < DONE_Z) {
          state.subtask++;
          if (state.subtask < subtasks) nextPeg(how);
        }
      }
      const { subtask } = state;
      const success = subtask === subtasks;
      return { reward: subtask - before, success, subtask, done: success || state.lost === 1 };
    },
    observe: () => observe(state),
    snapshot() {
      const numbers = [...FIELDS.map((name) => state[name]), ...stream.state()];
      return packSnapshot(layout, numbers, simulation.state());
    },
    restore(snapshot) {
      const { own, engine } = unpackSnapshot(layout, snapshot);
      FIELDS.forEach((name, i) => {
        state[name] = own[i] as number;
      });
      stream.restore(own.subarray(FIELDS.length));
      rig.moveSlot(state.slotX);
      simulation.setState(engine);
    },
    draw: () => ({
      shapes: [...simulation.shapes(), ...marks(state, slotHalf)],
      status: statusOf(state),
    }),
    truth: () => truthOf(state),
    dispose: () => simulation.dispose(),
  };
}

const geometryOf = ({ clearance }: Parsed): InsertionGeometry => ({
  stepLength: STEP_LENGTH,
  graspY: GRASP_Y,
  graspReach: GRASP_REACH,
  carryY: CARRY_Y,
  viewY: VIEW_Y,
  contactY: (2 * BOARD.z) / UNIT + GRASP_Y,
  clearance,
});

interface Live {
  readonly state: InsertState;
  readonly rig: Rig;
  readonly options: Parsed;
  /** The stream that the last reset began. */
  stream(): RandomStream;
}

const between = ([low, high]: readonly [number, number], stream: RandomStream) =>
  low + (high - low) * stream.uniform();

/** A fresh look at where the slot is, with its own error. */
function look({ state, options, stream }: Live): void {
  state.bias = options.perceptionBias * stream().normal();
}

/** Another peg and another place of the slot, with the gripper back where it starts. */
function nextPeg(live: Live): void {
  const { state, rig, options } = live;
  const { pregrasped } = options;
  const stream = live.stream();
  Object.assign(state, INITIAL, { subtask: state.subtask, goalX: START.x, goalY: START.y });
  const pegX = pregrasped
    ? START.x + between([-GRASP_REACH, GRASP_REACH], stream)
    : between(OBJECT_X, stream);
  state.slotX = between(SLOT_X, stream);
  rig.place({ at: START, slotX: state.slotX, pegX, inGripper: pregrasped });
  look(live);
  Object.assign(state, rig.sense(state.slotX, pregrasped));
}

/** One control step: the commanded place moves on, the engine follows, what came of it is read. */
function advance(live: Live, action: ArrayLike<number>): void {
  const { state, rig, options } = live;
  const { gripperX, gripperY, held } = state;
  const stream = live.stream();
  const noisy = (i: 0 | 1) =>
    STEP_LENGTH * (clipUnit(action[i] as number) + options.executionNoise * stream.normal());
  const leashed = (goal: number, at: number) => Math.min(at + LEASH, Math.max(at - LEASH, goal));
  const from = { x: state.goalX, y: state.goalY };
  state.goalX = clipUnit(leashed(state.goalX + noisy(0), gripperX));
  state.goalY = Math.min(1, Math.max(0, leashed(state.goalY + noisy(1), gripperY)));
  const closing = (action[2] as number) > 0;
  rig.follow(from, { x: state.goalX, y: state.goalY }, closing);
  Object.assign(state, rig.sense(state.slotX, closing));
  state.lastDx = state.gripperX - gripperX;
  state.lastDy = state.gripperY - gripperY;
  const rose = gripperY < VIEW_Y && state.gripperY >= VIEW_Y;
  if (state.held === 1 && (held === 0 || rose)) look(live);
}

const ROLES: Readonly<Record<string, ShapeRole>> = {
  ground: "ground",
  column: "robot",
  upper: "robot",
  fore: "robot",
  wrist: "robot",
  peg: "object",
};

function roleOf({ name }: { name: string }): ShapeRole {
  return ROLES[name] ?? (name.startsWith("board") ? "fixture" : "gripper");
}
