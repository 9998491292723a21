/** What a person's hand asks for: keys, the stick of a gamepad, a drag of the pointer. */

/** Directions that are held down, with when each began, milliseconds of the page's clock. */
export type HeldKeys = ReadonlyMap<Direction, number>;
export type Direction = "left" | "right" | "up" | "down";

export interface HandInput {
  readonly keys: HeldKeys;
  /** Fine motion: Shift. */
  readonly fine: boolean;
  /** Of a gamepad, each axis in [-1, 1], y up; null where there is none. */
  readonly stick: { readonly x: number; readonly y: number } | null;
  /** How far the pointer has been dragged and the gripper has not followed yet, in the world's units, y up. */
  readonly drag: { readonly x: number; readonly y: number } | null;
  /** Closing or opening. */
  readonly grip: 1 | -1;
  /** The grip was changed and no step has carried it out yet: a step is asked for without any motion. */
  readonly gripChanged: boolean;
}

export const RESTING: HandInput = {
  keys: new Map(),
  fine: false,
  stick: null,
  drag: null,
  grip: -1,
  gripChanged: false,
};

/** Sticks at rest are off by up to a tenth; what is within is nobody's wish. */
export const STICK_DEAD_ZONE = 0.14;
/** A drag of less than so much of a step is a trembling hand. */
const DRAG_DEAD_ZONE = 0.08;
/** A tap moves by so much of a step, a key held for `RAMP_MS` by a whole one: taps are for the last hundredths. */
const TAP_SPEED = 0.4;
const RAMP_MS = 350;
const FINE_SPEED = 0.25;

const clip = (value: number): number => Math.min(1, Math.max(-1, value));

const AXES: Readonly<Record<Direction, readonly [x: number, y: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, 1],
  down: [0, -1],
};

function fromKeys({ keys, fine }: HandInput, nowMs: number): [number, number] {
  let [x, y] = [0, 0];
  for (const [direction, sinceMs] of keys) {
    const ramp = Math.min(1, (nowMs - sinceMs) / RAMP_MS);
    const speed = fine ? FINE_SPEED : TAP_SPEED + (1 - TAP_SPEED) * ramp;
    const [dx, dy] = AXES[direction];
    x += speed * dx;
    y += speed * dy;
  }
  return [x, y];
}

/** Radial dead zone, what is beyond it stretched to the whole range and squared for a fine middle. */
function fromStick(stick: HandInput["stick"]): [number, number] {
  if (stick === null) return [0, 0];
  const size = Math.hypot(stick.x, stick.y);
  if (size <= STICK_DEAD_ZONE) return [0, 0];
  const reach = Math.min(1, (size - STICK_DEAD_ZONE) / (1 - STICK_DEAD_ZONE)) ** 2;
  return [(stick.x / size) * reach, (stick.y / size) * reach];
}

function fromDrag(drag: HandInput["drag"], stepLength: number): [number, number] {
  if (drag === null) return [0, 0];
  const [x, y] = [drag.x / stepLength, drag.y / stepLength];
  return Math.hypot(x, y) < DRAG_DEAD_ZONE ? [0, 0] : [x, y];
}

/**
 * [3] along x, along y, and the grip; null where the hand asks for nothing, so that no step is made
 * and none recorded. `stepLength`: how far the gripper gets in one step at an action of 1.
 */
export function handAction(
  input: HandInput,
  { stepLength, nowMs }: { readonly stepLength: number; readonly nowMs: number },
): [number, number, number] | null {
  const parts = [
    fromKeys(input, nowMs),
    fromStick(input.stick),
    fromDrag(input.drag, stepLength),
  ] as const;
  const x = clip(parts.reduce((sum, [dx]) => sum + dx, 0));
  const y = clip(parts.reduce((sum, [, dy]) => sum + dy, 0));
  if (x === 0 && y === 0 && !input.gripChanged) return null;
  return [x, y, input.grip];
}
