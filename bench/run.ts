/** `npm run bench [-- names]`: measures, prints, and writes docs/results/bench/<name>.json. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, type BenchReport, commit, LOAD_MAX, load, machine } from "./harness.ts";
import { figuresTable } from "./table.ts";

const folder = dirname(fileURLToPath(import.meta.url));
const results = join(folder, "..", "docs", "results", "bench");
const json = process.argv.includes("--json");
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const say = (line: string) => process.stderr.write(`${line}\n`);

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.replace(".bench.ts", ""));
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  say(`There is no benchmark ${unknown.join(", ")}. Expected some of: ${names.join(", ")}.`);
  process.exit(2);
}

mkdirSync(results, { recursive: true });
const reports: BenchReport[] = [];
for (const name of wanted.length > 0 ? wanted : names) {
  const { bench } = (await import(`./${name}.bench.ts`)) as { bench: Bench };
  const loadBefore = load();
  if (loadBefore > LOAD_MAX) say(`note: the machine is busy (load ${loadBefore.toFixed(1)})`);
  say(`${name}: ${bench.about}`);
  const report: BenchReport = {
    bench: name,
    about: bench.about,
    command: `npm run bench -- ${name}`,
    commit: commit(),
    machine: machine(),
    loadBefore,
    figures: await bench.run((line) => say(`  ${line}`)),
  };
  reports.push(report);
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  if (!json) process.stdout.write(`${figuresTable(report.figures)}\n\n`);
}
if (json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
process.exit(0);
