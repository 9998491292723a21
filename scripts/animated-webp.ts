/** Pictures of one size put together as a moving one: the container of WebP (RIFF, "Extended File Format"). */
import { assert } from "#core/assert.ts";

export interface Frame {
  /** A still picture as WebP. */
  readonly webp: Uint8Array;
  readonly durationMs: number;
}

/** Four letters, the length, the bytes, and one more where the length is odd. */
function chunk(name: string, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
}

const ANIMATED = 0x02;
const LOOPS_FOREVER = 0;
/** Each frame is put in the place of what was there, whole. */
const NO_BLENDING = 0x02;

/** The picture's own chunk, without the file around it and what else stands in it, such as a colour profile. */
function imageOf(webp: Uint8Array): Buffer {
  const bytes = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength);
  assert(bytes.toString("latin1", 8, 12) === "WEBP", "a picture that is WebP");
  for (let at = 12; at < bytes.length; ) {
    const size = 8 + bytes.readUInt32LE(at + 4);
    const name = bytes.toString("latin1", at, at + 4);
    if (name === "VP8 " || name === "VP8L") return bytes.subarray(at, at + size + (size % 2));
    at += size + (size % 2);
  }
  assert(false, "a still picture");
}

export function animatedWebp(frames: readonly Frame[], width: number, height: number): Buffer {
  const extended = Buffer.alloc(10);
  extended.writeUInt8(ANIMATED, 0);
  extended.writeUIntLE(width - 1, 4, 3);
  extended.writeUIntLE(height - 1, 7, 3);
  const loop = Buffer.alloc(6);
  loop.writeUInt16LE(LOOPS_FOREVER, 4);
  const shown = frames.map(({ webp, durationMs }) => {
    const head = Buffer.alloc(16);
    head.writeUIntLE(width - 1, 6, 3);
    head.writeUIntLE(height - 1, 9, 3);
    head.writeUIntLE(Math.round(durationMs), 12, 3);
    head.writeUInt8(NO_BLENDING, 15);
    return chunk("ANMF", Buffer.concat([head, imageOf(webp)]));
  });
  const body = Buffer.concat([
    Buffer.from("WEBP", "latin1"),
    chunk("VP8X", extended),
    chunk("ANIM", loop),
    ...shown,
  ]);
  return chunk("RIFF", body);
}
