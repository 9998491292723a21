import { Problem } from "#core/errors.ts";
import { type RandomStream, STREAM_WORDS } from "./random-stream.ts";

/** The table, where a gripper that is empty ends its way down. */
export const FLOOR_Y = 0.02;
/** The board lies to the right of here; a held piece rests on it at this height. */
export const BOARD_X = 0.1;
export const CONTACT_Y = 0.12;

/** All that changes in the tabletop world, beside its random stream. Flags are 0 or 1. */
export interface TabletopState {
  /** Of the gripper. */
  x: number;
  y: number;
  /** True displacement of the last step. */
  vx: number;
  vy: number;
  held: number;
  /** Where the free piece lies. */
  objectX: number;
  slotX: number;
  /** Tip minus gripper along x, once held. */
  offset: number;
  inserted: number;
  contact: number;
  subtask: number;
  /** What the policy's view of the slot is off by. */
  bias: number;
}

/** Bounds of each, in the order of a snapshot. */
const FIELDS: readonly (readonly [keyof TabletopState, low: number, high: number])[] = [
  ["x", -1, 1],
  ["y", 0, 1],
  ["vx", -2, 2],
  ["vy", -2, 2],
  ["held", 0, 1],
  ["objectX", -1, 1],
  ["slotX", -1, 1],
  ["offset", -2, 2],
  ["inserted", 0, 1],
  ["contact", 0, 1],
  ["subtask", 0, Number.MAX_SAFE_INTEGER],
  ["bias", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];
/** "tabl" and the version of the layout. */
const MAGIC = 0x7461626c + 1 / 2;
const NUMBERS = 1 + FIELDS.length + STREAM_WORDS;

/** Float64, in the machine's byte order: magic, fields, random stream. */
export function writeSnapshot(state: TabletopState, stream: RandomStream): Uint8Array {
  const fields = FIELDS.map(([name]) => state[name]);
  return new Uint8Array(Float64Array.of(MAGIC, ...fields, ...stream.state()).buffer);
}

/** Puts a snapshot back, or throws a `bad-input` problem and changes nothing. */
export function readSnapshot(
  bytes: Uint8Array,
  into: { state: TabletopState; stream: RandomStream; subtasks: number },
): void {
  const refuse = (got: string) => {
    throw new Problem("bad-input", "The bytes are not a snapshot of the tabletop world", {
      expected: `${NUMBERS * Float64Array.BYTES_PER_ELEMENT} bytes, as \`snapshot\` wrote them`,
      got,
      at: { field: "snapshot" },
    });
  };
  if (bytes.byteLength !== NUMBERS * Float64Array.BYTES_PER_ELEMENT)
    refuse(`${bytes.byteLength} bytes`);
  // A copy, since the bytes may start at an offset that is no multiple of 8.
  const numbers = new Float64Array(bytes.slice().buffer);
  if (numbers[0] !== MAGIC) refuse("bytes of another origin");
  FIELDS.forEach(([name, low, high], i) => {
    const value = numbers[1 + i] as number;
    const top = name === "subtask" ? into.subtasks : high;
    if (!(value >= low && value <= top)) refuse(`${name} = ${value}`);
  });
  FIELDS.forEach(([name], i) => {
    into.state[name] = numbers[1 + i] as number;
  });
  into.stream.restore(numbers.subarray(1 + FIELDS.length));
}
