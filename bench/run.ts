/**
 * `npm run bench [-- names]`: measures, prints, and writes docs/results/bench/<name>.json, or with
 * `--try` into a temporary folder.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, type BenchReport, commit, LOAD_MAX, load, machine } from "./harness.ts";
import { figuresTable } from "./table.ts";

const script = fileURLToPath(import.meta.url);
const folder = dirname(script);
const flags = process.argv.slice(2).filter((word) => word.startsWith("--"));
const json = flags.includes("--json");
const trying = flags.includes("--try");
const results = trying
  ? join(tmpdir(), "emend-bench-results")
  : join(folder, "..", "docs", "results", "bench");
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const say = (line: string) => process.stderr.write(`${line}\n`);
const resultOf = (name: string) => join(results, `${name}.json`);

const known = readdirSync(folder)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.replace(".bench.ts", ""));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  say(`There is no benchmark ${unknown.join(", ")}. Expected some of: ${known.join(", ")}.`);
  process.exit(2);
}
const names = wanted.length > 0 ? wanted : known;

async function measure(name: string): Promise<BenchReport> {
  const loadBefore = await load();
  const { bench } = (await import(`./${name}.bench.ts`)) as { bench: Bench };
  if (loadBefore > LOAD_MAX) say(`note: the machine is busy (${loadBefore.toFixed(1)} cores)`);
  say(`${name}: ${bench.about}`);
  return {
    bench: name,
    about: bench.about,
    command: `npm run bench -- ${name}`,
    commit: commit(),
    machine: machine(),
    loadBefore,
    figures: await bench.run((line) => say(`  ${line}`)),
  };
}

/** In a process of its own each: what one leaves in memory, or compiled, is no part of the next. */
function measureApart(name: string): boolean {
  const { status } = spawnSync(process.execPath, [...process.execArgv, script, name, ...flags], {
    stdio: ["ignore", json ? "ignore" : "inherit", "inherit"],
  });
  return status === 0;
}

mkdirSync(results, { recursive: true });
const [only] = names;
if (names.length > 1 || only === undefined) {
  const failed = names.filter((name) => !measureApart(name));
  const done = names.filter((name) => !failed.includes(name));
  if (json)
    process.stdout.write(
      `[${done.map((name) => readFileSync(resultOf(name), "utf8")).join(",\n")}]\n`,
    );
  if (failed.length > 0) say(`Failed: ${failed.join(", ")}.`);
  process.exit(failed.length === 0 ? 0 : 1);
}
const report = await measure(only);
writeFileSync(resultOf(only), `${JSON.stringify(report, null, 1)}\n`);
process.stdout.write(
  json ? `${JSON.stringify([report], null, 2)}\n` : `${figuresTable(report.figures)}\n\n`,
);
process.exit(0);
