import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { Listr } from "listr2";
import { Problem } from "#core/errors.ts";
import type { StudyReport } from "#core/study.ts";
import { loadSystem, working } from "#systems/registry.ts";
import { runStudy, type SeedProgress } from "#systems/study-runner.ts";
import { wholeNumber } from "./options.ts";
import { print, printJson, remark } from "./output.ts";
import { packageRoot } from "./package-root.ts";
import { reportText } from "./report-text.ts";

interface Options {
  readonly seeds?: string;
  readonly fast?: boolean;
  readonly full?: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly threads?: string;
  readonly out?: string;
}

const SEEDS_MAX = 1_000;

export const addStudy = (program: Command): Command =>
  program
    .command("study")
    .argument("[system]", "which system's study, e.g. pareto-calibration")
    .description("run a system's study: arms, baselines, claims with intervals")
    .option("--seeds <n>", "how many seeds; the study's own number by default")
    .option("--fast", "the smallest run that still exercises every arm, one seed")
    .option("--full", "with the arms that take too long for every run, where a study has some")
    .option("--all", "the studies of every system that works, one after the other")
    .option("--threads <n>", "worker threads; all cores by default")
    .option("--out <dir>", "where to write <system>.json; runs of all seeds go to docs/results")
    .option("--json", "print the report as JSON and nothing else")
    .addHelpText(
      "after",
      `
Examples:
  emend study pareto-calibration                 all seeds, live table, report
  emend study pareto-calibration --seeds 3 --json > report.json
  emend study --all --fast                       a smoke test of every study`,
    )
    .action(async (system: string | undefined, options: Options) => {
      const ids = chosen(system, options);
      const reports: StudyReport[] = [];
      for (const id of ids) reports.push(await runOne(id, options));
      if (options.json) printJson(options.all ? reports : reports[0]);
    });

function chosen(system: string | undefined, options: Options): readonly string[] {
  if (options.all) return working;
  if (system !== undefined) return [system];
  throw new Problem("bad-input", "No system is named", {
    expected: `one of ${working.join(", ")}, or --all`,
  });
}

async function runOne(id: string, options: Options): Promise<StudyReport> {
  const { study } = await loadSystem(id);
  const fast = options.fast ?? false;
  const full = options.full ?? false;
  const seeds = count("--seeds", options.seeds) ?? (fast ? 1 : study.seedsDefault);
  const threads = count("--threads", options.threads);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const report = await withLiveTable(seeds, options.json ?? false, (onProgress) =>
    runStudy(id, { seeds, fast, full, threads, signal: stop.signal, commit: commit(), onProgress }),
  );
  const folder =
    options.out ?? (fast || full || seeds < study.seedsDefault ? undefined : resultsFolder);
  if (folder !== undefined) write(folder, report);
  if (!options.json) print(reportText(report));
  return report;
}

export const resultsFolder = join(packageRoot, "docs", "results");

function write(folder: string, report: StudyReport): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${report.study}.json`);
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  remark(`wrote ${file}`);
}

/** Shows one line a seed while `run` is under way; nothing when results go out as JSON. */
async function withLiveTable(
  seeds: number,
  silent: boolean,
  run: (onProgress: (progress: SeedProgress) => void) => Promise<StudyReport>,
): Promise<StudyReport> {
  if (silent) return run(() => {});
  const show = new Map<number, (progress: SeedProgress) => void>();
  const report = run((progress) => show.get(progress.seed)?.(progress));
  const lines = Array.from({ length: seeds }, (_, index) => ({
    title: `seed ${index + 1}`,
    task: (_: unknown, task: { title: string }) =>
      new Promise<void>((resolve, reject) => {
        show.set(index + 1, ({ seed, share, label }) => {
          task.title = `seed ${seed}  ${"█".repeat(Math.round(share * 20)).padEnd(20, "·")}  ${label}`;
          if (share === 1) resolve();
        });
        report.then(() => resolve(), reject);
      }),
  }));
  await new Listr(lines, { concurrent: true, fallbackRenderer: "silent" }).run();
  return report;
}

const count = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber(name, text, { min: 1, max: SEEDS_MAX });

/** The commit this copy is at, so that a report can be traced; "unknown" outside a checkout. */
function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: packageRoot,
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    }).trim();
  } catch {
    return "unknown";
  }
}
