import { insertionView } from "./insertion-view.ts";
import type { Sensed } from "./mujoco-insert-rig.ts";
import { BOARD, UNIT } from "./mujoco-insert-scene.ts";
import type { ShapeRole } from "./mujoco-simulation.ts";
import type { InsertionTruth, Shape } from "./world.ts";

/** All that changes beside the engine's state and the random stream. Flags are 0 or 1. */
export interface InsertState extends Sensed {
  slotX: number;
  /** Where the gripper is told to be. */
  goalX: number;
  goalY: number;
  lastDx: number;
  lastDy: number;
  subtask: number;
  /** What the policy's view of the slot is off by. */
  bias: number;
}

export const INITIAL: Readonly<InsertState> = {
  slotX: 0,
  goalX: 0,
  goalY: 0,
  gripperX: 0,
  gripperY: 0,
  lastDx: 0,
  lastDy: 0,
  objectX: 0,
  tipX: 0,
  tipY: 0,
  held: 0,
  contact: 0,
  inserted: 0,
  lost: 0,
  subtask: 0,
  bias: 0,
};

/** In the order of a snapshot. */
export const FIELDS = Object.keys(INITIAL) as (keyof InsertState)[]; // the literal's own keys

/** What is to be seen and is no body: where the peg has to go, and where the policy takes it to be. */
export function marks({ slotX, bias, held }: InsertState, slotHalf: number): Shape[] {
  const mark = (id: string, role: ShapeRole, x: number, z: number): Shape => ({
    ...{ id, kind: "box", role },
    size: [slotHalf, BOARD.y, 0.001],
    position: [x * UNIT, 0, z],
    rotation: [1, 0, 0, 0],
  });
  const target = mark("slot", "target", slotX, 0.001);
  if (held === 0) return [target];
  return [target, mark("believed-slot", "ghost", slotX + bias, 2 * BOARD.z + 0.001)];
}

export function statusOf({ held, inserted, contact, lost, tipX, slotX }: InsertState): string {
  if (lost === 1) return "the peg has fallen over";
  if (inserted === 1) return "in the slot";
  if (held === 0) return "reaching for the peg";
  if (contact === 1) return `pressing on the board, ${tipX < slotX ? "left" : "right"} of the slot`;
  return tipX * UNIT > BOARD.left ? "carrying, over the board" : "carrying";
}

export const truthOf = (state: InsertState): InsertionTruth => ({
  gripperX: state.gripperX,
  gripperY: state.gripperY,
  held: state.held === 1,
  objectX: state.objectX,
  tipX: state.tipX,
  slotX: state.slotX,
  inserted: state.inserted === 1,
  contact: state.contact === 1,
  subtask: state.subtask,
});

/** The slot is seen off by the bias. */
export const observe = (state: InsertState): Float64Array =>
  insertionView({
    ...state,
    x: state.gripperX,
    y: state.gripperY,
    slotDx: state.slotX - state.tipX + state.bias,
  });
