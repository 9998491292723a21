import { z } from "zod";
import { badInput } from "#core/errors.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { checkAction, clipUnit } from "./action.ts";
import {
  ACTION_NAMES,
  insertionView,
  OBSERVATION_NAMES,
  STEP_LENGTH,
  VIEW_Y,
} from "./insertion-view.ts";
import { type RandomStream, randomStream } from "./random-stream.ts";
import { drawTabletop } from "./tabletop-scene.ts";
import {
  BOARD_X,
  CONTACT_Y,
  FLOOR_Y,
  readSnapshot,
  type TabletopState,
  writeSnapshot,
} from "./tabletop-state.ts";
import type { InsertionGeometry, InsertionTruth, InsertionWorld } from "./world.ts";

export const TabletopOptions = z.strictObject({
  /** Pieces to insert one after the other (K). */
  subtasks: z.int().min(1).max(10).default(1),
  /** Each piece begins in the gripper. */
  pregrasped: z.boolean().default(false),
  /** Probability that a pressed piece does not slide at all in a step: .5 easy, .95 hard. */
  stick: z.number().min(0).max(1).default(0.5),
  /** Standard deviation of what the view of the slot is off by (σ_b); 0: seen as it is. */
  perceptionBias: z.number().min(0).default(0.07),
  /** Standard deviation of the motion's noise, in actions. */
  executionNoise: z.number().min(0).default(0.1),
  /** The tip goes in when it is nearer to the slot's middle than this. */
  clearance: z.number().positive().default(0.04),
  /** Height below which the gripper grasps. */
  graspY: z.number().positive().default(0.1),
  /** Default: 150 for each piece. */
  stepsMax: z.int().positive().optional(),
});
export type TabletopOptions = z.input<typeof TabletopOptions>;

const GRASP_REACH = 0.05;
const CARRY_Y = 0.45;
/** A tip this deep in the slot has finished the sub-task. */
const DONE_Y = 0.04;
const START = { x: 0, y: 0.4 };
const OBJECT_X = [-0.8, -0.3] as const;
const SLOT_X = [0.3, 0.8] as const;
const OFFSET_SD = 0.03;
/** What friction leaves of a slide that does not stick. */
const SLIDE = 0.6;

const between = ([low, high]: readonly [number, number], stream: RandomStream) =>
  low + (high - low) * stream.uniform();

/**
 * A quasi-static plane where a gripper picks pieces up and puts each into a slot in a board. The
 * policy sees the slot beside where it is, by an error that only a fresh look redraws: at a grasp,
 * and when a held piece rises past `viewY`. So backing out of a failed insertion and trying again
 * is worth learning; with `perceptionBias` 0 it is not. A gripper that closed on a piece keeps it
 * until it is in.
 */
export function tabletop(options: TabletopOptions = {}): InsertionWorld {
  const parsed = TabletopOptions.safeParse(options);
  if (!parsed.success) throw badInput(parsed.error, options);
  const { subtasks, stick, perceptionBias, executionNoise, clearance, graspY } = parsed.data;
  const { pregrasped, stepsMax = 150 * subtasks } = parsed.data;
  const geometry: InsertionGeometry = {
    stepLength: STEP_LENGTH,
    graspY,
    graspReach: GRASP_REACH,
    carryY: CARRY_Y,
    viewY: VIEW_Y,
    contactY: CONTACT_Y,
    clearance,
  };
  let stream = randomStream(rngOf(0));
  const state: TabletopState = {
    ...{ x: 0, y: 0, vx: 0, vy: 0, held: 0, objectX: 0, slotX: 0, offset: 0 },
    ...{ inserted: 0, contact: 0, subtask: 0, bias: 0 },
  };

  const look = () => {
    state.bias = perceptionBias * stream.normal();
  };
  const grasp = () => {
    state.held = 1;
    state.offset = OFFSET_SD * stream.normal();
    look();
  };
  const nextPiece = () => {
    Object.assign(state, START, { vx: 0, vy: 0, held: 0, offset: 0, inserted: 0, contact: 0 });
    state.objectX = between(OBJECT_X, stream);
    state.slotX = between(SLOT_X, stream);
    look();
    if (pregrasped) grasp();
  };
  const reset = (rng: Rng) => {
    stream = randomStream(rng);
    state.subtask = 0;
    nextPiece();
  };
  reset(rngOf(0));

  const moveFree = (dx: number, dy: number, grip: number) => {
    state.x = clipUnit(state.x + dx);
    state.y = Math.min(1, Math.max(FLOOR_Y, state.y + dy));
    const near = Math.abs(state.x - state.objectX) < GRASP_REACH;
    if (grip > 0 && near && state.y < graspY) grasp();
  };
  const friction = (dx: number) => (stream.uniform() < stick ? 0 : SLIDE * dx);
  const moveHeld = (dx: number, dy: number) => {
    const from = state.y;
    move(state, { dx, dy, clearance, friction });
    if (from < VIEW_Y && state.y >= VIEW_Y) look();
  };

  return {
    id: "tabletop",
    title: "Tabletop",
    controlHz: 10,
    stepsMax,
    subtasks,
    observationNames: OBSERVATION_NAMES,
    actionNames: ACTION_NAMES,
    geometry,
    reset,
    step(action) {
      checkAction(action, ACTION_NAMES);
      const before = state.subtask;
      if (before < subtasks) {
        const { x, y } = state;
        const dx = STEP_LENGTH * (clipUnit(action[0] as number) + executionNoise * stream.normal());
        const dy = STEP_LENGTH * (clipUnit(action[1] as number) + executionNoise * stream.normal());
        if (state.held === 1) moveHeld(dx, dy);
        else moveFree(dx, dy, action[2] as number);
        state.vx = state.x - x;
        state.vy = state.y - y;
        if (state.inserted === 1 && state.y < DONE_Y) {
          state.subtask++;
          if (state.subtask < subtasks) nextPiece();
        }
      }
      const success = state.subtask === subtasks;
      const reward = state.subtask - before;
      return { reward, success, subtask: state.subtask, done: success };
    },
    observe: () => observe(state),
    snapshot: () => writeSnapshot(state, stream),
    restore: (snapshot) => readSnapshot(snapshot, { state, stream, subtasks }),
    draw: () => drawTabletop(state, clearance),
    truth: () => truthOf(state),
    dispose() {},
  };
}

/** One step of a held piece: the free air, the board's edge, its surface, the slot. */
function move(
  state: TabletopState,
  how: { dx: number; dy: number; clearance: number; friction: (dx: number) => number },
): void {
  const { dx, clearance, friction } = how;
  const y = Math.min(1, Math.max(FLOOR_Y, state.y + how.dy));
  if (state.inserted === 1) {
    state.y = y; // the slot's walls let nothing move sideways
    if (y >= CONTACT_Y) state.inserted = 0;
    return;
  }
  const pressedBefore = state.contact === 1;
  const x = clipUnit(state.x + dx);
  if (y >= CONTACT_Y || x + state.offset <= BOARD_X) {
    Object.assign(state, { x, y, contact: 0 });
    return;
  }
  if (state.y < CONTACT_Y) {
    // From beside the board against its edge.
    Object.assign(state, { x: clipUnit(BOARD_X - state.offset), y, contact: 1 });
    return;
  }
  // What already presses has to overcome friction before it can slip into the slot; what comes
  // down from above meets friction only where it lands.
  const slid = pressedBefore ? clipUnit(state.x + friction(dx)) : x;
  if (Math.abs(slid + state.offset - state.slotX) < clearance) {
    Object.assign(state, { x: slid, y, contact: 0, inserted: 1 });
    return;
  }
  const landed = pressedBefore ? slid : clipUnit(state.x + friction(dx));
  Object.assign(state, { x: landed, y: CONTACT_Y, contact: 1 });
}

const truthOf = (state: TabletopState): InsertionTruth => ({
  gripperX: state.x,
  gripperY: state.y,
  held: state.held === 1,
  objectX: state.held === 1 ? state.x + state.offset : state.objectX,
  tipX: state.x + state.offset,
  slotX: state.slotX,
  inserted: state.inserted === 1,
  contact: state.contact === 1,
  subtask: state.subtask,
});

/** The slot is seen off by the bias. */
const observe = (state: TabletopState): Float64Array =>
  insertionView({
    ...{ x: state.x, y: state.y, lastDx: state.vx, lastDy: state.vy, objectX: state.objectX },
    ...{ held: state.held, contact: state.contact, inserted: state.inserted },
    slotDx: state.slotX - state.x - state.offset + state.bias,
  });
