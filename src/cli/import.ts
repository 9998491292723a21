import { createWriteStream } from "node:fs";
import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { badInput, Problem } from "#core/errors.ts";
import { labelSchema, type Project, ProjectConfig } from "#core/project.ts";
import { type FormatId, rejectLine } from "#formats/format.ts";
import { importFormat, importFormats } from "#formats/registry.ts";
import { placed } from "#formats/row.ts";
import { parseRules } from "#propose/rules.ts";
import { importFile } from "#server/runtime/import.ts";
import { openStore } from "#store/open.ts";
import type { Store } from "#store/store.ts";
import { inputOf, nameOf, statOf, textOf } from "./files.ts";
import { dataOption, storageOf } from "./options.ts";
import { print, printJson, remark } from "./output.ts";

interface Options {
  readonly data: string;
  readonly project: string;
  readonly format: string;
  readonly rejects?: string;
  readonly classes?: string;
  readonly positive?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

const ids = importFormats.map(({ id }) => id).join("|");

export const addImport = (program: Command): Command =>
  dataOption(program.command("import"))
    .argument("<file>", "the file, or the folder of a WRENCH data set")
    .description("read items into a project; bad rows come back, good rows go in")
    .requiredOption("--project <name>", "the project's name; made when there is none")
    .requiredOption("--format <format>", ids)
    .option("--classes <a,b>", "label set of a new project; from the file by default")
    .option(
      "--positive <class>",
      "class that F1 is stated for; the last of --classes, else the rarest",
    )
    .option("--rules <file>", "YAML rules of a new project")
    .option("--rejects <file>", "where the bad rows go, as JSONL with the reason")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
A JSONL row: {"id": "1", "text": "…", "proposal": {"label": "spam"}, "votes": {"rule": "ham"}, "gold": "ham"}

Examples:
  emend import --project mine --format jsonl answers.jsonl --rejects bad.jsonl
  emend import --project sms --format wrench ./sms --rules rules.yaml`,
    )
    .action(async (file: string, options: Options) => {
      const format = importFormat(options.format).id;
      statOf(file); // before a database is made for it
      const store = await openStore(storageOf(options.data), { clock: systemClock });
      try {
        const project =
          (await store.projectByName(options.project)) ??
          (await newProject(store, file, format, options));
        await run(store, project, file, { ...options, format });
      } finally {
        await store.close();
      }
    });

async function run(
  store: Store,
  project: Project,
  file: string,
  options: Options & { readonly format: FormatId },
): Promise<void> {
  const rejects = options.rejects === undefined ? undefined : createWriteStream(options.rejects);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const report = await importFile(
    { store, clock: systemClock },
    {
      project,
      format: options.format,
      input: inputOf(file),
      file: nameOf(file),
      signal: stop.signal,
      progress: ({ done }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${done.toLocaleString("en")} rows `);
      },
      reject: (reject) => rejects?.write(rejectLine(reject)),
    },
  );
  await new Promise<void>((resolve) => (rejects === undefined ? resolve() : rejects.end(resolve)));
  if (options.json) return printJson(report);
  print(
    `${report.accepted} rows into "${report.project}", ${report.rejected} rejected, ` +
      `${(report.ms / 1000).toFixed(1)} s`,
  );
  for (const problem of report.problems) remark(`  ${problem}`);
  if (report.rejected > 0 && options.rejects !== undefined)
    remark(`the bad rows are in ${options.rejects}`);
}

/** A project made for a file: its label set is what the file says unless it is given. */
async function newProject(
  store: Store,
  file: string,
  format: FormatId,
  options: Options,
): Promise<Project> {
  const given = options.classes?.split(",").map((name) => name.trim());
  const counts = given === undefined ? await labelCounts(file, format) : undefined;
  const classes = given ?? [...(counts?.keys() ?? [])].sort();
  const rarest = [...(counts ?? [])].sort((a, b) => a[1] - b[1])[0]?.[0];
  if (given !== undefined) await firstRows(file, format);
  const rules = options.rules === undefined ? undefined : parseRules(textOf(options.rules));
  if (rules !== undefined && !rules.ok)
    throw placed(rules.error, { file: nameOf(options.rules ?? "") });
  const input = {
    name: options.project,
    task: {
      kind: "label",
      schema: { classes, positive: options.positive ?? rarest ?? classes.at(-1) ?? "" },
    },
    rules: rules?.value ?? [],
  };
  const config = ProjectConfig.safeParse(input);
  if (!config.success) throw badInput(config.error, input);
  remark(
    `new project "${options.project}": classes ${classes.join(", ")}; ` +
      `F1 is stated for "${labelSchema(config.data).positive}"`,
  );
  return store.createProject(config.data);
}

/** A file of which no row can be read is refused before a project is made for it. */
async function firstRows(file: string, format: FormatId): Promise<void> {
  for await (const _batch of importFormat(format).read(inputOf(file), { file: nameOf(file) }))
    return;
}

const CLASSES_MAX = 1_000;

/** How often each label occurs as proposal, vote, gold or answer, over the whole file. */
async function labelCounts(file: string, format: FormatId): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { rows } of importFormat(format).read(inputOf(file), { file: nameOf(file) }))
    for (const { proposal, votes, gold, answer } of rows)
      for (const label of [proposal?.label, gold, answer?.label, ...Object.values(votes)])
        if (label !== null && label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size >= 2 && counts.size <= CLASSES_MAX) return counts;
  throw new Problem("bad-input", "The label set of the new project is not in the file", {
    expected: `2 to ${CLASSES_MAX} different labels`,
    got: `${counts.size}`,
    at: { file: nameOf(file) },
    hint: "Name the classes with --classes a,b.",
  });
}
