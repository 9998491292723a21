/** Training files read into records: the shape is told by the first rows, good rows go through, bad ones come back. */
import { type Place, Problem, problemText, quoted } from "#core/errors.ts";
import { FinetuneRecord } from "#core/finetune.ts";
import {
  BATCH_ROWS,
  type ByteStream,
  chunksOf,
  type ImportInput,
  RAW_CHARS_MAX,
  type Reject,
  singleStream,
} from "#formats/format.ts";
import { isBroken, jsonEntries } from "#formats/json-entries.ts";
import { parseJson } from "#formats/jsonl.ts";
import { LineReader } from "#formats/lines.ts";
import { placed } from "#formats/row.ts";
import { hashOf } from "./conversation.ts";
import { preferenceScale } from "./data-sets.ts";
import { isBag, type Reading, type Shape } from "./fields.ts";
import { shapes } from "./shapes.ts";

/** Ids that name a shape, where it is not to be told from the rows. */
export const FINETUNE_FORMAT_IDS: readonly string[] = shapes.map(({ id }) => id);

export interface FinetuneReadOptions {
  /** Named in messages, rejects and the ids of records. */
  readonly file?: string;
  /** One of `FINETUNE_FORMAT_IDS`; told from the first rows where absent. */
  readonly format?: string;
  /** Which end of a rating is good. A file of ratings is refused until this is said. */
  readonly ratingBest?: "high" | "low";
  readonly split?: "train" | "valid" | "test";
  readonly licence?: string;
  readonly lang?: string;
  readonly lineBytesMax?: number;
  /** Records and rejects of one batch; 1,000 by default. */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

export interface ReadRecord {
  readonly record: FinetuneRecord;
  /** 1-based line the row begins at. */
  readonly line: number;
}

export interface FinetuneBatch {
  /** The shape the file is read in. */
  readonly format: string;
  readonly records: readonly ReadRecord[];
  readonly rejects: readonly Reject[];
  /** Remarks that are new in this batch. */
  readonly notes: readonly string[];
}

/** Rows the shape is told from. */
const SAMPLE_ROWS = 100;

interface RawRow {
  readonly line: number;
  readonly raw: () => string;
  readonly value?: unknown;
  readonly problem?: Problem;
}

/** The shape most rows of a sample fit. @throws Problem `bad-input` that lists the shapes when there is none. */
function tellShape(sample: readonly RawRow[], file: string | undefined): Shape {
  const votes = new Map<Shape, number>();
  for (const { value } of sample) {
    const shape = isBag(value) ? shapes.find((shape) => shape.fits(value)) : undefined;
    if (shape !== undefined) votes.set(shape, (votes.get(shape) ?? 0) + 1);
  }
  const [most] = [...votes].sort(([, a], [, b]) => b - a);
  if (most !== undefined) return most[0];
  const [first] = sample;
  const fields = isBag(first?.value) ? Object.keys(first.value) : undefined;
  throw new Problem("bad-input", "The rows are of no known shape", {
    expected: shapes.map(({ about }) => about).join("; "),
    got: fields === undefined ? quoted(first?.raw()) : `fields ${fields.join(", ")}`,
    ...(file !== undefined && { at: { file } }),
  });
}

function shapeNamed(id: string): Shape {
  const shape = shapes.find((shape) => shape.id === id);
  if (shape !== undefined) return shape;
  throw new Problem("bad-input", "No such format of training files", {
    expected: `one of ${FINETUNE_FORMAT_IDS.join(", ")}`,
    got: id,
  });
}

/** Where the rows of a file come together. Rows wait until enough are there to tell the shape by. */
class RecordIntake {
  private readonly options: FinetuneReadOptions;
  private readonly reading: Reading;
  private readonly told = new Set<string>();
  private shape: Shape | undefined;
  private waiting: RawRow[] = [];
  private records: ReadRecord[] = [];
  private rejects: Reject[] = [];
  private count = 0;

  constructor(options: FinetuneReadOptions) {
    this.options = options;
    this.reading = {
      notes: new Set(),
      style: undefined,
      ratingBest: options.ratingBest,
      preference: {},
    };
    if (options.format !== undefined) shapeNamed(options.format);
  }

  get full(): boolean {
    const { batchRows = BATCH_ROWS } = this.options;
    return this.records.length + this.rejects.length >= batchRows;
  }

  note(text: string): void {
    this.reading.notes.add(text);
  }

  push(row: RawRow): void {
    this.count++;
    if (this.shape !== undefined) {
      this.take(row, this.shape);
      return;
    }
    this.waiting.push(row);
    if (this.waiting.length >= SAMPLE_ROWS) this.begin();
  }

  /** The shape is known from here on. */
  private begin(): void {
    const { file, format } = this.options;
    const sample = this.waiting.filter(({ problem }) => problem === undefined);
    if (format === undefined && sample.length === 0 && this.waiting.length > 0) {
      // Nothing but rows that do not parse: each is told, and there is nothing to read them as.
      for (const { problem, line, raw } of this.waiting)
        if (problem !== undefined) this.refuse(problem, { line }, raw);
      this.waiting = [];
      return;
    }
    const shape = format === undefined ? tellShape(sample, file) : shapeNamed(format);
    if (shape.id === "helpsteer" && this.reading.ratingBest === undefined)
      throw new Problem("bad-input", "It is not known which end of the ratings is good", {
        expected: 'ratingBest, which is "high" or "low"',
        ...(file !== undefined && { at: { file } }),
      });
    if (shape.id === "alpacafarm")
      this.reading.preference = preferenceScale(
        sample.map(({ value }) => (isBag(value) ? value.preference : undefined)),
        this.reading.notes,
      );
    this.shape = shape;
    for (const row of this.waiting) this.take(row, shape);
    this.waiting = [];
  }

  private take({ value, problem, line, raw }: RawRow, shape: Shape): void {
    if (problem !== undefined) {
      this.refuse(problem, { line }, raw);
      return;
    }
    try {
      this.records.push({ record: this.recordOf(value, shape, line), line });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.refuse(error, { line }, raw);
    }
  }

  private recordOf(value: unknown, shape: Shape, line: number): FinetuneRecord {
    if (!isBag(value))
      throw new Problem("bad-input", "The row is not an object", { got: quoted(value) });
    if (!shape.fits(value))
      throw new Problem("bad-input", "The row is of another shape than the file", {
        expected: shape.about,
        got: `fields ${Object.keys(value).join(", ")}`,
      });
    const draft = shape.read(value, this.reading);
    for (const field in value)
      if (!shape.fields.includes(field) && value[field] !== null)
        this.note(`"${field}" is not kept.`);
    const { file = "line", split = null, licence = null, lang = null } = this.options;
    const parsed = FinetuneRecord.safeParse({
      id: `${file}:${line}`,
      meta: { split, licence, lang, hash: hashOf(draft.prompt) },
      ...draft,
    });
    if (parsed.success) return parsed.data;
    throw new Problem("bad-input", "The row is not as expected", {
      expected: parsed.error.issues[0]?.message ?? "a record",
      got: quoted(value),
      at: { field: (parsed.error.issues[0]?.path ?? []).join(".") },
    });
  }

  private refuse(problem: Problem, at: Place, raw: () => string): void {
    const { file } = this.options;
    const place = { ...(file !== undefined && { file }), ...at };
    this.rejects.push({
      ...place,
      raw: raw().slice(0, RAW_CHARS_MAX),
      problem: problemText(placed(problem, place)),
    });
  }

  batch(): FinetuneBatch {
    const notes = [...this.reading.notes].filter((note) => !this.told.has(note));
    for (const note of notes) this.told.add(note);
    const batch = {
      format: this.shape?.id ?? this.options.format ?? "",
      records: this.records,
      rejects: this.rejects,
      notes,
    };
    this.records = [];
    this.rejects = [];
    return batch;
  }

  *finish(): Generator<FinetuneBatch> {
    const { file } = this.options;
    if (this.count === 0)
      throw new Problem("bad-input", "The file is empty", {
        expected: "at least one row",
        ...(file !== undefined && { at: { file } }),
      });
    if (this.shape === undefined) this.begin();
    yield this.batch();
  }
}

const SPACE = /^[\s\ufeff]*$/;

/** The same stream, and the first character of it that is not white space. */
async function peek(
  stream: ByteStream,
  signal: AbortSignal | undefined,
): Promise<{ readonly first: string; readonly whole: AsyncIterable<Uint8Array> }> {
  const chunks = chunksOf(stream, signal);
  const seen: Uint8Array[] = [];
  let first = "";
  while (first === "") {
    const next = await chunks.next();
    if (next.done === true) break;
    seen.push(next.value);
    const start = new TextDecoder().decode(next.value.subarray(0, 4_096));
    first = SPACE.test(start) ? "" : (start.replace(/^[\s\ufeff]+/, "")[0] ?? "");
  }
  async function* whole() {
    yield* seen;
    yield* chunks;
  }
  return { first, whole: whole() };
}

/**
 * Records of a file of one JSON object a line, or of one JSON array, a batch at a time.
 * @throws Problem `bad-input` when nothing can be read at all: an empty file, rows of no known shape, ratings of which
 * nobody said which end is good, another encoding.
 */
export async function* readFinetune(
  input: ImportInput,
  options: FinetuneReadOptions = {},
): AsyncGenerator<FinetuneBatch> {
  const intake = new RecordIntake(options);
  const { first, whole } = await peek(singleStream(input), options.signal);
  if (first === "[") {
    intake.note("The file is a JSON array; trainers read one object a line (JSONL).");
    for await (const entries of jsonEntries(whole, "array", options.signal)) {
      for (const entry of entries)
        intake.push(
          isBroken(entry)
            ? { line: entry.line, raw: entry.raw, problem: entry.problem }
            : { line: entry.line, raw: entry.raw, value: entry.value },
        );
      if (intake.full) yield intake.batch();
    }
    yield* intake.finish();
    return;
  }
  const reader = new LineReader(
    {
      line(text, line) {
        if (text.trim() === "") return;
        const parsed = parseJson(text);
        const raw = () => text;
        intake.push(
          parsed.ok ? { line, raw, value: parsed.value } : { line, raw, problem: parsed.error },
        );
      },
      refuse: (problem, { line = 0 }, raw) => intake.push({ line, raw, problem }),
    },
    options.lineBytesMax,
  );
  for await (const chunk of whole) {
    reader.push(chunk);
    if (intake.full) yield intake.batch();
  }
  reader.end();
  yield* intake.finish();
}

/** Everything of one file, for files that fit in memory. */
export async function readFinetuneFile(
  input: ImportInput,
  options: FinetuneReadOptions = {},
): Promise<FinetuneBatch> {
  const all: FinetuneBatch[] = [];
  for await (const batch of readFinetune(input, options)) all.push(batch);
  return {
    format: all.at(-1)?.format ?? "",
    records: all.flatMap(({ records }) => records),
    rejects: all.flatMap(({ rejects }) => rejects),
    notes: all.flatMap(({ notes }) => notes),
  };
}
