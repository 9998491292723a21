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
