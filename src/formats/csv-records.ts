/**
 * Cuts a table into records (RFC 4180) as its bytes come in.
 *
 * It is our own because of what comes after a mistake: a quote that is never closed costs the line it stands in and not
 * the rest of the file, and every record knows its line and its text as written, for the rejects.
 */

/** A record that was read. Cells are Latin-1 strings, one character a byte: the caller decodes them. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** 1-based line it begins at. */
  readonly line: number;
  readonly raw: string;
}

/** A line that is no record; reading goes on at the next one. */
export interface BrokenRecord {
  readonly broken: string;
  readonly line: number;
  readonly raw: string;
}

export const isBrokenRecord = (record: CsvRecord | BrokenRecord): record is BrokenRecord =>
  "broken" in record;

/** Where a record ends, that it needs more bytes, or why it is none. */
type Scan =
  | { readonly cells: string[]; readonly end: number; readonly breaks: number }
  | "incomplete"
  | { readonly broken: string };

/** Where a quoted cell ends: index just after its closing quote; -1 when that has not come yet. */
function closing(text: string, open: number, final: boolean): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return -1;
    if (at + 1 === text.length) return final ? at + 1 : -1; // the next byte may double the quote
    if (text[at + 1] !== '"') return at + 1;
  }
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

export class CsvReader {
  private readonly delimiter: string;
  private readonly recordBytesMax: number;
  private text = "";
  /** Start of the record at hand in `text`. */
  private at = 0;
  private line = 1;
  /** The line at hand was given up before its end came: the rest of it is no record. */
  private skipping = false;

  constructor(delimiter: string, recordBytesMax: number) {
    this.delimiter = delimiter;
    this.recordBytesMax = recordBytesMax;
  }

  /** The records that are complete with these bytes; with `final`, what is left counts as complete. */
  push(latin1: string, final: boolean): (CsvRecord | BrokenRecord)[] {
    this.text = this.text.slice(this.at) + latin1;
    this.at = 0;
    if (this.skipping) this.skipLine();
    const records: (CsvRecord | BrokenRecord)[] = [];
    while (this.at < this.text.length) {
      const scan = this.scan(final);
      if (scan === "incomplete") {
        if (!final && this.text.length - this.at <= this.recordBytesMax) break;
        const broken = final
          ? "a quote is opened and never closed"
          : `it has not ended after ${this.recordBytesMax.toLocaleString("en")} bytes`;
        if (!this.breakLine(broken, records, final)) break;
      } else if ("broken" in scan) {
        if (!this.breakLine(scan.broken, records, final)) break;
      } else {
        const { cells, end, breaks } = scan;
        const blank = cells.length === 1 && cells[0] === "";
        const { line } = this;
        if (!blank) records.push({ cells, line, raw: this.text.slice(this.at, end).trimEnd() });
        this.line += breaks + 1;
        this.at = end;
      }
    }
    return records;
  }

  /** Gives up the line at hand. False when its end has not come yet. */
  private breakLine(
    broken: string,
    records: (CsvRecord | BrokenRecord)[],
    final: boolean,
  ): boolean {
    const feed = this.text.indexOf("\n", this.at);
    const whole = this.text.length - this.at;
    if (feed < 0 && !final && whole <= this.recordBytesMax) return false;
    const end = feed < 0 ? this.text.length : feed;
    records.push({ broken, line: this.line, raw: this.text.slice(this.at, end).trimEnd() });
    this.skipping = feed < 0;
    this.at = Math.min(end + 1, this.text.length);
    if (feed >= 0) this.line++;
    return true;
  }

  private skipLine(): void {
    const feed = this.text.indexOf("\n");
    this.at = feed < 0 ? this.text.length : feed + 1;
    if (feed < 0) return;
    this.skipping = false;
    this.line++;
  }

  private scan(final: boolean): Scan {
    const { text, delimiter } = this;
    const cells: string[] = [];
    let breaks = 0;
    let at = this.at;
    for (;;) {
      let end: number;
      if (text[at] === '"') {
        end = closing(text, at, final);
        if (end < 0) return "incomplete";
        const cell = text.slice(at + 1, end - 1);
        breaks += countBreaks(cell);
        cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell);
      } else {
        const feed = text.indexOf("\n", at);
        if (feed < 0 && !final) return "incomplete";
        const lineEnd = feed < 0 ? text.length : feed;
        const next = text.indexOf(delimiter, at);
        end = next >= 0 && next < lineEnd ? next : lineEnd;
        const cell = text.slice(at, end);
        cells.push(end === lineEnd && cell.endsWith("\r") ? cell.slice(0, -1) : cell);
      }
      if (text[end] === delimiter) {
        at = end + 1;
        continue;
      }
      if (text[end] === "\r" && end + 1 === text.length && !final) return "incomplete";
      const feed = text[end] === "\r" ? end + 1 : end;
      if (feed >= text.length) return final ? { cells, end: feed, breaks } : "incomplete";
      if (text[feed] === "\n") return { cells, end: feed + 1, breaks };
      return { broken: "there is text after a closing quote" };
    }
  }
}
