/** Tables: a header line, then one row an item. RFC 4180, with `;` or tab in place of the comma where the header has them. */
import { isUtf8 } from "node:buffer";
import { Problem } from "#core/errors.ts";
import { type BrokenRecord, CsvReader, type CsvRecord, isBrokenRecord } from "./csv-records.ts";
import {
  type AnswerRow,
  chunksOf,
  type ExportFormat,
  type ImportFormat,
  type ImportOptions,
  singleStream,
} from "./format.ts";
import { Intake } from "./intake.ts";
import { byteOrderMark, notUtf8 } from "./utf8.ts";

/** Bytes of one record that are ever held: a quote that is never closed must not swallow the file into memory. */
export const RECORD_BYTES_MAX = 32 * 1024 * 1024;
const DELIMITERS = [",", ";", "\t"] as const;
const VOTE_PREFIX = "vote:";
const FIELD_PREFIX = "field:";

/** Columns with a meaning of their own; others are fields, or votes where they begin with `vote:`. */
const COLUMNS = [
  "id",
  "text",
  "html",
  "label",
  "confidence",
  "model",
  "raw",
  "gold",
  "split",
  "answer",
  "decision",
  "by",
  "ms",
  "at_ms",
  "reason",
  "risk",
  "route",
  "more",
] as const;
type Column = (typeof COLUMNS)[number];

/** Where each cell of a row goes. */
interface Header {
  readonly width: number;
  readonly at: ReadonlyMap<Column, number>;
  readonly votes: readonly (readonly [rule: string, index: number])[];
  readonly fields: readonly (readonly [field: string, index: number])[];
}

const isColumn = (name: string): name is Column => (COLUMNS as readonly string[]).includes(name);

function headerOf(names: readonly string[], { columns = {}, file }: ImportOptions): Header {
  const renamed = new Map(Object.entries(columns).map(([column, name]) => [name, column]));
  const taken = new Set<string>(Object.keys(columns));
  const at = new Map<Column, number>();
  const votes: [string, number][] = [];
  const fields: [string, number][] = [];
  for (const [index, name] of names.entries()) {
    const column = renamed.get(name) ?? (taken.has(name) ? FIELD_PREFIX + name : name);
    if (isColumn(column) && !at.has(column)) at.set(column, index);
    else if (column.startsWith(VOTE_PREFIX)) votes.push([column.slice(VOTE_PREFIX.length), index]);
    else if (name !== "")
      fields.push([
        column.startsWith(FIELD_PREFIX) ? column.slice(FIELD_PREFIX.length) : column,
        index,
      ]);
  }
  const missing = (["id", "text"] as const).find((column) => !at.has(column));
  if (missing !== undefined)
    throw new Problem("bad-input", `The column "${columns[missing] ?? missing}" is missing`, {
      expected: `a column for ${missing === "id" ? "the item's own id" : "the text to label"}`,
      got: names.map((name) => `"${name}"`).join(", "),
      hint: `If it has another name, say which column is ${missing}.`,
      at: { line: 1, ...(file === undefined ? {} : { file }) },
    });
  return { width: names.length, at, votes, fields };
}

/** The delimiter there is most of in the header line. */
export function delimiterOf(chunk: Uint8Array): string {
  const text = Buffer.from(chunk.subarray(0, 64 * 1024)).toString("latin1");
  const [line = ""] = text.replace(/"[^"]*"/g, "").split(/[\r\n]/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Bytes read as Latin-1 back to what they are; the reader works on bytes so that bad ones can be told. */
export function decode(cell: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is "anything but ASCII".
  if (!/[^\u0000-\u007f]/.test(cell)) return cell;
  const bytes = Buffer.from(cell, "latin1");
  if (!isUtf8(bytes)) throw notUtf8(bytes, 0);
  return bytes.toString("utf8");
}

/** A number as written; what is no number stays a text, for the row's check to name. */
const numeric = (cell: string | undefined): unknown => {
  if (cell === undefined || cell.trim() === "") return null;
  const value = Number(cell);
  return Number.isNaN(value) ? cell : value;
};
const orNull = (cell: string | undefined): string | null =>
  cell === undefined || cell === "" ? null : cell;

/** Values that did not have a column of their own when the header was written. */
function moreOf(cell: string | undefined): { fields?: object; votes?: object } {
  if (cell === undefined || cell === "") return {};
  try {
    return Object(JSON.parse(cell));
  } catch (error) {
    throw new Problem("bad-input", "The column is not JSON", {
      got: String(error),
      at: { field: "more" },
    });
  }
}

/** A record as a row's JSON, still to be checked as one. */
function rowOf(record: readonly string[], { at, votes, fields }: Header): unknown {
  const cell = (column: Column): string | undefined => {
    const index = at.get(column);
    return index === undefined ? undefined : record[index];
  };
  const more = moreOf(cell("more"));
  const own = (pairs: Header["fields"]) =>
    pairs.flatMap(([name, index]) =>
      orNull(record[index]) === null ? [] : [[name, record[index]]],
    );
  const label = orNull(cell("label"));
  const model = orNull(cell("model"));
  const confidence = numeric(cell("confidence"));
  const raw = orNull(cell("raw"));
  const proposed = [label, model, confidence, raw].some((value) => value !== null);
  const answer = orNull(cell("answer"));
  return {
    id: cell("id"),
    text: cell("text"),
    html: orNull(cell("html")),
    fields: { ...Object.fromEntries(own(fields)), ...more.fields },
    proposal: proposed ? { label, confidence, model, raw } : null,
    votes: { ...Object.fromEntries(own(votes)), ...more.votes },
    gold: orNull(cell("gold")),
    split: orNull(cell("split")),
    answer:
      answer === null
        ? null
        : {
            label: answer,
            decision: orNull(cell("decision")),
            by: orNull(cell("by")),
            ms: numeric(cell("ms")),
            atMs: numeric(cell("at_ms")),
            reason: orNull(cell("reason")),
          },
  };
}

export const latin1Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
export const textOf = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");

/** Takes records as they are found and offers them as rows. */
class Records {
  private readonly intake: Intake;
  private readonly options: ImportOptions;
  private header: Header | undefined;
  private row = 0;

  constructor(intake: Intake, options: ImportOptions) {
    this.intake = intake;
    this.options = options;
  }

  take(record: CsvRecord | BrokenRecord): void {
    if (this.header === undefined) {
      this.header = this.readHeader(record);
      return;
    }
    this.row++;
    const at = { line: record.line, row: this.row };
    const raw = () => textOf(record.raw);
    const row = this.read(record, this.header);
    if (row instanceof Problem) this.intake.refuse(row, at, raw);
    else this.intake.offer(row, at, raw);
  }

  private readHeader(record: CsvRecord | BrokenRecord): Header {
    if (!isBrokenRecord(record))
      return headerOf(
        record.cells.map((name) => decode(name).trim()),
        this.options,
      );
    const { file } = this.options;
    throw new Problem("bad-input", `The header does not parse: ${record.broken}`, {
      got: textOf(record.raw),
      at: { line: record.line, ...(file === undefined ? {} : { file }) },
    });
  }

  private read(record: CsvRecord | BrokenRecord, header: Header): unknown {
    if (isBrokenRecord(record))
      return new Problem("bad-input", `The row does not parse: ${record.broken}`, {
        hint: 'A cell with quotes in it is put in quotes, and each of its own written twice: "say ""hi""".',
      });
    const { cells } = record;
    if (cells.length !== header.width)
      return new Problem("bad-input", "The row has another number of columns than the header", {
        expected: `${header.width}`,
        got: `${cells.length}`,
        hint: "A comma or line break inside a cell needs quotes around the cell.",
      });
    try {
      return rowOf(cells.map(decode), header);
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }
}

const encodeCell = (value: unknown): string => {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
export const encodeLine = (cells: readonly unknown[]): string =>
  `${cells.map(encodeCell).join(",")}\n`;

/** The columns an export has: all with a meaning, and one for each field and vote known when it begins. */
interface Layout {
  readonly fields: readonly string[];
  readonly votes: readonly string[];
}

function linesOf(batch: readonly AnswerRow[], { fields, votes }: Layout): string {
  return batch
    .map((row) => {
      const { proposal, answer } = row;
      const rest = <T>(record: Readonly<Record<string, T>>, known: readonly string[]) =>
        Object.entries(record).filter(([name, value]) => !known.includes(name) || value === "");
      const more = {
        fields: Object.fromEntries([
          ...rest(row.fields, fields),
          ...Object.entries(row.fields).filter(([, value]) => typeof value !== "string"),
        ]),
        votes: Object.fromEntries(
          Object.entries(row.votes).filter(
            ([rule, label]) => !votes.includes(rule) || label === null,
          ),
        ),
      };
      const extra = Object.keys(more.fields).length + Object.keys(more.votes).length > 0;
      const own: Record<Column, unknown> = {
        id: row.id,
        text: row.text,
        html: row.html,
        label: proposal?.label,
        confidence: proposal?.confidence,
        model: proposal?.model,
        raw: proposal?.raw,
        gold: row.gold,
        split: row.split,
        answer: answer?.label,
        decision: answer?.decision,
        by: answer?.by,
        ms: answer?.ms,
        at_ms: answer?.atMs,
        reason: answer?.reason,
        risk: row.risk,
        route: row.route,
        more: extra ? JSON.stringify(more) : "",
      };
      return encodeLine([
        ...COLUMNS.map((column) => own[column]),
        ...fields.map((field) => row.fields[field]),
        ...votes.map((rule) => row.votes[rule]),
      ]);
    })
    .join("");
}

export const csv: ImportFormat & ExportFormat = {
  id: "csv",
  mediaType: "text/csv",
  fileName: "answers.csv",
  loss: [
    "Texts that are empty come back as absent.",
    "A proposal in which everything is unknown comes back as none.",
    "Read back, the risk and the route are not kept: they are assessed anew.",
  ],
  async *read(input, options = {}) {
    const intake = new Intake(options);
    const records = new Records(intake, options);
    let reader: CsvReader | undefined;
    for await (const chunk of chunksOf(singleStream(input), options.signal)) {
      const bytes = reader === undefined ? chunk.subarray(byteOrderMark(chunk)) : chunk;
      reader ??= new CsvReader(delimiterOf(bytes), RECORD_BYTES_MAX);
      for (const record of reader.push(latin1Of(bytes), false)) records.take(record);
      if (intake.full) yield intake.take();
    }
    for (const record of reader?.push("", true) ?? []) records.take(record);
    yield* intake.finish();
  },
  async *write(rows, { rules }) {
    let layout: Layout | undefined;
    for await (const batch of rows) {
      if (layout === undefined) {
        const fields = [...new Set(batch.flatMap((row) => Object.keys(row.fields)))];
        layout = { fields, votes: rules };
        yield encodeLine([
          ...COLUMNS,
          ...fields.map((field) => FIELD_PREFIX + field),
          ...rules.map((rule) => VOTE_PREFIX + rule),
        ]);
      }
      yield linesOf(batch, layout);
    }
    if (layout === undefined) yield encodeLine(COLUMNS);
  },
};
