import { type Place, Problem, problemText } from "#core/errors.ts";
import {
  BATCH_ROWS,
  FIELD_CHARS_MAX,
  type ImportBatch,
  type ImportOptions,
  type ParsedRow,
  RAW_CHARS_MAX,
  type Reject,
} from "./format.ts";
import { IdSet } from "./id-set.ts";
import { parseRow, placed, type RowLimits } from "./row.ts";

/**
 * Where the rows of a file come together: checked, held against the ids seen before, and handed on in batches.
 * A reader offers each row and takes the batch when `full`; what is left at the end is the last one.
 */
export class Intake {
  private readonly limits: RowLimits;
  private readonly file: string | undefined;
  private readonly batchRows: number;
  private readonly ids = new IdSet();
  private rows: ParsedRow[] = [];
  private rejects: Reject[] = [];
  private count = 0;

  constructor({ classes, fieldCharsMax, file, batchRows }: ImportOptions = {}) {
    this.limits = {
      classes: classes === undefined ? undefined : new Set(classes),
      fieldCharsMax: fieldCharsMax ?? FIELD_CHARS_MAX,
    };
    this.file = file;
    this.batchRows = batchRows ?? BATCH_ROWS;
  }

  /** Rows and rejects so far. */
  get seen(): number {
    return this.count;
  }

  get full(): boolean {
    return this.rows.length + this.rejects.length >= this.batchRows;
  }

  /** A value that should be a row. `raw` is asked for only if it has to be shown. */
  offer(value: unknown, at: Place, raw: () => string): void {
    const parsed = parseRow(value, this.limits);
    if (!parsed.ok) {
      this.refuse(parsed.error, at, raw);
      return;
    }
    const place = at.line ?? at.row ?? this.count + 1;
    const earlier = this.ids.add(parsed.value.id, place);
    if (earlier === 0) {
      this.count++;
      this.rows.push(parsed.value);
      return;
    }
    const duplicate = new Problem("bad-input", "The id was there before", {
      expected: "an id of its own for each row",
      got: `"${parsed.value.id}", first in ${at.line === undefined ? "row" : "line"} ${earlier}`,
      at: { field: "id" },
    });
    this.refuse(duplicate, at, raw);
  }

  refuse(problem: Problem, at: Place, raw: () => string): void {
    this.count++;
    const { file = this.file, line, row } = at;
    this.rejects.push({
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
      ...(row === undefined ? {} : { row }),
      raw: raw().slice(0, RAW_CHARS_MAX),
      problem: problemText(placed(problem, { ...at, ...(file === undefined ? {} : { file }) })),
    });
  }

  /** The batch gathered so far; a new one begins. */
  take(): ImportBatch {
    const batch = { rows: this.rows, rejects: this.rejects };
    this.rows = [];
    this.rejects = [];
    return batch;
  }

  /** The last batch. A file without a single row is a problem of its own. */
  *finish(): Generator<ImportBatch> {
    if (this.count === 0)
      throw new Problem("bad-input", "The file is empty", {
        expected: "at least one row",
        ...(this.file === undefined ? {} : { at: { file: this.file } }),
      });
    if (this.rows.length + this.rejects.length > 0) yield this.take();
  }
}
