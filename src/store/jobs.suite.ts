/** What the job queue does, whatever database it is in. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import type { JobView } from "#core/views.ts";
import { openJobs } from "./boss.ts";
import type { JobRun, Jobs } from "./jobs.ts";
import type { TestDatabase } from "./samples.ts";

export function jobsSuite(make: () => Promise<TestDatabase>): void {
  let db: TestDatabase;
  let jobs: Jobs;
  let kinds = 0;

  beforeAll(async () => {
    db = await make();
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    jobs = await openJobs(db.store);
  });
  afterEach(() => jobs.stop());

  /** A kind of a test's own: jobs of one test are never taken by the worker of another. */
  const kind = (): string => `kind-${kinds++}`;

  /** Resolves when the queue tells of the job being as wanted. */
  const until = (queue: Jobs, id: string, wanted: (job: JobView) => boolean): Promise<JobView> =>
    new Promise((resolve, reject) => {
      const look = (job: JobView | undefined) => {
        if (job?.id !== id || !wanted(job)) return;
        stop();
        resolve(job);
      };
      const stop = queue.onChange(look);
      queue.job(id).then(look, reject);
    });
  const ended = (queue: Jobs, id: string) =>
    until(queue, id, ({ state }) => state !== "queued" && state !== "running");

  /** A handler that runs until it is stopped, and says when it began. */
  function endless(): { handler: (run: JobRun) => Promise<unknown>; began: Promise<JobRun> } {
    let tell: (run: JobRun) => void = () => undefined;
    const began = new Promise<JobRun>((resolve) => {
      tell = resolve;
    });
    const handler = (run: JobRun) =>
      new Promise((_, reject) => {
        run.signal.addEventListener("abort", () => reject(new Error("stopped")));
        tell(run);
      });
    return { handler, began };
  }

  test("a job runs with its data; its progress and result are told and kept", async () => {
    const name = kind();
    const told: JobView[] = [];
    jobs.onChange((job) => told.push(job));
    await jobs.work(name, async (run) => {
      run.progress({ done: 1, total: 2, label: "half" });
      await until(jobs, run.id, ({ progress }) => progress !== null);
      run.progress({ done: 2, total: 2, label: "whole" });
      return { got: run.data, nul: "\0" };
    });
    const id = await jobs.enqueue(name, { n: 7 });
    const done = await ended(jobs, id);
    expect(done).toEqual({
      id,
      kind: name,
      projectId: null,
      state: "done",
      progress: { done: 2, total: 2, label: "whole" },
      result: { got: { n: 7 }, nul: "\0" },
      error: null,
      createdAtMs: db.clock.nowMs(),
    });
    const states = told.filter((job) => job.id === id).map(({ state }) => state);
    expect(states.indexOf("running")).toBeGreaterThanOrEqual(0);
    expect(states.at(-1)).toBe("done");
  });

  test("jobs of a project are listed, latest first", async () => {
    const projectId = `project-of-${kind()}`;
    const name = kind();
    const first = await jobs.enqueue(name, null, { projectId });
    db.clock.advance(1);
    const second = await jobs.enqueue(name, null, { projectId });
    expect((await jobs.jobs({ projectId })).map(({ id }) => id)).toEqual([second, first]);
    expect(await jobs.jobs({ limit: 1 })).toHaveLength(1);
    expect(await jobs.job("nobody")).toBeUndefined();
  });

  test("a key is taken while its job is queued or running, and free afterwards", async () => {
    const name = kind();
    const first = await jobs.enqueue(name, 1, { key: "k" });
    expect(await jobs.enqueue(name, 2, { key: "k" })).toBe(first);
    expect(await jobs.enqueue(name, 2, { key: "other" })).not.toBe(first);
    await jobs.work(name, async ({ data }) => data);
    expect((await ended(jobs, first)).result).toBe(1);
    expect(await jobs.enqueue(name, 3, { key: "k" })).not.toBe(first);
  });

  test("what a handler throws is the job's error; resumed, it goes on from its checkpoint", async () => {
    const name = kind();
    await jobs.work(name, async (run) => {
      if (run.checkpoint !== null) return run.checkpoint;
      await run.saveCheckpoint({ row: 3 });
      throw new Problem("bad-input", "Row 4 is not a row", { hint: "Mend it." });
    });
    const id = await jobs.enqueue(name, null);
    expect(await ended(jobs, id)).toMatchObject({
      state: "failed",
      error: "Row 4 is not a row. Mend it.",
    });
    await jobs.resume(id);
    expect(await ended(jobs, id)).toMatchObject({
      state: "done",
      result: { row: 3 },
      error: null,
    });
    await expect(jobs.resume(id)).rejects.toMatchObject({ kind: "conflict" });
    await expect(jobs.resume("nobody")).rejects.toMatchObject({ kind: "not-found" });
  });

  test("a running job is stopped by its signal, a queued one never starts", async () => {
    const name = kind();
    const { handler, began } = endless();
    const running = await jobs.enqueue(name, null);
    await jobs.work(name, handler);
    await began;
    const queued = await jobs.enqueue(name, null);
    await jobs.cancel(queued);
    expect((await jobs.job(queued))?.state).toBe("cancelled");
    await jobs.cancel(running);
    expect((await ended(jobs, running)).state).toBe("cancelled");
    await jobs.cancel(running);
    await expect(jobs.cancel("nobody")).rejects.toMatchObject({ kind: "not-found" });
  });

  test("another process sees the progress, and can stop the job", async () => {
    const name = kind();
    const elsewhere = await openJobs(db.store);
    const { handler, began } = endless();
    await elsewhere.work(name, handler);
    const id = await jobs.enqueue(name, null);
    (await began).progress({ done: 1, total: 9, label: "elsewhere" });
    await until(jobs, id, ({ progress }) => progress?.label === "elsewhere");
    await jobs.cancel(id);
    expect((await ended(jobs, id)).state).toBe("cancelled");
    await elsewhere.stop();
  });

  test("stopped with a job on hand, a process leaves it to the next, which goes on from the checkpoint", async () => {
    const name = kind();
    const before = await openJobs(db.store);
    const { handler, began } = endless();
    await before.work(name, handler);
    const id = await before.enqueue(name, null);
    await (await began).saveCheckpoint({ done: 5 });
    await before.stop();
    expect((await jobs.job(id))?.state).toBe("queued");
    const after = await openJobs(db.store);
    await after.work(name, async ({ checkpoint }) => checkpoint);
    expect((await ended(after, id)).result).toEqual({ done: 5 });
    await after.stop();
  });

  test("a job whose process fell silent is taken over, and given up after the third time", async () => {
    const name = kind();
    const id = await jobs.enqueue(name, null);
    const lose = (attempts: number) =>
      db.store.sql.query(
        `update jobs set state = 'running', worker = 'gone', heartbeat_ms = 0, attempts = $2
         where id = $1`,
        [id, attempts],
      );
    await lose(2);
    const next = await openJobs(db.store);
    expect((await next.job(id))?.state).toBe("queued");
    await next.stop();
    await lose(3);
    const last = await openJobs(db.store);
    expect(await last.job(id)).toMatchObject({
      state: "failed",
      error: "The process ended without a word each of the 3 times it ran this",
    });
    await last.stop();
  });
}
