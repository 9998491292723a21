import { createReadStream } from "node:fs";
import { join } from "node:path";
import { systemClock } from "#core/clock.ts";
import type { ProjectId } from "#core/ids.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { jsonl } from "#formats/jsonl.ts";
import { importFile, itemRow } from "#server/runtime/import.ts";
import { type OpenStore, openStore } from "#store/open.ts";
import { ITEM_COLUMNS, itemLine } from "#store/rows.ts";
import { type Bench, type Figure, mustHold, timeMs } from "./harness.ts";
import { CLASSES, rowsConfig, writeJsonl } from "./rows.ts";
import { inTempFolder } from "./temp.ts";

const ROWS = 1_000_000;
const TARGET = 30_000;
/** Memory is flat if four fifths of the rows raise it by no more than this. */
const EARLY_ROWS = 200_000;
const GROWTH_MB_MAX = 100;
const CHECKED_ROWS = 2_000;
/** Rows the bound copies, enough for a rate, and those in one transaction. */
const COPIED_ROWS = 300_000;
const COPY_ROWS = 5_000;

const MB = 2 ** 20;
const importInto = async (store: OpenStore, file: string, seen?: (rows: number) => unknown) => {
  const project = await store.createProject(rowsConfig(file));
  const report = await importFile(
    { store, clock: systemClock },
    {
      project,
      format: "jsonl",
      input: createReadStream(file, { highWaterMark: MB }),
      progress: ({ done }) => seen?.(done),
    },
  );
  return { id: project.id, report };
};

/** Every row of a small file comes back as it was read. */
async function checkRoundTrip(folder: string, rng: Rng): Promise<void> {
  const file = join(folder, "small.jsonl");
  await writeJsonl(file, CHECKED_ROWS, rng);
  const store = await openStore({ dataDir: join(folder, "small") }, { clock: systemClock });
  const { id, report } = await importInto(store, file);
  mustHold(report.accepted === CHECKED_ROWS && report.rejected === 0, "all rows go in");
  const splits = rngOf(id).split("held-out");
  const stored = new Map<string, string>();
  for await (const batch of store.items(id))
    for (const row of batch) stored.set(row.id, JSON.stringify(row));
  for await (const { rows } of jsonl.read(createReadStream(file), { classes: CLASSES }))
    for (const row of rows)
      mustHold(
        stored.get(row.id) === JSON.stringify(itemRow(row, splits)),
        `row ${row.id} comes back as it went in`,
      );
  await store.close();
}

/** The same rows, made into lines beforehand, through nothing but COPY: what the database itself takes. Rows/s. */
async function rawCopyRate(folder: string, file: string): Promise<number> {
  const store = await openStore({ dataDir: join(folder, "raw") }, { clock: systemClock });
  const { id } = await store.createProject(rowsConfig("raw"));
  const splits = rngOf(id);
  let ms = 0;
  let copied = 0;
  let lines: string[] = [];
  const flush = async () => {
    ms += await timeMs(() =>
      store.sql.transaction((tx) => tx.copyIn("items", ITEM_COLUMNS, lines)),
    );
    copied += lines.length;
    lines = [];
  };
  for await (const { rows } of jsonl.read(createReadStream(file, { highWaterMark: MB }))) {
    for (const row of rows) lines.push(itemLine(1, itemRow(row, splits)));
    if (lines.length >= COPY_ROWS) await flush();
    if (copied >= COPIED_ROWS) break;
  }
  await store.close();
  return (1000 * copied) / ms;
}

async function imported(folder: string, file: string, bytes: number): Promise<Figure[]> {
  const store = await openStore({ dataDir: join(folder, "data") }, { clock: systemClock });
  const memory = memoryByRows();
  const cpu = process.cpuUsage();
  let id: ProjectId | undefined;
  const ms = await timeMs(async () => {
    ({ id } = await importInto(store, file, memory.sample));
  });
  const { user, system } = process.cpuUsage(cpu);
  mustHold(id !== undefined && (await store.counts(id)).items === ROWS, "a million rows are in");
  await store.close();
  const copyRate = await rawCopyRate(folder, file);
  const early = memory.peakMb(EARLY_ROWS / 2, EARLY_ROWS);
  const late = memory.peakMb(ROWS - EARLY_ROWS / 2, ROWS);
  return [
    {
      what: `${ROWS.toLocaleString("en")} JSONL rows into the embedded store`,
      ours: (1000 * ROWS) / ms,
      unit: "rows/s",
      better: "more",
      target: TARGET,
      peer: { name: "bound: COPY of finished lines", value: copyRate },
      note:
        `${Math.round(bytes / ROWS)} bytes a row; read, checked, written and flushed; ` +
        `${((user + system) / 1e6).toFixed(1)} CPU-s`,
    },
    {
      what: `memory at ${ROWS.toLocaleString("en")} rows less that at ${EARLY_ROWS.toLocaleString("en")}`,
      ours: late - early,
      unit: "MB",
      better: "less",
      target: GROWTH_MB_MAX,
      note: `${Math.round(late)} MB resident; 25 MB of it the table by which a repeated id is found`,
    },
    {
      what: "most memory at any time",
      ours: memory.peakMb(0, ROWS),
      unit: "MB",
      better: "less",
      peer: { name: "bound: the database open, nothing imported", value: memory.startMb },
    },
  ];
}

/** Resident memory while rows go in. */
function memoryByRows() {
  const samples: { rows: number; mb: number }[] = [];
  const mbNow = () => process.memoryUsage.rss() / MB;
  return {
    startMb: mbNow(),
    sample: (rows: number) => samples.push({ rows, mb: mbNow() }),
    /** The most between two numbers of rows, MB. */
    peakMb: (from: number, to: number) =>
      Math.max(...samples.flatMap(({ rows, mb }) => (rows > from && rows <= to ? [mb] : []))),
  };
}

export const bench: Bench = {
  name: "import",
  about: "A file of a million JSONL rows through the import that server and command line share",
  run: (log) =>
    inTempFolder(async (folder) => {
      const rng = rngOf("bench/import");
      log("round trip of a small file");
      await checkRoundTrip(folder, rng.split("small"));
      const file = join(folder, "rows.jsonl");
      log(`writing ${ROWS.toLocaleString("en")} rows`);
      const bytes = await writeJsonl(file, ROWS, rng.split("rows"));
      log("importing, then COPY of the same rows");
      return imported(folder, file, bytes);
    }),
};
