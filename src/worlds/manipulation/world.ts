import type { Rng } from "#core/rng.ts";

/** A primitive of a scene, in metres, z up; `size` are half extents (box), or radius and half length. */
export interface Shape {
  readonly id: string;
  readonly kind: "box" | "sphere" | "cylinder" | "capsule" | "plane";
  readonly size: readonly [number, number, number];
  /** What it is, for the colours of a screen and for the words of a screen reader. */
  readonly role: "ground" | "fixture" | "robot" | "gripper" | "object" | "target" | "ghost";
  readonly position: readonly [number, number, number];
  /** Unit quaternion, w x y z. */
  readonly rotation: readonly [number, number, number, number];
}

/** What is to be seen of a world at one moment. */
export interface Scene {
  readonly shapes: readonly Shape[];
  /** A line for a person: "carrying, over the board". */
  readonly status: string;
}

export interface StepOutcome {
  readonly reward: number;
  /** Whole task done. */
  readonly success: boolean;
  /** Sub-tasks finished so far, of `subtasks`. */
  readonly subtask: number;
  /** Success, or nothing further can happen. Reaching `stepsMax` is the caller's to see. */
  readonly done: boolean;
}

/**
 * A scene with a robot in it: what a policy acts in, a person takes over in, a study measures in.
 * Deterministic: the same reset and the same actions give the same bytes, and so does restoring a
 * snapshot and repeating them. Whatever is random is drawn from the world's own state, which a
 * snapshot holds. Used by one episode at a time; `dispose` frees what is not garbage-collected.
 */
export interface ManipulationWorld {
  readonly id: string;
  readonly title: string;
  /** Control steps a second that it is made for. */
  readonly controlHz: number;
  readonly stepsMax: number;
  readonly subtasks: number;
  /** [observation size] names with units: `x`, `held`, … */
  readonly observationNames: readonly string[];
  /** [action size] names; each component is in [-1, 1]. */
  readonly actionNames: readonly string[];
  /** Begins the episode that `rng.path` stands for, however much was drawn from it before. */
  reset(rng: Rng): void;
  /**
   * Does one control step. Components are clipped to [-1, 1]. Throws a `bad-input` problem, and
   * changes nothing, for an action of another length or with a component that is not a number.
   */
  step(action: ArrayLike<number>): StepOutcome;
  /** [observation size] what a policy sees now; a new array. */
  observe(): Float64Array;
  /** All of its state. */
  snapshot(): Uint8Array;
  /** Throws a `bad-input` problem, and changes nothing, for bytes that are not a snapshot of this world. */
  restore(snapshot: Uint8Array): void;
  draw(): Scene;
  dispose(): void;
}

/**
 * What is true of a scene where pieces are picked up and inserted, in the plane of the motion: x
 * along the board, y up, in the world's own units. A simulated person and a study's measures see
 * it; a policy never does.
 */
export interface InsertionTruth {
  readonly gripperX: number;
  readonly gripperY: number;
  /** The piece of this sub-task is in the gripper. */
  readonly held: boolean;
  /** Where a free piece lies; where it is held, when it is. */
  readonly objectX: number;
  /** What has to get to `slotX`: the end of a held piece, which sits off the gripper's middle. */
  readonly tipX: number;
  readonly slotX: number;
  /** The tip is inside the slot. */
  readonly inserted: boolean;
  /** A held piece presses on the board beside the slot. */
  readonly contact: boolean;
  /** Sub-tasks finished so far. */
  readonly subtask: number;
}

/** Heights are of the gripper, lengths in the world's own units. */
export interface InsertionGeometry {
  /** How far the gripper gets in one step at an action of 1. */
  readonly stepLength: number;
  /** Close the gripper below this height, this near to the piece. */
  readonly graspY: number;
  readonly graspReach: number;
  /** Clear of everything: where pieces are carried. */
  readonly carryY: number;
  /** Rising to here with a piece gives a fresh look at where the slot is. */
  readonly viewY: number;
  /** Where a held piece rests on the board. */
  readonly contactY: number;
  /** The tip goes in when it is nearer to the slot's middle than this. */
  readonly clearance: number;
}

/** A world of pick-and-insert. Actions are along x, along y, and the grip: closing above 0. */
export interface InsertionWorld extends ManipulationWorld {
  readonly geometry: InsertionGeometry;
  truth(): InsertionTruth;
}
