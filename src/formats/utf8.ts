import { Buffer, isUtf8 } from "node:buffer";
import { Problem } from "#core/errors.ts";

/** Offset of the first byte that is not part of a well-formed character (RFC 3629); the length when all are. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || !isUtf8(bytes.subarray(at, at + length)) || at + length > bytes.length)
      return at;
    at += length;
  }
  return bytes.length;
}

/** The problem of bytes that are not UTF-8. `offset`: where the bytes begin in the file. */
export function notUtf8(bytes: Uint8Array, offset: number): Problem {
  const at = firstInvalidByte(bytes);
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  return new Problem("bad-input", "The text is not UTF-8", {
    expected: "UTF-8",
    got: `the byte 0x${byte} at byte ${offset + at} of the file`,
    hint: "Save the file as UTF-8.",
  });
}

/** Refuses UTF-16, which spreadsheets like to write, by its byte order mark; answers the length of a UTF-8 mark. */
export function byteOrderMark(bytes: Uint8Array): number {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new Problem("bad-input", "The file is UTF-16", {
      expected: "UTF-8",
      hint: "Save the file as UTF-8.",
    });
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

/** The text of bytes known to be UTF-8. */
export const utf8Text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
