import { demoJob } from "#server/demo.ts";
import type { JobRun } from "#store/jobs.ts";
import { runStudy } from "#systems/study-runner.ts";
import { assessJob } from "./assess.ts";
import { sampleJob } from "./candidates.ts";
import type { Host } from "./host.ts";
import { mineJob } from "./mine.ts";
import { refitJob } from "./refit.ts";
import { StudyJob } from "./requests.ts";
import { reviseJob } from "./revise.ts";
import { comparePoliciesJob, fitPolicyJob } from "./robot-policies.ts";
import { trainJob } from "./training.ts";

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
  await host.jobs.work("revise", (run) => reviseJob(host, run));
  await host.jobs.work("mine", (run) => mineJob(host, run));
  await host.jobs.work("fit-policy", (run) => fitPolicyJob(host, run));
  await host.jobs.work("compare-policies", (run) => comparePoliciesJob(host, run));
  await host.jobs.work("train-language", (run) => trainJob(host, run));
  await host.jobs.work("sample-replies", (run) => sampleJob(host, run));
  await host.jobs.work("study", studyJob);
  await host.jobs.work("import", (run) => demoJob(host, run));
}
