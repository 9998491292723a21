import { armAngles, BOARD, boardBlocks, FINGER, PAD_Z, PEG, UNIT } from "./mujoco-insert-scene.ts";
import type { Simulation } from "./mujoco-simulation.ts";

/** A place of the gripper in planar units. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What the sensors say, in planar units; flags are 0 or 1. */
export interface Sensed {
  gripperX: number;
  gripperY: number;
  /** Of the peg's middle. */
  objectX: number;
  /** Of the peg's lower end: along the board, and above the ground. */
  tipX: number;
  tipY: number;
  held: number;
  contact: number;
  inserted: number;
  /** The peg has fallen over, to where the pads do not reach. */
  lost: number;
}

/** The insertion scene in planar units: what is told to the engine, and what is read from it. */
export interface Rig {
  /** Everything at rest: the peg on the ground at `pegX` or, when `inGripper`, between the closed pads. */
  place(how: { at: Place; slotX: number; pegX: number; inGripper: boolean }): void;
  /** Lets the engine run while the commanded place goes evenly from one to the other. */
  follow(from: Place, to: Place, closing: boolean): void;
  sense(slotX: number, closing: boolean): Sensed;
  /** Puts the slot elsewhere and changes nothing else. */
  moveSlot(slotX: number): void;
}

/** Engine steps in which fingers settle around a peg that begins between them. */
const SETTLE_STEPS = 100;
/** Height of the gripper over a peg on the ground at which one that begins in it is held. */
const GRASPED_AT_Y = 0.05;
/** A lower end this far below the board's top, m, is inside the slot. */
const INSIDE_Z = 0.002;
/** Cosine of the tilt from which a free peg does not come to stand again. */
const FALLEN = 0.5;
/** Of the engine's positions and controls: three hinges come first, then the fingers. */
const FINGERS_AT = 3;

const padZ = (y: number) => PAD_Z + y * UNIT;

export function rigOf(
  simulation: Simulation,
  { slotHalf, engineSteps }: { slotHalf: number; engineSteps: number },
): Rig {
  const { module, model, data } = simulation;
  const grip = 3 * simulation.id("site", "grip");
  const peg = simulation.id("body", "peg");
  const blocks = boardBlocks(0, slotHalf).map(({ name }) => simulation.id("geom", name));
  const sensor = (name: string) => simulation.id("sensor", name);
  const [left, right] = [sensor("left-peg"), sensor("right-peg")];
  const board = [sensor("peg-left"), sensor("peg-right")];

  const run = (steps: number) => {
    for (let step = 0; step < steps; step++) module.mj_step(model, data);
  };
  const tellFingers = (closing: boolean) => {
    const at = closing ? FINGER.closed : FINGER.open;
    data.ctrl.set([at, at], FINGERS_AT);
  };
  const moveSlot = (slotX: number) => {
    boardBlocks(slotX * UNIT, slotHalf).forEach(({ x, y, halfX, halfY }, i) => {
      const geom = blocks[i] as number; // one for each block, by the map above
      model.geom_pos.set([x, y, BOARD.z], 3 * geom);
      model.geom_size.set([halfX, halfY, BOARD.z], 3 * geom);
      model.geom_rbound[geom] = Math.hypot(halfX, halfY, BOARD.z); // what collisions are culled by
      model.geom_aabb.set([0, 0, 0, halfX, halfY, BOARD.z], 6 * geom);
    });
  };

  return {
    moveSlot,
    place({ at, slotX, pegX, inGripper }) {
      module.mj_resetData(model, data);
      moveSlot(slotX);
      const angles = armAngles(at.x * UNIT, padZ(at.y));
      const finger = inGripper ? PEG.y : FINGER.open;
      const pegZ = PEG.z + (inGripper ? (at.y - GRASPED_AT_Y) * UNIT : 0);
      data.qpos.set([...angles, finger, finger, pegX * UNIT, 0, pegZ, 1, 0, 0, 0]);
      data.ctrl.set(angles);
      tellFingers(inGripper);
      if (inGripper) run(SETTLE_STEPS);
      module.mj_forward(model, data);
    },
    follow(from, to, closing) {
      const start = armAngles(from.x * UNIT, padZ(from.y));
      const end = armAngles(to.x * UNIT, padZ(to.y));
      const { ctrl } = data;
      tellFingers(closing);
      for (let step = 1; step <= engineSteps; step++) {
        const share = step / engineSteps;
        for (let i = 0; i < FINGERS_AT; i++)
          ctrl[i] = (1 - share) * (start[i] as number) + share * (end[i] as number);
        module.mj_step(model, data);
      }
      module.mj_forward(model, data); // sensors and places of where the last step has led to
    },
    sense(slotX, closing) {
      const { sensordata, site_xpos, xpos, xmat } = data;
      const at = 9 * peg;
      const [upX, upZ] = [xmat[at + 2], xmat[at + 8]]; // the peg's own upward axis
      const [middleX, middleZ] = [xpos[3 * peg], xpos[3 * peg + 2]];
      const tipX = (middleX - PEG.z * upX) / UNIT;
      const tipZ = middleZ - PEG.z * upZ;
      const deep = tipZ < 2 * BOARD.z - INSIDE_Z;
      const inserted = deep && Math.abs(tipX - slotX) * UNIT < slotHalf;
      const held = closing && sensordata[left] > 0 && sensordata[right] > 0;
      const touches = board.some((id) => sensordata[id] > 0);
      const lost = !held && upZ < FALLEN && middleZ < PEG.z + 2 * BOARD.z;
      return {
        gripperX: site_xpos[grip] / UNIT,
        gripperY: (site_xpos[grip + 2] - PAD_Z) / UNIT,
        objectX: middleX / UNIT,
        tipX,
        tipY: tipZ / UNIT,
        held: held ? 1 : 0,
        contact: held && touches && !inserted ? 1 : 0,
        inserted: inserted ? 1 : 0,
        lost: lost ? 1 : 0,
      };
    },
  };
}
