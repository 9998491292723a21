import { z } from "zod";
import { demoJob } from "#server/demo.ts";
import type { JobRun, Jobs } from "#store/jobs.ts";
import { runStudy } from "#systems/study-runner.ts";
import { assessJob } from "./assess.ts";
import type { Host } from "./host.ts";
import { refitJob } from "./refit.ts";

const StudyJob = z.strictObject({
  system: z.string(),
  seeds: z.int().positive().optional(),
  fast: z.boolean().optional(),
});

/** Seeds of a study a browser may ask for at once. */
export const STUDY_SEEDS_MAX = 50;

/** Puts a study in the queue; the same one asked for twice runs once. */
export const askForStudy = (
  jobs: Pick<Jobs, "enqueue">,
  study: z.infer<typeof StudyJob>,
): Promise<string> => jobs.enqueue("study", study, { key: study.system });

async function studyJob(run: JobRun): Promise<unknown> {
  const { system, seeds, fast } = StudyJob.parse(run.data);
  const shares = new Map<number, number>();
  return runStudy(system, {
    seeds,
    fast,
    signal: run.signal,
    onProgress: ({ seed, share, label }) => {
      shares.set(seed, share);
      const done = [...shares.values()].reduce((sum, one) => sum + one, 0);
      run.progress({ done, total: seeds ?? shares.size, label: `seed ${seed}: ${label}` });
    },
  });
}

/** Starts taking this process's share of the long work. */
export async function workOnJobs(host: Host): Promise<void> {
  await host.jobs.work("assess", (run) => assessJob(host, run));
  await host.jobs.work("refit", (run) => refitJob(host, run));
  await host.jobs.work("study", studyJob);
  await host.jobs.work("import", (run) => demoJob(host, run));
}
