/** What a policy sees of a world to insert in: the same eleven numbers in every engine. */

/** How far the gripper gets in a control step at an action of 1, in planar units, as all here. */
export const STEP_LENGTH = 0.05;
/** Rising to here with a piece gives a fresh look at where the slot is. */
export const VIEW_Y = 0.35;
/** Sharpens the last hundredths of a misalignment. */
const NEAR_GAIN = 20;

export const OBSERVATION_NAMES = [
  "x",
  "y",
  "held",
  "contact",
  "last-dx",
  "last-dy",
  "object-dx",
  "slot-dx",
  "slot-dx-near",
  "inserted",
  "looking",
] as const;
export const ACTION_NAMES = ["dx", "dy", "grip"] as const;

/** Flags are 0 or 1. */
interface Seen {
  readonly x: number;
  readonly y: number;
  /** True displacement of the last step. */
  readonly lastDx: number;
  readonly lastDy: number;
  readonly held: number;
  readonly contact: number;
  readonly inserted: number;
  readonly objectX: number;
  /** Slot less tip along x, off by the bias; read where a piece is held. */
  readonly slotDx: number;
}

/** [11] in the order of the names. */
export function insertionView(seen: Seen): Float64Array {
  const held = seen.held === 1;
  const slotDx = held ? seen.slotDx : 0;
  return Float64Array.of(
    seen.x,
    2 * seen.y - 1,
    seen.held,
    seen.contact,
    seen.lastDx / STEP_LENGTH,
    seen.lastDy / STEP_LENGTH,
    held ? 0 : seen.objectX - seen.x,
    slotDx,
    Math.tanh(NEAR_GAIN * slotDx),
    seen.inserted,
    held && seen.y >= VIEW_Y ? 1 : 0,
  );
}
