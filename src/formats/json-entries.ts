import { isUtf8 } from "node:buffer";
import { Problem, quoted } from "#core/errors.ts";
import { type ByteStream, chunksOf } from "./format.ts";
import { byteOrderMark, notUtf8, utf8Text } from "./utf8.ts";

/** Bytes of one entry that are ever held. */
const ENTRY_BYTES_MAX = 32 * 1024 * 1024;

/** One element of a top-level array, or one member of a top-level object (`key` is null in an array). */
export interface JsonEntry {
  readonly key: string | null;
  /** 1-based line the entry begins at. */
  readonly line: number;
  readonly value: unknown;
  /** The entry as it is written. */
  readonly raw: () => string;
}

/** An entry that cannot be read; the ones after it still can. */
export interface BrokenEntry {
  readonly line: number;
  readonly problem: Problem;
  readonly raw: () => string;
}

const isSpace = (byte: number) => byte === 32 || byte === 10 || byte === 13 || byte === 9;
const [QUOTE, BACKSLASH, COMMA, LINE_FEED] = [34, 92, 44, 10];
const OPEN = { array: 91, object: 123 } as const;
const CLOSE = { array: 93, object: 125 } as const;

/**
 * Finds where the entries of one top-level array or object begin and end, in a stream of chunks and one pass, without
 * reading the values: brackets are counted outside strings, so that an entry that is not JSON does not take its
 * neighbours with it.
 */
class EntryScanner {
  private readonly container: "array" | "object";
  private readonly found: (JsonEntry | BrokenEntry)[] = [];
  private state: "before" | "inside" | "after" = "before";
  private depth = 0;
  private inString = false;
  private escaped = false;
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private line = 1;
  private entryLine = 1;
  /** Bytes of the file before the chunk at hand, and before the entry. */
  private offset = 0;
  private entryOffset = 0;

  constructor(container: "array" | "object") {
    this.container = container;
  }

  /** The entries that end in this chunk. */
  push(chunk: Uint8Array): (JsonEntry | BrokenEntry)[] {
    let begin = this.offset === 0 ? byteOrderMark(chunk) : 0;
    for (let i = begin; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte === LINE_FEED) this.line++;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
        continue;
      }
      if (isSpace(byte)) continue;
      if (this.state !== "inside") {
        this.outside(byte);
        begin = i + 1;
        continue;
      }
      if (this.bytes === 0 && !this.begun) {
        this.begun = true;
        this.entryLine = this.line;
        this.entryOffset = this.offset + i;
        begin = i;
      }
      if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN.array || byte === OPEN.object) this.depth++;
      else if (this.depth === 0 && (byte === COMMA || byte === CLOSE[this.container])) {
        this.hold(chunk.subarray(begin, i));
        this.endEntry(byte !== COMMA);
        begin = i + 1;
        if (byte !== COMMA) this.state = "after";
      } else if (byte === CLOSE.array || byte === CLOSE.object) this.depth--;
    }
    if (this.state === "inside" && this.begun) this.hold(chunk.subarray(begin));
    this.offset += chunk.length;
    return this.found.splice(0);
  }

  end(): (JsonEntry | BrokenEntry)[] {
    if (this.state === "before" && this.offset > 0 && this.line >= 1) return [];
    if (this.state === "inside")
      this.broken(
        new Problem("bad-input", "The file ends in the middle", {
          expected: `a closing ${this.container === "array" ? "]" : "}"}`,
          got: "the end of the file",
        }),
      );
    return this.found.splice(0);
  }

  private begun = false;

  private outside(byte: number): void {
    if (this.state === "before" && byte === OPEN[this.container]) {
      this.state = "inside";
      return;
    }
    const [expected, open] =
      this.container === "array" ? ["a JSON array", "["] : ["a JSON object", "{"];
    throw new Problem(
      "bad-input",
      this.state === "before" ? `The file is not ${expected}` : "There is more after the end",
      {
        expected: this.state === "before" ? `${expected}, beginning with ${open}` : "nothing more",
        got: quoted(String.fromCharCode(byte)),
        at: { line: this.line },
      },
    );
  }

  private hold(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (this.bytes <= ENTRY_BYTES_MAX) this.pieces.push(bytes);
    else this.pieces.length = Math.min(this.pieces.length, 1);
  }

  private broken(problem: Problem): void {
    const bytes = Buffer.concat(this.pieces);
    const raw = () => utf8Text(bytes.subarray(0, 8_000));
    this.found.push({ line: this.entryLine, problem, raw });
  }

  /** The entry at hand is complete. `last`: the container closes after it, so nothing at all may stand here. */
  private endEntry(last: boolean): void {
    const empty = !this.begun || this.bytes === 0;
    if (!(empty && last)) this.readEntry();
    this.pieces = [];
    this.bytes = 0;
    this.begun = false;
  }

  private readEntry(): void {
    if (this.bytes > ENTRY_BYTES_MAX)
      return void this.broken(
        new Problem("too-large", "The entry is too long", {
          expected: `at most ${ENTRY_BYTES_MAX.toLocaleString("en")} bytes`,
          got: `${this.bytes.toLocaleString("en")} bytes`,
        }),
      );
    const bytes =
      this.pieces.length === 1 ? (this.pieces[0] ?? new Uint8Array(0)) : Buffer.concat(this.pieces);
    if (!isUtf8(bytes)) return void this.broken(notUtf8(bytes, this.entryOffset));
    const raw = utf8Text(bytes);
    try {
      if (this.container === "array") {
        const value: unknown = JSON.parse(raw);
        this.found.push({ key: null, line: this.entryLine, value, raw: () => raw });
      } else {
        const [member] = Object.entries<unknown>(JSON.parse(`{${raw}}`));
        const [key, value] = member ?? ["", undefined];
        this.found.push({ key, line: this.entryLine, value, raw: () => raw });
      }
    } catch (error) {
      this.broken(
        new Problem("bad-input", "The entry is not JSON", {
          got: error instanceof Error ? error.message : String(error),
        }),
      );
    }
  }
}

export const isBroken = (entry: JsonEntry | BrokenEntry): entry is BrokenEntry =>
  "problem" in entry;

/** The entries of a file that is one JSON array or object, a chunk's worth at a time. */
export async function* jsonEntries(
  stream: ByteStream,
  container: "array" | "object",
  signal?: AbortSignal,
): AsyncGenerator<(JsonEntry | BrokenEntry)[]> {
  const scanner = new EntryScanner(container);
  for await (const chunk of chunksOf(stream, signal)) yield scanner.push(chunk);
  yield scanner.end();
}
