/** Makes the generated parts of the documentation, or with --check fails when one is stale. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "#cli/package-root.ts";
import { claimsLine, reportMarkdown } from "#cli/report-text.ts";
import { resultsFolder } from "#cli/study.ts";
import { StudyReport } from "#core/study.ts";
import { cards, loadSystem, working } from "#systems/registry.ts";
import { type BenchReport, LOAD_MAX } from "../bench/harness.ts";
import { figuresTable } from "../bench/table.ts";

const check = process.argv.includes("--check");
const stale: string[] = [];

function put(file: string, text: string): void {
  const path = join(packageRoot, file);
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (before === text) return;
  if (check) stale.push(file);
  else writeFileSync(path, text);
}

/** Replaces what stands between `<!-- generated:name -->` and `<!-- /generated -->`. */
function putSection(file: string, name: string, body: string): void {
  const before = readFileSync(join(packageRoot, file), "utf8");
  const open = `<!-- generated:${name} -->`;
  const close = "<!-- /generated -->";
  const start = before.indexOf(open);
  const end = before.indexOf(close, start);
  if (start < 0 || end < 0) throw new Error(`${file} has no section ${open} … ${close}`);
  put(file, `${before.slice(0, start + open.length)}\n\n${body}\n\n${before.slice(end)}`);
}

function reportOf(system: string): StudyReport | undefined {
  const file = join(resultsFolder, `${system}.json`);
  if (!existsSync(file)) return undefined;
  return StudyReport.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** Options of an operation as a table, from its zod schema. */
function optionsTable(schema: z.ZodType): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(properties).map(([name, property]) => {
    const {
      default: standard,
      description = "",
      type,
      enum: values,
    } = property as {
      default?: unknown;
      description?: string;
      type?: string;
      enum?: unknown[];
    };
    const kind = values?.map((value) => JSON.stringify(value)).join(" \\| ") ?? type ?? "";
    return `| \`${name}\` | ${kind} | ${standard === undefined ? "" : `\`${JSON.stringify(standard)}\``} | ${description} |`;
  });
  return ["| option | type | default | what it does |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

async function systemPage(id: string): Promise<void> {
  const { operations } = await loadSystem(id);
  const file = `src/systems/${id}/README.md`;
  const tables = operations.map(
    ({ id: operation, summary, input }) =>
      `### \`${operation}\`\n\n${summary}\n\n${optionsTable(input)}`,
  );
  putSection(file, "options", tables.join("\n\n"));
  const report = reportOf(id);
  putSection(file, "results", report === undefined ? "No full run yet." : reportMarkdown(report));
}

function systemsPage(): string {
  const rows = cards.map((card) => {
    const report = reportOf(card.id);
    const name =
      card.status === "works" ? `[${card.id}](../src/systems/${card.id}/README.md)` : card.id;
    return `| ${name} | ${card.title} | ${card.family} | ${card.loop} | ${card.status} | ${report === undefined ? "" : claimsLine(report)} |`;
  });
  return [
    "# The 43 systems",
    "",
    "Made by `npm run docs` from the cards and the reports in `docs/results`; not edited by hand.",
    "",
    `${working.length} of ${cards.length} work.`,
    "",
    "| system | title | family | loop | status | study |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function benchmarksPage(): string {
  const folder = join(resultsFolder, "bench");
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const sections = files.map((file) => {
    const report = JSON.parse(readFileSync(join(folder, file), "utf8")) as BenchReport;
    const { bench, about, command, commit, machine, loadBefore, figures } = report;
    const busy = loadBefore > LOAD_MAX ? " **The machine was busy: take again.**" : "";
    return [
      `## ${bench}`,
      "",
      about,
      "",
      figuresTable(figures),
      "",
      `\`${command}\` · commit ${commit} · ${machine} · ${loadBefore.toFixed(2)} cores busy before.${busy}`,
      "",
    ].join("\n");
  });
  return [
    "# Benchmarks",
    "",
    "Made by `npm run docs` from what `npm run bench` measured; not edited by hand. A peer is measured",
    "in the same run on the same data, its results compared first; one that cannot be had is skipped",
    "with the reason. Figures that miss their target are printed all the same.",
    "",
    ...sections,
  ].join("\n");
}

for (const id of working) await systemPage(id);
put("docs/systems.md", systemsPage());
put("docs/benchmarks.md", benchmarksPage());
if (stale.length > 0) {
  process.stderr.write(`stale, run npm run docs: ${stale.join(", ")}\n`);
  process.exit(1);
}
