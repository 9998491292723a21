/**
 * A backup is one gzipped file of JSON lines: a head, each table's rows under its name, the
 * blobs, an end.
 * It knows nothing of the driver: what was embedded restores into PostgreSQL and back.
 *
 * It is taken while work goes on. The log is read early; what is read after it may know more than
 * the log did then,
 * and restoring folds the log anew, so that all is as it was when the log was read.
 */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import type { Clock } from "#core/clock.ts";
import { isProblem, Problem } from "#core/errors.ts";
import { pages } from "./db.ts";
import { migrations } from "./migrate.ts";
import { type OpenStore, openStore, type Where } from "./open.ts";
import { copyRow, type Tx } from "./sql.ts";

const FORMAT = 1;
const BATCH = 1_000;
/**
 * Bytes of a blob on one line; a multiple of three, so that the parts are base64 without padding.
 */
const PART_BYTES = 3 * 2 ** 18;

/**
 * Each table with the columns that tell its rows apart. Left out: what is folded from the log,
 * leases and jobs.
 */
const TABLES: Record<string, readonly string[]> = {
  // Before the log: an episode that ends meanwhile is then in both, and not in neither.
  running_episodes: ["project_no", "episode_id", "from_t"],
  events: ["seq"],
  projects: ["no"],
  counts: ["project_no"],
  items: ["project_no", "id"],
  cases: ["project_no", "item_id"],
  lessons: ["id"],
  memories: ["project_no", "correction_id"],
  turns: ["seq"],
  prompts: ["seq"],
  replies: ["seq"],
  questions: ["project_no", "reviewer", "id"],
  training_runs: ["project_no", "id"],
};

const Head = z.object({ emend: z.literal(FORMAT), migration: z.string(), atMs: z.number() });
const Section = z.object({ table: z.string() });
const Part = z.object({ blob: z.string(), bytes: z.base64(), last: z.boolean() });
const End = z.object({ end: z.literal(true), rows: z.int(), blobs: z.int() });

export interface BackupReport {
  readonly rows: number;
  readonly blobs: number;
}

async function* tableLines(store: OpenStore, table: string): AsyncGenerator<string[]> {
  const keys = TABLES[table] ?? [];
  const list = keys.join(", ");
  const marks = keys.map((_, k) => `$${k + 2}`).join(", ");
  const stream = pages<Record<string, string | number>>(
    (last, limit) =>
      store.sql.query(
        `select ${list}, row_to_json(t)::text as line from ${table} t
         ${last === undefined ? "" : `where (${list}) > (${marks})`} order by ${list} limit $1`,
        [limit, ...(last === undefined ? [] : keys.map((key) => last[key] ?? null))],
      ),
    BATCH,
  );
  for await (const rows of stream) yield rows.map(({ line }) => String(line));
}

async function* lines(store: OpenStore): AsyncGenerator<string> {
  const migration = migrations().at(-1)?.name;
  yield JSON.stringify({ emend: FORMAT, migration, atMs: store.clock.nowMs() });
  let rows = 0;
  for (const table of Object.keys(TABLES)) {
    yield JSON.stringify({ table });
    for await (const batch of tableLines(store, table)) {
      rows += batch.length;
      yield batch.join("\n");
    }
  }
  const hashes = await store.blobHashes();
  for (const blob of hashes) {
    const bytes = Buffer.from((await store.blob(blob)) ?? []);
    for (let from = 0; from === 0 || from < bytes.length; from += PART_BYTES) {
      const part = bytes.subarray(from, from + PART_BYTES).toString("base64");
      yield JSON.stringify({ blob, bytes: part, last: from + PART_BYTES >= bytes.length });
    }
  }
  yield JSON.stringify({ end: true, rows, blobs: hashes.length });
}

/** Writes a backup; the file appears when it is whole and on disk. */
export async function backup(store: OpenStore, file: string): Promise<BackupReport> {
  const draft = `${file}.part`;
  let last = "";
  async function* written(): AsyncGenerator<string> {
    for await (const line of lines(store)) {
      last = line;
      yield `${line}\n`;
    }
  }
  try {
    await pipeline(Readable.from(written()), createGzip(), createWriteStream(draft));
    const handle = await open(draft);
    await handle.sync();
    await handle.close();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const { rows, blobs } = End.parse(JSON.parse(last));
  return { rows, blobs };
}

type Column = { readonly name: string; readonly type: string };

async function columnsOf(tx: Tx, table: string): Promise<Column[]> {
  return await tx.query<Column>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_name = $1 and table_schema = any(current_schemas(false)) order by ordinal_position`,
    [table],
  );
}

/** A JSON value as COPY takes it into a column. */
function field(value: unknown, type: string): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (type === "json" || type === "jsonb") return JSON.stringify(value);
  if (Array.isArray(value))
    return `{${value.map((one) => `"${String(one).replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
  if (typeof value === "number" || typeof value === "boolean") return value;
  return String(value);
}

const notWhole = (file: string, line: number): Problem =>
  new Problem("bad-input", "The backup is not whole", {
    at: { file, line },
    expected: "the lines of an Emend backup, up to its end",
    hint: "Copy the file again, or take another backup.",
  });

/** Takes the lines of a backup in: rows through COPY, blobs into the store. */
class Restorer {
  private table: string | undefined;
  private columns: Column[] = [];
  private waiting: string[] = [];
  private parts: Buffer[] = [];
  private ended = false;
  private rows = 0;
  private blobs = 0;
  private readonly store: OpenStore;
  private readonly tx: Tx;

  constructor(store: OpenStore, tx: Tx) {
    this.store = store;
    this.tx = tx;
  }

  /**
   * Throws `SyntaxError`, `ZodError` or a database error for a line that is not one of a backup.
   */
  async take(text: string, line: number): Promise<void> {
    const value: unknown = JSON.parse(text);
    if (line === 1) {
      refuseNewer(Head.parse(value).migration);
      return;
    }
    const section = Section.safeParse(value);
    // Rows have no column of this name; a table that is not ours is not read.
    if (section.success && section.data.table in TABLES) {
      await this.flush();
      this.table = section.data.table;
      this.columns = await columnsOf(this.tx, this.table);
      return;
    }
    const part = Part.safeParse(value);
    if (part.success) return await this.takePart(part.data);
    const end = End.safeParse(value);
    if (end.success) {
      await this.flush();
      this.ended = end.data.rows === this.rows && end.data.blobs === this.blobs;
      return;
    }
    const row = z.record(z.string(), z.unknown()).parse(value);
    this.waiting.push(copyRow(this.columns.map(({ name, type }) => field(row[name], type))));
    this.rows += 1;
    if (this.waiting.length >= BATCH) await this.flush();
  }

  report(): BackupReport | undefined {
    return this.ended ? { rows: this.rows, blobs: this.blobs } : undefined;
  }

  private async takePart({ blob, bytes, last }: z.infer<typeof Part>): Promise<void> {
    this.parts.push(Buffer.from(bytes, "base64"));
    if (!last) return;
    const hash = await this.store.putBlob(Buffer.concat(this.parts));
    if (hash !== blob) throw new SyntaxError("a blob is not what its name says");
    this.parts = [];
    this.blobs += 1;
  }

  private async flush(): Promise<void> {
    if (this.table === undefined || this.waiting.length === 0) return;
    const names = this.columns.map(({ name }) => `"${name}"`);
    await this.tx.copyIn(this.table, names, this.waiting);
    this.waiting = [];
  }
}

function refuseNewer(migration: string): void {
  if (migrations().some(({ name }) => name === migration)) return;
  throw new Problem("conflict", "The backup was made by a newer Emend", {
    got: migration,
    hint: "Restore it with the version that made it, or a later one.",
  });
}

/** The lines of a text that comes in chunks. */
async function* split(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}

async function takeAll(store: OpenStore, tx: Tx, file: string): Promise<BackupReport> {
  const restorer = new Restorer(store, tx);
  const zipped = createReadStream(file);
  const unzipped = zipped.pipe(createGunzip()).setEncoding("utf8");
  zipped.on("error", (error) => unzipped.destroy(error));
  let line = 0;
  try {
    for await (const text of split(unzipped)) {
      line += 1;
      await restorer.take(text, line);
    }
  } catch (error) {
    throw isProblem(error) ? error : notWhole(file, line);
  } finally {
    zipped.destroy();
  }
  const report = restorer.report();
  if (report === undefined) throw notWhole(file, line);
  // Who put cases after the log was read knew events that are not in it.
  await tx.exec(
    `update cases set put_seq = least(put_seq, (select coalesce(max(seq), 0) from events));
     select setval('events_seq_seq', (select coalesce(max(seq), 0) + 1 from events), false);
     select setval('turns_seq_seq', (select coalesce(max(seq), 0) + 1 from turns), false);
     select setval('prompts_seq_seq', (select coalesce(max(seq), 0) + 1 from prompts), false);
     select setval('replies_seq_seq', (select coalesce(max(seq), 0) + 1 from replies), false);
     select setval('projects_no_seq', (select coalesce(max(no), 0) + 1 from projects), false)`,
  );
  return report;
}

/** Restores a backup into a store that has nothing in it. All of it, or nothing. */
export async function restoreInto(store: OpenStore, file: string): Promise<BackupReport> {
  if (!existsSync(file))
    throw new Problem("not-found", "There is no such backup", { at: { file } });
  if ((await store.projects()).length > 0)
    throw new Problem("conflict", "The store to restore into is not empty", {
      expected: "a new data folder or an empty database",
      hint: "Name another one; nothing was changed.",
    });
  const report = await store.sql.transaction((tx) => takeAll(store, tx, file));
  for (const { id } of await store.projects()) await store.rebuild(id);
  // Learned after the log was read.
  await store.sql.query("delete from lessons where version = 0");
  return report;
}

/** Opens a store, making it if need be, and restores a backup into it. */
export async function restore(
  file: string,
  where: Where,
  how: { readonly clock: Clock },
): Promise<BackupReport> {
  const store = await openStore(where, how);
  try {
    return await restoreInto(store, file);
  } finally {
    await store.close();
  }
}
