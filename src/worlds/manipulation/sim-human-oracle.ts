import type { Rng } from "#core/rng.ts";
import { clipUnit } from "./action.ts";
import type { InsertionGeometry, InsertionTruth } from "./world.ts";

/** How a hand moves. */
export interface Hand {
  /** Largest component of an intended action. */
  readonly speed: number;
  /** Standard deviation of the noise on dx and dy, in actions. */
  readonly noise: number;
}

/** Aligned when nearer than this share of the clearance. */
const ALIGNED_SHARE = 0.5;
/** Over the piece when nearer than this share of the grasp's reach. */
const OVER_SHARE = 0.4;
/** Further off than this many steps, a held piece is carried rather than nudged into line. */
const NUDGE_STEPS = 2.5;
/** Counts as up or at a height within so many steps of it. */
const HEIGHT_SLACK_STEPS = 1;

/** What the hand is meant to do, in steps along each axis, before speed and noise. */
interface Intent {
  readonly dx: number;
  readonly dy: number;
  readonly grip: number;
}

/**
 * The next motion of one who sees the scene as it is: above the piece, down, grasp, up, over the
 * slot, aligned, down. It follows from the scene alone, so that it goes on from wherever a policy
 * left things.
 */
export function oracleIntent(truth: InsertionTruth, geometry: InsertionGeometry): Intent {
  return truth.held ? insertIntent(truth, geometry) : graspIntent(truth, geometry);
}

function graspIntent(truth: InsertionTruth, g: InsertionGeometry): Intent {
  const dx = (truth.objectX - truth.gripperX) / g.stepLength;
  const hoverY = 2 * g.graspY;
  const over = Math.abs(truth.objectX - truth.gripperX) < OVER_SHARE * g.graspReach;
  const targetY = over ? g.graspY / 2 : Math.max(hoverY, Math.min(truth.gripperY, g.viewY));
  const low = truth.gripperY < g.graspY;
  return { dx, dy: (targetY - truth.gripperY) / g.stepLength, grip: over && low ? 1 : -1 };
}

function insertIntent(truth: InsertionTruth, g: InsertionGeometry): Intent {
  const off = truth.slotX - truth.tipX;
  const dx = off / g.stepLength;
  if (truth.inserted) return { dx: 0, dy: -1, grip: 1 };
  if (Math.abs(off) < ALIGNED_SHARE * g.clearance) return { dx, dy: -1, grip: 1 };
  const clear = truth.gripperY - g.contactY > HEIGHT_SLACK_STEPS * g.stepLength;
  const near = Math.abs(dx) < NUDGE_STEPS;
  if (near && clear) return { dx, dy: 0, grip: 1 };
  const dy = ((near ? g.viewY : g.carryY) - truth.gripperY) / g.stepLength;
  return { dx: dy > HEIGHT_SLACK_STEPS ? 0 : dx, dy, grip: 1 };
}

/**
 * How a person gets out of a failed insertion. `lift`: up to a fresh look, then aligned anew.
 * `hop`: barely off the board, sideways by what the person sees, down. `slide`: pushed along the
 * surface. `carry`: right up, and held until the whole task is done.
 */
export type Habit = "lift" | "hop" | "slide" | "carry";

/** How high a hop is over where a piece rests, in steps; how hard a slide presses. */
const HOP_STEPS = 1.5;
const SLIDE_PRESS = 0.3;

/** The way back, straight up; undefined once there, and where there is nothing to back out of. */
export function recoveryIntent(
  habit: Habit,
  truth: InsertionTruth,
  g: InsertionGeometry,
): Intent | undefined {
  if (truth.inserted || habit === "slide") return undefined;
  const target = { lift: g.viewY, hop: hopY(g), carry: g.carryY }[habit];
  const there = truth.gripperY >= target || (habit === "hop" && !truth.held);
  return there ? undefined : { dx: 0, dy: 1, grip: truth.held ? 1 : -1 };
}

const hopY = (g: InsertionGeometry) => g.contactY + HOP_STEPS * g.stepLength;

/** The way on, once back. */
export function correctionIntent(
  habit: Habit,
  truth: InsertionTruth,
  g: InsertionGeometry,
): Intent {
  const low = truth.held && !truth.inserted && (habit === "hop" || habit === "slide");
  const off = truth.slotX - truth.tipX;
  const aligned = Math.abs(off) < ALIGNED_SHARE * g.clearance;
  if (!low || aligned) return oracleIntent(truth, g);
  const dx = off / g.stepLength;
  const dy = habit === "slide" ? -SLIDE_PRESS : (hopY(g) - truth.gripperY) / g.stepLength;
  return { dx, dy, grip: 1 };
}

/** [3] the intent as a hand carries it out, each component in [-1, 1]. */
export function carriedOut(intent: Intent, { speed, noise }: Hand, rng: Rng): Float64Array {
  const along = (steps: number) =>
    clipUnit(Math.min(speed, Math.max(-speed, steps)) + noise * rng.normal());
  return Float64Array.of(along(intent.dx), along(intent.dy), intent.grip);
}
