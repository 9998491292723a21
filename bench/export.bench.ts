import { createReadStream } from "node:fs";
import { join } from "node:path";
import { systemClock } from "#core/clock.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import type { ParsedRow } from "#formats/format.ts";
import { jsonl } from "#formats/jsonl.ts";
import { exportFile } from "#server/runtime/export.ts";
import { importFile } from "#server/runtime/import.ts";
import { type OpenStore, openStore } from "#store/open.ts";
import { mailRules } from "#worlds/corpora/mail-rules.ts";
import { confirmed, openCase } from "./cases.ts";
import { abba, type Bench, type Figure, mustHold, perSecond, repeat } from "./harness.ts";
import { rowsConfig, writeJsonl } from "./rows.ts";
import { inTempFolder } from "./temp.ts";

const ROWS = 200_000;
const ANSWERS = 5_000;
const TARGET = 50_000;
const ROUNDS = 3;
const BATCH = 5_000;
const PAGE = 1_000;

/** Items with a case each, some of them answered. */
async function filled(store: OpenStore, file: string, rng: Rng): Promise<Project> {
  const project = await store.createProject(rowsConfig("export"));
  await importFile(
    { store, clock: systemClock },
    { project, format: "jsonl", input: createReadStream(file) },
  );
  for (let from = 0; from < ROWS; from += BATCH) {
    const cases = Array.from({ length: BATCH }, (_, k) => openCase(from + k, rng));
    await store.putCases(project.id, cases);
    const answered = cases.slice(0, (BATCH * ANSWERS) / ROWS);
    await Promise.all(
      answered.map((row) => store.correct(project.id, confirmed(row, "reviewer"), row.version)),
    );
  }
  return project;
}

async function* parsed(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ParsedRow> {
  for await (const { rows, rejects } of jsonl.read(stream)) {
    mustHold(rejects.length === 0, `what is written can be read (${rejects[0]?.problem})`);
    yield* rows;
  }
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const part of text) yield Buffer.from(part);
}

/** Every row that went in comes out the same, and every answer with it. */
async function check(store: OpenStore, project: Project, file: string): Promise<void> {
  const out = parsed(bytesOf(exportFile(store, project, "jsonl").text));
  let answers = 0;
  const keyOf = ({ id, text, fields, proposal, votes }: ParsedRow) =>
    JSON.stringify([id, text, fields, proposal, votes]);
  for await (const row of parsed(createReadStream(file))) {
    const { value: back } = await out.next();
    mustHold(back !== undefined && keyOf(back) === keyOf(row), `row ${row.id} comes out the same`);
    if (back.answer !== null) answers++;
  }
  mustHold((await out.next()).done === true, "nothing else comes out");
  mustHold(answers === ANSWERS, `${ANSWERS} answers come out`);
}

async function drain(text: AsyncIterable<string>): Promise<void> {
  let chars = 0;
  for await (const part of text) chars += part.length;
  mustHold(chars > ROWS, "the file has every row");
}

/** The bodies of the items alone, as text, a page at a time. */
async function bareSelect(store: OpenStore): Promise<void> {
  let last = "";
  for (;;) {
    const rows = await store.sql.query<{ id: string; body: string }>(
      `select id, body::text as body from items where project_no = 1 and id > $1
       order by id limit ${PAGE}`,
      [last],
    );
    if (rows.length === 0) return;
    last = rows.at(-1)?.id ?? "";
  }
}

async function measured(store: OpenStore, project: Project): Promise<Figure[]> {
  const write = (config: ProjectConfig) =>
    drain(exportFile(store, { ...project, config }, "jsonl").text);
  const { a, b } = await abba(
    () => write(project.config),
    () => bareSelect(store),
    ROUNDS,
  );
  const rules = await mailRules();
  const same = { unit: "rows/s", better: "more", target: TARGET } as const;
  const bound = { name: "bound: bare SELECT of the bodies", value: perSecond(ROWS, b).ours };
  return [
    {
      what: `${ROWS.toLocaleString("en")} items as JSONL`,
      ...perSecond(ROWS, a),
      ...same,
      peer: bound,
      note: "each with proposal, votes, risk, route and the answer standing on it",
    },
    {
      what: `the same, with ${rules.length} rules that vote as they now read`,
      ...perSecond(ROWS, await repeat(() => write({ ...project.config, rules }), 1)),
      ...same,
      peer: bound,
      note: "the rules of the demo project, run on each text while it streams",
    },
  ];
}

export const bench: Bench = {
  name: "export",
  about: "A project of 200,000 items streamed out of the embedded store",
  run: (log) =>
    inTempFolder(async (folder) => {
      const rng = rngOf("bench/export");
      const file = join(folder, "rows.jsonl");
      await writeJsonl(file, ROWS, rng.split("rows"));
      const store = await openStore({ dataDir: join(folder, "data") }, { clock: systemClock });
      log("filling the store");
      const project = await filled(store, file, rng.split("cases"));
      log("reading back what is written");
      await check(store, project, file);
      log("exporting");
      const figures = await measured(store, project);
      await store.close();
      return figures;
    }),
};
