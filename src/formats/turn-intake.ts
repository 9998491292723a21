import { badInput, type Place, Problem, problemText, quoted } from "#core/errors.ts";
import { UserTurn } from "#core/rewrite.ts";
import { BATCH_ROWS, RAW_CHARS_MAX, type Reject } from "./format.ts";

export interface TurnBatch {
  readonly turns: readonly UserTurn[];
  readonly rejects: readonly Reject[];
}

export interface TurnOptions {
  /** Named in messages and rejects. */
  readonly file?: string;
  /** Whose turns they are, where the file does not say: a shell's history. */
  readonly user?: string;
  /** Names under which a chat log has the assistant. */
  readonly assistants?: readonly string[];
  /** Turns and rejects of one batch; 1,000 by default. */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

/** Where the turns of a file come together: checked one by one, handed on in batches. */
export class TurnIntake {
  private readonly options: TurnOptions;
  private turns: UserTurn[] = [];
  private rejects: Reject[] = [];
  private count = 0;

  constructor(options: TurnOptions) {
    this.options = options;
  }

  get full(): boolean {
    return this.turns.length + this.rejects.length >= (this.options.batchRows ?? BATCH_ROWS);
  }

  /** A value that should be a turn. `raw` is asked for only if it has to be shown. */
  offer(value: unknown, at: Place, raw: () => string): void {
    const parsed = UserTurn.safeParse(value);
    if (!parsed.success) {
      this.refuse(badInput(parsed.error, value, at), at, raw);
      return;
    }
    const { userId, sessionId } = parsed.data;
    if (userId === undefined && sessionId === undefined) {
      const whose = new Problem("bad-input", "It is not said whose turn it is", {
        expected: "a userId or a sessionId",
      });
      this.refuse(whose, at, raw);
      return;
    }
    this.count++;
    this.turns.push(parsed.data);
  }

  refuse(problem: Problem, at: Place, raw: () => string): void {
    this.count++;
    const { file } = this.options;
    const { line, row } = at;
    const place = { ...(file !== undefined && { file }), ...at, ...problem.detail.at };
    this.rejects.push({
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(row !== undefined && { row }),
      raw: raw().slice(0, RAW_CHARS_MAX),
      problem: problemText(
        new Problem(problem.kind, problem.message, { ...problem.detail, at: place }),
      ),
    });
  }

  take(): TurnBatch {
    const batch = { turns: this.turns, rejects: this.rejects };
    this.turns = [];
    this.rejects = [];
    return batch;
  }

  /** The last batch. A file without a single turn is a problem of its own. */
  *finish(): Generator<TurnBatch> {
    const { file } = this.options;
    if (this.count === 0)
      throw new Problem("bad-input", "The file is empty", {
        expected: "at least one turn",
        ...(file !== undefined && { at: { file } }),
      });
    if (this.turns.length + this.rejects.length > 0) yield this.take();
  }
}

/** Numbers below are seconds since 1970, above milliseconds: the year 5138 in the one, 1973 in the other. */
const SECONDS_MAX = 1e11;
const ISO =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Milliseconds since 1970 of a number or an ISO 8601 time; what names no zone is UTC. Undefined for anything else. */
export function timeOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) {
    const value = Number(trimmed);
    return Math.round(value < SECONDS_MAX ? value * 1_000 : value);
  }
  const zone = ISO.exec(trimmed);
  if (zone === null) return undefined;
  const full = trimmed.replace(" ", "T").replace(",", ".");
  const ms = Date.parse(zone[1] === undefined && full.includes("T") ? `${full}Z` : full);
  return Number.isNaN(ms) ? undefined : ms;
}

export const noTime = (got: string): Problem =>
  new Problem("bad-input", "The time is not one", {
    expected: "milliseconds or seconds since 1970, or ISO 8601: 2026-03-01T10:20:30Z",
    got: quoted(got),
  });
