import { BOARD_X, CONTACT_Y, FLOOR_Y, type TabletopState } from "./tabletop-state.ts";
import type { Scene, Shape } from "./world.ts";

/** Half extents of the piece, and half the depth of all that is drawn. */
const PIECE = { halfWidth: 0.03, halfHeight: 0.05 };
const HALF_DEPTH = 0.05;
const WORLD_EDGE = 1.1;
const FINGER = { halfWidth: 0.012, halfHeight: 0.05 };
/** How far fingers stand from the middle: around a piece, and open. */
const GRIP_CLOSED = PIECE.halfWidth + FINGER.halfWidth;
const GRIP_OPEN = PIECE.halfWidth + 4 * FINGER.halfWidth;

/** The plane as thin boxes in space: x stays, y becomes z. */
export function drawTabletop(state: TabletopState, clearance: number): Scene {
  const { x, y, slotX } = state;
  const held = state.held === 1;
  const bottom = y - FLOOR_Y;
  const boardTop = CONTACT_Y - FLOOR_Y;
  const gap = PIECE.halfWidth + clearance;
  const pieceX = held ? x + state.offset : state.objectX;
  const spread = held ? Math.abs(state.offset) + GRIP_CLOSED : GRIP_OPEN;
  const fingerZ = bottom + PIECE.halfHeight + FINGER.halfHeight;
  const palmZ = fingerZ + FINGER.halfHeight + 0.02;
  const board = (id: string, low: number, high: number) =>
    box(id, "fixture", { x: (low + high) / 2, z: boardTop / 2 }, [(high - low) / 2, boardTop / 2]);
  const shapes: Shape[] = [
    box("table", "ground", { x: 0, z: -0.02 }, [WORLD_EDGE, 0.02]),
    board("board-left", BOARD_X, slotX - gap),
    board("board-right", slotX + gap, WORLD_EDGE),
    box("slot", "target", { x: slotX, z: 0.004 }, [gap, 0.004]),
    box("piece", "object", { x: pieceX, z: (held ? bottom : 0) + PIECE.halfHeight }, [
      PIECE.halfWidth,
      PIECE.halfHeight,
    ]),
    ...[-1, 1].map((side) =>
      box(
        side < 0 ? "finger-left" : "finger-right",
        "gripper",
        { x: x + side * spread, z: fingerZ },
        [FINGER.halfWidth, FINGER.halfHeight],
      ),
    ),
    box("palm", "gripper", { x, z: palmZ }, [spread + FINGER.halfWidth, 0.02]),
    box("arm", "robot", { x, z: palmZ + 0.3 }, [0.02, 0.28]),
  ];
  // Where the policy takes the slot to be: what makes it miss is to be seen.
  if (held) {
    const believed = { x: slotX + state.bias, z: boardTop + 0.01 };
    shapes.push(box("believed-slot", "ghost", believed, [gap, 0.006]));
  }
  return { shapes, status: statusOf(state) };
}

function box(
  id: string,
  role: Shape["role"],
  { x, z }: { x: number; z: number },
  [halfX, halfZ]: readonly [number, number],
): Shape {
  return {
    ...{ id, kind: "box", role },
    size: [halfX, HALF_DEPTH, halfZ],
    position: [x, 0, z],
    rotation: [1, 0, 0, 0],
  };
}

function statusOf({ held, inserted, contact, x, offset, slotX }: TabletopState): string {
  if (inserted === 1) return "in the slot";
  if (held === 0) return "reaching for the piece";
  if (contact === 1) {
    const side = x + offset < slotX ? "left" : "right";
    return `pressing on the board, ${side} of the slot`;
  }
  return x + offset > BOARD_X ? "carrying, over the board" : "carrying";
}
