/**
 * The scene of `mujocoInsert`: an arm of three hinges with a parallel gripper, a peg that stands on the ground, and a
 * board with a slot in it. Metres, kilograms, seconds; x to the right, y into the depth, z up.
 *
 * The planar world's lengths are kept: one of its units is `UNIT` metres, so that one action means the same
 * motion in both. The peg is held by friction alone.
 */

/** Metres of one unit of the planar world. */
export const UNIT = 0.25;

/** Height of the pads' middle, m, where the planar height is 0. */
export const PAD_Z = 0.045;

export const ARM = {
  /** Shoulder, m. */
  x: -0.42,
  z: 0.26,
  upper: 0.36,
  fore: 0.36,
  /** From the wrist down to the pads' middle. */
  hand: 0.11,
} as const;

/** Half extents of the peg, m. */
export const PEG = { x: 0.006, y: 0.008, z: 0.035 } as const;

/** The board's left edge and right edge, its half depth and half height, m. */
export const BOARD = { left: 0.025, right: 0.26, y: 0.05, z: 0.0125 } as const;

/** Fingers, m from the middle: open, and as they are told to close, which the peg keeps them from. */
export const FINGER = { open: 0.03, closed: 0 } as const;

/** Half depth of the slot, m: the peg's and some air. */
const SLOT_Y = 0.012;

export interface SceneOptions {
  /** Engine step, s. */
  readonly timestep: number;
  /** Half width of the slot, m. */
  readonly slotHalf: number;
  /** Coulomb friction of peg on board, unitless. */
  readonly boardFriction: number;
}

/**
 * Where the board's four blocks are with the slot's middle at `slotX`, m: the scene is compiled once and they are moved
 * and resized at every reset.
 */
export function boardBlocks(
  slotX: number,
  slotHalf: number,
): { name: string; x: number; y: number; halfX: number; halfY: number }[] {
  const depth = (BOARD.y - SLOT_Y) / 2;
  const from = slotX - slotHalf;
  const to = slotX + slotHalf;
  const across = { y: 0, halfY: BOARD.y };
  const along = { x: slotX, halfX: slotHalf, halfY: depth };
  return [
    { name: "board-left", x: (BOARD.left + from) / 2, halfX: (from - BOARD.left) / 2, ...across },
    { name: "board-right", x: (to + BOARD.right) / 2, halfX: (BOARD.right - to) / 2, ...across },
    { name: "board-front", y: -(SLOT_Y + depth), ...along },
    { name: "board-back", y: SLOT_Y + depth, ...along },
  ];
}

const finger = (name: string, side: 1 | -1) => `
      <body name="${name}" gravcomp="1">
        <joint name="${name}" type="slide" axis="0 ${side} 0" range="-0.002 0.034" damping="2" armature="0.01"/>
        <geom name="${name}-bar" class="arm" type="box" size="0.008 0.004 0.022" pos="0 ${side * 0.004} 0.037" mass="0.02"/>
        <geom name="${name}-pad" type="box" size="0.008 0.004 0.015" pos="0 ${side * 0.004} 0" mass="0.02"
          friction="1.5 0.02 0.0005" condim="4" solref="0.006 1"/>
      </body>`;

/** MJCF of the scene. */
export function insertScene({ timestep, slotHalf, boardFriction }: SceneOptions): string {
  const board = boardBlocks(0.14, slotHalf).map(
    ({ name, x, y, halfX, halfY }) => `
    <body name="${name}">
      <geom name="${name}" type="box" size="${halfX} ${halfY} ${BOARD.z}" pos="${x} ${y} ${BOARD.z}"
        friction="${boardFriction} 0.005 0.0001"/>
    </body>`,
  );
  return `<mujoco model="insert">
  <compiler angle="radian" autolimits="true"/>
  <option timestep="${timestep}" integrator="implicitfast" cone="elliptic" impratio="100">
    <flag midphase="disable"/>
  </option>
  <default>
    <geom condim="3" friction="0.5 0.005 0.0001"/>
    <default class="arm"><geom contype="0" conaffinity="0"/></default>
  </default>
  <worldbody>
    <geom name="ground" type="plane" size="0.6 0.3 0.01"/>
    <geom name="column" class="arm" type="cylinder" size="0.04 ${ARM.z / 2}" pos="${ARM.x} 0 ${ARM.z / 2}"/>
    ${board.join("")}
    <body name="upper" pos="${ARM.x} 0 ${ARM.z}" gravcomp="1">
      <joint name="shoulder" axis="0 -1 0" range="-1.8 3" armature="0.05"/>
      <geom name="upper" class="arm" type="capsule" size="0.022" fromto="0 0 0 ${ARM.upper} 0 0" mass="0.4"/>
      <body name="fore" pos="${ARM.upper} 0 0" gravcomp="1">
        <joint name="elbow" axis="0 -1 0" range="-2.9 0" armature="0.05"/>
        <geom name="fore" class="arm" type="capsule" size="0.018" fromto="0 0 0 ${ARM.fore} 0 0" mass="0.3"/>
        <body name="hand" pos="${ARM.fore} 0 0" gravcomp="1">
          <joint name="wrist" axis="0 -1 0" range="-3 3" armature="0.01"/>
          <geom name="wrist" class="arm" type="capsule" size="0.016" fromto="0 0 0 0 0 -0.04" mass="0.05"/>
          <geom name="palm" type="box" size="0.02 0.045 0.006" pos="0 0 -0.047" mass="0.1"/>
          <body name="grip" pos="0 0 ${-ARM.hand}" gravcomp="1">
            <site name="grip"/>${finger("left", 1)}${finger("right", -1)}
          </body>
        </body>
      </body>
    </body>
    <body name="peg" pos="-0.1 0 ${PEG.z}">
      <freejoint name="peg"/>
      <geom name="peg" type="box" size="${PEG.x} ${PEG.y} ${PEG.z}" mass="0.05" condim="4"/>
    </body>
  </worldbody>
  <contact><exclude body1="hand" body2="left"/><exclude body1="hand" body2="right"/></contact>
  <actuator>
    <position name="shoulder" joint="shoulder" kp="4000" kv="70" ctrlrange="-1.8 3" forcerange="-15 15"/>
    <position name="elbow" joint="elbow" kp="4000" kv="40" ctrlrange="-2.9 0" forcerange="-15 15"/>
    <position name="wrist" joint="wrist" kp="600" kv="6" ctrlrange="-3 3" forcerange="-6 6"/>
    <position name="left" joint="left" kp="2500" kv="25" ctrlrange="0 0.034" forcerange="-25 25"/>
    <position name="right" joint="right" kp="2500" kv="25" ctrlrange="0 0.034" forcerange="-25 25"/>
  </actuator>
  <sensor>
    <contact name="left-peg" geom1="left-pad" geom2="peg" data="found"/>
    <contact name="right-peg" geom1="right-pad" geom2="peg" data="found"/>
    <contact name="peg-left" geom1="peg" geom2="board-left" data="found"/>
    <contact name="peg-right" geom1="peg" geom2="board-right" data="found"/>
  </sensor>
</mujoco>`;
}

/**
 * Joint angles, rad, that put the pads' middle at (x, z), m, with the fingers pointing down: closed form of a
 * two-link arm, elbow up (law of cosines), out of reach answered with the arm stretched or folded towards it.
 */
export function armAngles(x: number, z: number): [shoulder: number, elbow: number, wrist: number] {
  const dx = x - ARM.x;
  const dz = z + ARM.hand - ARM.z;
  const cosine = (dx * dx + dz * dz - ARM.upper ** 2 - ARM.fore ** 2) / (2 * ARM.upper * ARM.fore);
  const elbow = -Math.acos(Math.max(-1, Math.min(1, cosine)));
  const shoulder =
    Math.atan2(dz, dx) -
    Math.atan2(ARM.fore * Math.sin(elbow), ARM.upper + ARM.fore * Math.cos(elbow));
  return [shoulder, elbow, -(shoulder + elbow)];
}
