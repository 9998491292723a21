/** Turns of users, from their own format and from logs: good ones go through, bad ones come back with their line. */
import { Problem } from "#core/errors.ts";
import { decode, delimiterOf, latin1Of, RECORD_BYTES_MAX, textOf } from "./csv.ts";
import { CsvReader, isBrokenRecord } from "./csv-records.ts";
import { chunksOf, type ImportInput, singleStream } from "./format.ts";
import { notAnArray, parseJson } from "./jsonl.ts";
import { LineReader } from "./lines.ts";
import { noTime, type TurnBatch, TurnIntake, type TurnOptions, timeOf } from "./turn-intake.ts";
import { ChatReader, type LogReader, SearchReader, ShellReader } from "./turn-logs.ts";
import { byteOrderMark } from "./utf8.ts";

export const TURN_FORMAT_IDS = ["jsonl", "csv", "chat", "search", "shell"] as const;
export type TurnFormatId = (typeof TURN_FORMAT_IDS)[number];

export interface TurnFormat {
  readonly id: TurnFormatId;
  /**
   * Batches in the order of the file. Throws a `Problem` when nothing can be read at all: an empty file, a missing
   * column, another encoding.
   */
  read(input: ImportInput, options?: TurnOptions): AsyncIterable<TurnBatch>;
}

/** A format that is read line by line. */
const byLines = (
  id: TurnFormatId,
  reader: (intake: TurnIntake, options: TurnOptions) => LogReader,
): TurnFormat => ({
  id,
  async *read(input, options = {}) {
    const intake = new TurnIntake(options);
    const log = reader(intake, options);
    const lines = new LineReader({
      line: (text, line) => log.line(text, line),
      refuse: (problem, at, raw) => intake.refuse(problem, at, raw),
    });
    for await (const chunk of chunksOf(singleStream(input), options.signal)) {
      lines.push(chunk);
      if (intake.full) yield intake.take();
    }
    lines.end();
    log.end();
    yield* intake.finish();
  },
});

/** One `Turn` as JSON a line; a time may also be written out. */
const jsonl = byLines("jsonl", (intake) => ({
  line(text, line) {
    if (text.trim() === "") return;
    notAnArray(text, line);
    const parsed = parseJson(text);
    if (!parsed.ok) {
      intake.refuse(parsed.error, { line }, () => text);
      return;
    }
    intake.offer(withTime(parsed.value), { line }, () => text);
  },
  end: () => {},
}));

function withTime(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("ts" in value)) return value;
  if (typeof value.ts !== "string") return value;
  return { ...value, ts: timeOf(value.ts) ?? value.ts };
}

/** A table: what a record means is told by its columns, found by name, case and underscores aside. */
interface Columns {
  at(name: string, ...others: string[]): number | undefined;
  readonly names: readonly string[];
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_.-]/g, "");

function columnsOf(names: readonly string[]): Columns {
  const places = new Map(names.map((name, at) => [plain(name), at]));
  return {
    names,
    at: (...wanted) => wanted.map((name) => places.get(plain(name))).find((at) => at !== undefined),
  };
}

type Cells = readonly string[];
/** What is done with each record of a table, once its columns are known. */
type Table = (columns: Columns) => {
  record(cells: Cells, line: number, raw: () => string): void;
  end(): void;
};

/** A format that is a table with a header. */
const byRecords = (
  id: TurnFormatId,
  table: (intake: TurnIntake, options: TurnOptions) => Table,
): TurnFormat => ({
  id,
  async *read(input, options = {}) {
    const intake = new TurnIntake(options);
    const open = table(intake, options);
    let rows: ReturnType<Table> | undefined;
    let width = 0;
    let reader: CsvReader | undefined;
    const take = (record: ReturnType<CsvReader["push"]>[number]) => {
      const { line } = record;
      const raw = () => textOf(record.raw);
      const cells = isBrokenRecord(record)
        ? new Problem("bad-input", `The row does not parse: ${record.broken}`)
        : decoded(record.cells);
      if (rows === undefined) {
        if (cells instanceof Problem) throw cells;
        width = cells.length;
        rows = open(columnsOf(cells.map((name) => name.trim())));
      } else if (cells instanceof Problem) intake.refuse(cells, { line }, raw);
      else if (cells.length !== width)
        intake.refuse(
          new Problem("bad-input", "The row has another number of columns than the header", {
            expected: `${width}`,
            got: `${cells.length}`,
          }),
          { line },
          raw,
        );
      else rows.record(cells, line, raw);
    };
    for await (const chunk of chunksOf(singleStream(input), options.signal)) {
      const bytes = reader === undefined ? chunk.subarray(byteOrderMark(chunk)) : chunk;
      reader ??= new CsvReader(delimiterOf(bytes), RECORD_BYTES_MAX);
      for (const record of reader.push(latin1Of(bytes), false)) take(record);
      if (intake.full) yield intake.take();
    }
    for (const record of reader?.push("", true) ?? []) take(record);
    rows?.end();
    yield* intake.finish();
  },
});

function decoded(cells: Cells): Cells | Problem {
  try {
    return cells.map(decode);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const missingColumn = (what: string, { names }: Columns): Problem =>
  new Problem("bad-input", `A column for ${what} is missing`, {
    got: names.map((name) => `"${name}"`).join(", "),
    at: { line: 1 },
  });

const FLAGS = ["bargeIn", "cancelled", "error", "success", "undone"] as const;
const TRUE = /^(?:1|true|yes|y)$/i;
const FALSE = /^(?:0|false|no|n)$/i;

/** The value if the cell says something; what is neither yes nor no stays as it is, for the check to name. */
const flag = (cell: string): boolean | string =>
  TRUE.test(cell) ? true : FALSE.test(cell) ? false : cell;
const numeric = (cell: string): number | string =>
  Number.isNaN(Number(cell)) ? cell : Number(cell);

/** Fields of a turn under their own names; `slot:name` columns hold slots. */
const csv = byRecords("csv", (intake) => (columns) => {
  const places = new Map(
    [
      "id",
      "sessionId",
      "userId",
      "locale",
      "domain",
      "intent",
      "rating",
      "ruleId",
      "original",
      "arm",
      "propensity",
      ...FLAGS,
    ].map((name) => [name, columns.at(name)]),
  );
  const said = columns.at("utterance", "text", "query", "command");
  const when = columns.at("ts", "timestamp", "time");
  if (said === undefined) throw missingColumn('what was said ("utterance")', columns);
  if (when === undefined) throw missingColumn('when it was said ("ts")', columns);
  const slots = columns.names.flatMap((name, at) =>
    name.toLowerCase().startsWith("slot:") ? [[name.slice(5), at] as const] : [],
  );
  return {
    record(cells, line, raw) {
      const cell = (name: string): string | undefined => {
        const at = places.get(name);
        const value = at === undefined ? undefined : cells[at];
        return value === undefined || value === "" ? undefined : value;
      };
      const given = (names: readonly string[], as: (value: string) => unknown) =>
        Object.fromEntries(
          names.flatMap((name) => {
            const value = cell(name);
            return value === undefined ? [] : [[name, as(value)]];
          }),
        );
      const ts = timeOf(cells[when] ?? "");
      if (ts === undefined) {
        intake.refuse(noTime(cells[when] ?? ""), { line }, raw);
        return;
      }
      const signals = { ...given(FLAGS, flag), ...given(["rating"], numeric) };
      const [domain, intent] = [cell("domain"), cell("intent")];
      const filled = slots.flatMap(([name, at]) => (cells[at] ? [[name, cells[at]]] : []));
      const rewrite = {
        ...given(["ruleId", "original", "arm"], String),
        ...given(["propensity"], numeric),
      };
      intake.offer(
        {
          ...given(["id", "sessionId", "userId", "locale"], String),
          ts,
          utterance: cells[said],
          ...(domain !== undefined &&
            intent !== undefined && {
              interpretation: { domain, intent, slots: Object.fromEntries(filled) },
            }),
          ...(Object.keys(signals).length > 0 && { signals }),
          ...(Object.keys(rewrite).length > 0 && { rewrite }),
        },
        { line },
        raw,
      );
    },
    end: () => {},
  };
});

/** Query logs: a user, a query, a time, and what was clicked. The columns of the AOL log are known, and common others. */
const search = byRecords("search", (intake) => (columns) => {
  const at = {
    user: columns.at("user", "userId", "AnonID", "sessionId", "session"),
    query: columns.at("query", "q", "utterance", "search"),
    time: columns.at("time", "ts", "timestamp", "QueryTime"),
    click: columns.at("click", "clicked", "ClickURL", "url", "item"),
  };
  const { user, query, time, click } = at;
  if (user === undefined) throw missingColumn('who searched ("user")', columns);
  if (query === undefined) throw missingColumn('the search ("query")', columns);
  if (time === undefined) throw missingColumn('when ("time")', columns);
  if (click === undefined)
    throw missingColumn('what was clicked ("click"), empty where nothing was,', columns);
  const reader = new SearchReader(intake);
  return {
    record(cells, line, raw) {
      const cell = (place: number) => cells[place] ?? "";
      reader.row(
        { user: cell(user), query: cell(query), time: cell(time), click: cell(click) },
        line,
        raw,
      );
    },
    end: () => reader.end(),
  };
});

const chat = byLines("chat", (intake, options) => new ChatReader(intake, options));
const shell = byLines("shell", (intake, options) => new ShellReader(intake, options));

const formats: Readonly<Record<TurnFormatId, TurnFormat>> = { jsonl, csv, chat, search, shell };

/** The format with an id; a `Problem` that lists the ids when there is none. */
export function turnFormat(id: string): TurnFormat {
  const known = TURN_FORMAT_IDS.find((known) => known === id);
  if (known !== undefined) return formats[known];
  throw new Problem("bad-input", "No such format of turns", {
    expected: `one of ${TURN_FORMAT_IDS.join(", ")}`,
    got: id,
  });
}
