/** What the server's tests share: a host on a real store in a folder of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { systemClock } from "#core/clock.ts";
import { ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import type { JobView } from "#core/views.ts";
import { openJobs } from "#store/boss.ts";
import { openStore } from "#store/open.ts";
import { createLive } from "./live.ts";
import { inProcessCompute } from "./runtime/compute.ts";
import type { Host } from "./runtime/host.ts";
import { workOnJobs } from "./runtime/jobs.ts";
import { stopRemembering } from "./runtime/remember.ts";
import { createStates } from "./runtime/state.ts";

export interface TestHost {
  readonly host: Host;
  close(): Promise<void>;
}

/** A host whose jobs run in this thread. */
export async function openTestHost(over: Partial<Host> = {}): Promise<TestHost> {
  const dataDir = mkdtempSync(join(tmpdir(), "emend-server-"));
  const store = await openStore({ dataDir }, { clock: systemClock });
  const jobs = await openJobs(store);
  const host: Host = {
    store,
    jobs,
    compute: inProcessCompute(),
    clock: systemClock,
    live: createLive(),
    rng: rngOf("test"),
    log: pino({ level: "silent" }),
    states: createStates(store),
    ...over,
  };
  await workOnJobs(host);
  return {
    host,
    async close() {
      await jobs.stop();
      await stopRemembering(host);
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The job once it has ended. */
export function ended({ jobs }: Pick<Host, "jobs">, id: string): Promise<JobView> {
  const over = (job: JobView | undefined): job is JobView =>
    job !== undefined && job.id === id && ["done", "failed", "cancelled"].includes(job.state);
  return new Promise((resolve, reject) => {
    const stop = jobs.onChange((job) => {
      if (!over(job)) return;
      stop();
      resolve(job);
    });
    jobs.job(id).then((job) => {
      if (!over(job)) return;
      stop();
      resolve(job);
    }, reject);
  });
}

/** Nothing queued or running any more. */
export async function quiet({ jobs }: Pick<Host, "jobs">): Promise<void> {
  for (;;) {
    const busy = (await jobs.jobs({ limit: 50 })).find(({ state }) =>
      ["queued", "running"].includes(state),
    );
    if (busy === undefined) return;
    await ended({ jobs }, busy.id);
  }
}

/** A small label project with two keyword rules. */
export const smallConfig = (over: Partial<ProjectConfig> = {}): ProjectConfig =>
  ProjectConfig.parse({
    name: "small",
    task: { kind: "label", schema: { classes: ["spam", "ham"], positive: "spam" } },
    rules: [
      { id: "money-words", kind: "keywords", label: "spam", words: ["money", "prize"] },
      { id: "reply-prefix", kind: "regex", label: "ham", field: "subject", pattern: "^re:" },
    ],
    correct: { auditShare: 0, blindShare: 0, refitEvery: 5 },
    ...over,
  });

/** JSONL of items that are spam when they speak of money; every fifth is proposed wrongly. */
export function smallFile(count: number, prefix = "item"): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const spam = index % 2 === 0;
    const right = spam ? "spam" : "ham";
    const wrong = spam ? "ham" : "spam";
    return JSON.stringify({
      id: `${prefix}-${String(index).padStart(3, "0")}`,
      text: spam
        ? `win a prize of money number ${index} now click here for your money`
        : `the meeting notes of day ${index} are attached, see you at the office`,
      fields: { subject: spam ? `money for you ${index}` : `re: meeting ${index}`, from: "a@b.c" },
      proposal: { label: index % 5 === 0 ? wrong : right, model: "test-model" },
      ...(index % 4 === 3 ? { gold: right } : {}),
    });
  });
  return `${rows.join("\n")}\n`;
}
