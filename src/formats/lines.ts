/** Lines out of bytes: bad ones are told, and the good ones around them go through. */
import { isUtf8 } from "node:buffer";
import { type Place, Problem } from "#core/errors.ts";
import { byteOrderMark, notUtf8, utf8Text } from "./utf8.ts";

/** Bytes of one line that are ever held: a file that is one endless line must not fill the memory. */
const LINE_BYTES_MAX = 32 * 1024 * 1024;
const LINE_FEED = 10;

/** Where lines go. `line` is 1-based. */
export interface LineSink {
  line(text: string, line: number): void;
  refuse(problem: Problem, at: Place, raw: () => string): void;
}

/** Cuts a byte stream into lines and hands each on, a chunk at a time. */
export class LineReader {
  private readonly sink: LineSink;
  private readonly lineBytesMax: number;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private line = 0;
  /** Bytes of the file before the line being read. */
  private offset = 0;
  private overlong = false;

  constructor(sink: LineSink, lineBytesMax = LINE_BYTES_MAX) {
    this.sink = sink;
    this.lineBytesMax = lineBytesMax;
  }

  push(bytes: Uint8Array): void {
    // A mark split over two chunks is not known as one: no stream cuts its first three bytes apart.
    const mark = this.offset + this.pendingBytes === 0 ? byteOrderMark(bytes) : 0;
    this.offset += mark;
    const chunk = bytes.subarray(mark);
    const last = chunk.lastIndexOf(LINE_FEED);
    if (last >= 0) {
      const first = chunk.indexOf(LINE_FEED);
      this.hold(chunk.subarray(0, first));
      this.endLine(1);
      if (last > first) this.readLines(chunk.subarray(first + 1, last + 1));
    }
    this.hold(chunk.subarray(last + 1));
  }

  end(): void {
    if (this.pendingBytes > 0) this.endLine(0);
  }

  private hold(bytes: Uint8Array): void {
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > this.lineBytesMax) {
      this.overlong = true;
      this.pending.length = Math.min(this.pending.length, 1);
    } else if (bytes.length > 0) this.pending.push(bytes);
  }

  /** The line that was held back is complete. `feed`: bytes of its line end. */
  private endLine(feed: number): void {
    const bytes = this.pending.length === 1 ? this.pending[0] : Buffer.concat(this.pending);
    const line = bytes ?? new Uint8Array(0);
    if (this.overlong) {
      this.line++;
      this.sink.refuse(
        new Problem("too-large", "The line is too long", {
          expected: `at most ${this.lineBytesMax.toLocaleString("en")} bytes`,
          got: `${this.pendingBytes.toLocaleString("en")} bytes`,
        }),
        { line: this.line },
        () => utf8Text(line.subarray(0, 4_000)),
      );
    } else this.readLine(line, isUtf8(line));
    this.offset += this.pendingBytes + feed;
    this.pending = [];
    this.pendingBytes = 0;
    this.overlong = false;
  }

  /** Whole lines, each with its line feed: decoded in one go where all of it is UTF-8. */
  private readLines(bytes: Uint8Array): void {
    if (isUtf8(bytes)) {
      const text = utf8Text(bytes);
      for (let start = 0; start < text.length; ) {
        const end = text.indexOf("\n", start);
        this.line++;
        this.readText(text.slice(start, end));
        start = end + 1;
      }
      this.offset += bytes.length;
      return;
    }
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(LINE_FEED, start);
      const line = bytes.subarray(start, end);
      this.readLine(line, isUtf8(line));
      this.offset += line.length + 1;
      start = end + 1;
    }
  }

  private readLine(line: Uint8Array, valid: boolean): void {
    this.line++;
    if (valid) this.readText(utf8Text(line));
    else this.sink.refuse(notUtf8(line, this.offset), { line: this.line }, () => utf8Text(line));
  }

  private readText(text: string): void {
    this.sink.line(text.endsWith("\r") ? text.slice(0, -1) : text, this.line);
  }
}
