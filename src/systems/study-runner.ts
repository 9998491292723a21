import { availableParallelism } from "node:os";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import type { SeedResult, Study, StudyReport } from "#core/study.ts";
import { summarise } from "#loop/study-report.ts";
import { loadSystem } from "./registry.ts";
import type { SeedMessage, SeedTask } from "./study-worker.ts";
import { typescriptWorker } from "./typescript-worker.ts";

/** Where a seed is; `share` runs from 0 to 1. */
export interface SeedProgress {
  readonly seed: number;
  readonly share: number;
  readonly label: string;
}

export interface RunOptions {
  /** How many seeds, 1 to n; the study's own number where absent. */
  readonly seeds?: number | undefined;
  /** The smallest run that still exercises every arm. */
  readonly fast?: boolean | undefined;
  /** With the arms and claims that are too long for every run. */
  readonly full?: boolean | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Commit the report is stamped with. */
  readonly commit?: string | undefined;
  onProgress?(progress: SeedProgress): void;
}

/**
 * Runs a study, each seed in a thread of its own, and judges its claims.
 * Same seeds, same report, whatever the number of threads (but for `cpuSeconds` and `commit`).
 */
export async function runStudy(id: string, options: RunOptions = {}): Promise<StudyReport> {
  const { study } = await loadSystem(id);
  const fast = options.fast ?? false;
  const full = options.full ?? false;
  const count = options.seeds ?? (fast ? 1 : study.seedsDefault);
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  const before = process.cpuUsage();
  const results = await runSeeds(
    seeds.map((seed) => ({ system: id, seed, fast, full })),
    options,
  );
  const cpu = process.cpuUsage(before);
  return {
    study: id,
    title: study.title,
    commit: options.commit ?? "unknown",
    command: `npx emend study ${id} --seeds ${count}${fast ? " --fast" : ""}${full ? " --full" : ""}`,
    seeds,
    fast,
    options: study.options,
    ...summarise(full ? withFull(study) : study, results, rngOf(id).split("report")),
    paper: [...study.paper],
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

/** The study with its longer arms and claims among the others. */
const withFull = (study: Study): Study => ({
  ...study,
  arms: [...study.arms, ...(study.full?.arms ?? [])],
  claims: [...study.claims, ...(study.full?.claims ?? [])],
});

async function runSeeds(tasks: readonly SeedTask[], options: RunOptions): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  let next = 0;
  const takeTurns = async () => {
    for (let index = next++; index < tasks.length; index = next++) {
      const task = tasks[index];
      if (task !== undefined) results[index] = await runInThread(task, options);
    }
  };
  const threads = Math.min(options.threads ?? availableParallelism(), tasks.length);
  await Promise.all(Array.from({ length: threads }, takeTurns));
  return results;
}

function runInThread(task: SeedTask, { signal, onProgress }: RunOptions): Promise<SeedResult> {
  const cancelled = () => new Problem("cancelled", `The study was cancelled at seed ${task.seed}`);
  return new Promise<SeedResult>((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const worker = typescriptWorker(new URL("./study-worker.ts", import.meta.url), task);
    const cancel = () => {
      reject(cancelled());
      void worker.terminate();
    };
    signal?.addEventListener("abort", cancel, { once: true });
    worker.on("message", (message: SeedMessage) => {
      if (message.kind === "progress") {
        const { done, total, label } = message.progress;
        onProgress?.({ seed: task.seed, share: total === 0 ? 0 : done / total, label });
      } else if (message.kind === "result") {
        onProgress?.({ seed: task.seed, share: 1, label: "done" });
        resolve(message.result);
      } else reject(new Error(`Seed ${task.seed} failed: ${message.message}`));
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      signal?.removeEventListener("abort", cancel);
      reject(new Error(`Seed ${task.seed} ended without a result`)); // no effect once settled
    });
  });
}
