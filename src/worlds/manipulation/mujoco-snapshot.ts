import { Problem } from "#core/errors.ts";

/** A number that tells scenes apart: FNV-1a of their text, 32 bits. */
export function fingerprintOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** What a snapshot of one scene looks like. */
export interface SnapshotLayout {
  readonly fingerprint: number;
  /** Numbers of the world's own. */
  readonly own: number;
  /** Numbers of the engine's. */
  readonly engine: number;
}

/** Float64, in the machine's byte order: fingerprint, the world's own numbers, the engine's state. */
export const packSnapshot = (
  layout: SnapshotLayout,
  own: readonly number[],
  engine: Float64Array,
): Uint8Array => new Uint8Array(Float64Array.of(layout.fingerprint, ...own, ...engine).buffer);

/** The two parts again. Throws a `bad-input` problem for bytes of another scene, or of none. */
export function unpackSnapshot(
  layout: SnapshotLayout,
  bytes: Uint8Array,
): { own: Float64Array; engine: Float64Array } {
  const expected = Float64Array.BYTES_PER_ELEMENT * (1 + layout.own + layout.engine);
  const refuse = (got: string) =>
    new Problem("bad-input", "The bytes are not a snapshot of this scene", {
      expected: `${expected} bytes, as \`snapshot\` wrote them in the same scene with the same options`,
      got,
      at: { field: "snapshot" },
    });
  if (bytes.byteLength !== expected) throw refuse(`${bytes.byteLength} bytes`);
  // A copy, since the bytes may start at an offset that is no multiple of 8.
  const numbers = new Float64Array(bytes.slice().buffer);
  if (numbers[0] !== layout.fingerprint) throw refuse("bytes of another origin");
  if (!numbers.every(Number.isFinite)) throw refuse("a number that is not finite");
  return {
    own: numbers.slice(1, 1 + layout.own),
    engine: numbers.slice(1 + layout.own),
  };
}
