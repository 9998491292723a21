/**
 * Jobs over pg-boss, which hands them out; what is shown of them, and what they resume from, is
 * our `jobs` table.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import PgBoss from "pg-boss";
import { z } from "zod";
import { isProblem, Problem, problemText } from "#core/errors.ts";
import { JobView } from "#core/views.ts";
import { BossDb } from "./boss-db.ts";
import type { JobRun, Jobs } from "./jobs.ts";
import type { OpenStore } from "./open.ts";
import type { Sql } from "./sql.ts";

const CHANNEL = "emend_jobs";
const DEFAULT_LIMIT = 100;
/** pg-boss takes less than a day. */
const EXPIRE_HOURS = 23;
const POLL_MS = 2_000;
/** How often a process says it is alive, and looks whether somebody wants its jobs stopped. */
const HEARTBEAT_MS = 1_000;
/** A process silent for so long is taken to be gone. */
const SILENT_MS_MAX = 15_000;
/** A job that brought its process down so often is not tried again by itself. */
const ATTEMPTS_MAX = 3;
/** Progress is written at most this often; the last word always is. */
const PROGRESS_EVERY_MS = 200;

const NOW_MS = "extract(epoch from clock_timestamp()) * 1000";
const queueOf = (kind: string): string => `emend-${kind}`;

const Row = z.object({
  id: z.string(),
  kind: z.string(),
  project_id: z.string().nullable(),
  state: JobView.shape.state,
  progress: z.unknown(),
  result: z.unknown(),
  error: z.string().nullable(),
  created_at_ms: z.number(),
});
const VIEW = "id, kind, project_id, state, progress, result, error, created_at_ms";

function toView(row: unknown): JobView {
  const { project_id, created_at_ms, ...same } = Row.parse(row);
  return JobView.parse({ ...same, projectId: project_id, createdAtMs: created_at_ms });
}

const Claimed = z.object({ data: z.unknown(), checkpoint: z.unknown() });

/** Why a run was aborted: by somebody, or because this process stops and another is to go on. */
const STOPPING = "stopping";

class PgBossJobs implements Jobs {
  private readonly sql: Sql;
  private readonly store: OpenStore;
  private readonly boss: PgBoss;
  private readonly db: BossDb;
  /** This process among all. */
  private readonly worker = `${hostname()}/${process.pid}/${randomUUID()}`;
  private readonly queues = new Map<string, Promise<void>>();
  /** The loops that take jobs, and what wakes each before its next look. */
  private readonly loops: Promise<void>[] = [];
  private readonly wakes = new Map<string, () => void>();
  private readonly running = new Map<string, AbortController>();
  private readonly listeners = new Set<(job: JobView) => void>();
  private stopping = false;
  private beat: NodeJS.Timeout | undefined;
  private unlisten: (() => Promise<void>) | undefined;

  constructor(store: OpenStore) {
    this.store = store;
    this.sql = store.sql;
    this.db = new BossDb(store.sql);
    this.boss = new PgBoss({ db: this.db, schema: "pgboss", schedule: false });
    // A poll that fails is tried again two seconds later.
    this.boss.on("error", () => undefined);
  }

  async start(): Promise<void> {
    await this.boss.start();
    this.unlisten = await this.sql.listen(CHANNEL, (id) => {
      this.heard(id).catch(() => undefined);
    });
    // Nobody else has an embedded folder: whatever ran in it before does not run any more.
    await this.takeBack(this.sql.driver === "pglite" ? 0 : SILENT_MS_MAX);
    await this.sendQueued();
    this.beat = setInterval(() => {
      this.heartbeat().catch(() => undefined);
    }, HEARTBEAT_MS);
    this.beat.unref();
  }

  async enqueue(
    kind: string,
    data: unknown,
    how: { readonly projectId?: string; readonly key?: string } = {},
  ): Promise<string> {
    for (;;) {
      const [made] = await this.sql.query<{ id: string }>(
        `insert into jobs(id, kind, project_id, singleton, state, data, created_at_ms)
         values ($1, $2, $3, $4, 'queued', $5::json, $6)
         on conflict (kind, singleton) where state in ('queued', 'running') do nothing returning id`,
        [
          randomUUID(),
          kind,
          how.projectId ?? null,
          how.key ?? null,
          JSON.stringify(data ?? null),
          this.store.clock.nowMs(),
        ],
      );
      if (made !== undefined) {
        await this.send(kind, made.id);
        return made.id;
      }
      const [there] = await this.sql.query<{ id: string }>(
        `select id from jobs where kind = $1 and singleton = $2 and state in ('queued', 'running')`,
        [kind, how.key ?? null],
      );
      // None: it ended between the two statements, so there is room for this one now.
      if (there !== undefined) return there.id;
    }
  }

  async work(kind: string, handler: (run: JobRun) => Promise<unknown>): Promise<void> {
    await this.queue(kind);
    this.loops.push(this.serve(kind, handler));
  }

  async job(id: string): Promise<JobView | undefined> {
    const [row] = await this.sql.query(`select ${VIEW} from jobs where id = $1`, [id]);
    return row === undefined ? undefined : toView(row);
  }

  async jobs(how: { readonly projectId?: string; readonly limit?: number } = {}) {
    const rows = await this.sql.query(
      `select ${VIEW} from jobs ${how.projectId === undefined ? "" : "where project_id = $2"}
       order by created_at_ms desc, id limit $1`,
      [how.limit ?? DEFAULT_LIMIT, ...(how.projectId === undefined ? [] : [how.projectId])],
    );
    return rows.map(toView);
  }

  async cancel(id: string): Promise<void> {
    const rows = await this.sql.query<{ state: string }>(
      `update jobs set cancelling = state = 'running',
         state = case state when 'queued' then 'cancelled' else state end
       where id = $1 and state in ('queued', 'running') returning state`,
      [id],
    );
    if (rows.length === 0) await this.mustExist(id);
    this.running.get(id)?.abort();
    await this.tell(id);
  }

  async resume(id: string): Promise<void> {
    const [row] = await this.sql.query<{ kind: string }>(
      `update jobs set state = 'queued', error = null, cancelling = false, attempts = 0
       where id = $1 and state in ('failed', 'cancelled') returning kind`,
      [id],
    );
    if (row === undefined) {
      const job = await this.mustExist(id);
      throw new Problem("conflict", "The job cannot be resumed", {
        expected: "a failed or cancelled job",
        got: `one that is ${job.state}`,
      });
    }
    await this.send(row.kind, id);
  }

  onChange(listener: (job: JobView) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.beat);
    for (const abort of this.running.values()) abort.abort(STOPPING);
    for (const wake of this.wakes.values()) wake();
    await Promise.all(this.loops);
    await this.boss.stop({ graceful: false, close: false });
    await this.db.end();
    await this.unlisten?.();
  }

  private async mustExist(id: string): Promise<JobView> {
    const job = await this.job(id);
    if (job === undefined) throw new Problem("not-found", "There is no such job", { got: id });
    return job;
  }

  private queue(kind: string): Promise<void> {
    let made = this.queues.get(kind);
    if (made === undefined) {
      made = this.boss.createQueue(queueOf(kind));
      this.queues.set(kind, made);
    }
    return made;
  }

  /**
   * Hands a queued job to pg-boss. Handed over twice it still runs once: who takes it first
   * claims it.
   */
  private async send(kind: string, id: string): Promise<void> {
    await this.queue(kind);
    await this.boss.send(queueOf(kind), { id }, { expireInHours: EXPIRE_HOURS });
    await this.tell(id);
  }

  private async tell(id: string): Promise<void> {
    await this.sql.query("select pg_notify($1, $2)", [CHANNEL, id]);
  }

  private async heard(id: string): Promise<void> {
    const job = await this.job(id);
    if (job === undefined) return;
    if (job.state === "queued") this.wakes.get(job.kind)?.();
    for (const listener of this.listeners) listener(job);
  }

  /**
   * Says that this process is alive, stops what somebody cancelled elsewhere, and takes back what
   * others left.
   */
  private async heartbeat(): Promise<void> {
    if (this.running.size > 0) {
      const rows = await this.sql.query<{ id: string; cancelling: boolean }>(
        `update jobs set heartbeat_ms = ${NOW_MS}
         where id = any($1::text[]) and worker = $2 returning id, cancelling`,
        [[...this.running.keys()], this.worker],
      );
      for (const { id, cancelling } of rows) if (cancelling) this.running.get(id)?.abort();
    }
    if (this.sql.driver === "postgres" && (await this.takeBack(SILENT_MS_MAX)) > 0)
      await this.sendQueued();
  }

  /** Queues jobs of processes that are gone, or gives them up when they were tried often enough. */
  private async takeBack(silentMs: number): Promise<number> {
    const rows = await this.sql.query<{ id: string }>(
      `update jobs set worker = null, state = case
           when cancelling then 'cancelled' when attempts < $2 then 'queued' else 'failed' end,
         error = case when attempts < $2 then null
           else 'The process ended without a word each of the ' || attempts || ' times it ran this' end
       where state = 'running' and id <> all($3::text[])
         and heartbeat_ms <= ${NOW_MS} - $1::float8 returning id`,
      [silentMs, ATTEMPTS_MAX, [...this.running.keys()]],
    );
    for (const { id } of rows) await this.tell(id);
    return rows.length;
  }

  private async sendQueued(): Promise<void> {
    const rows = await this.sql.query<{ id: string; kind: string }>(
      "select id, kind from jobs where state = 'queued' order by created_at_ms",
    );
    for (const { id, kind } of rows) await this.send(kind, id);
  }

  /** Takes jobs of a kind one after the other, for as long as this process does. */
  private async serve(kind: string, handler: (run: JobRun) => Promise<unknown>): Promise<void> {
    while (!this.stopping) {
      const woken = new Promise<void>((resolve) => this.wakes.set(kind, resolve));
      const [handed] = await this.boss.fetch<{ id: string }>(queueOf(kind));
      if (handed === undefined) {
        const poll = setTimeout(() => this.wakes.get(kind)?.(), POLL_MS);
        await woken;
        clearTimeout(poll);
        continue;
      }
      try {
        await this.run(handed.data.id, handler);
        await this.boss.complete(queueOf(kind), handed.id);
      } catch {
        // The database was away. The job fell silent with it, and is taken back when it answers
        // again.
      }
    }
  }

  private async run(id: string, handler: (run: JobRun) => Promise<unknown>): Promise<void> {
    const [row] = await this.sql.query(
      `update jobs set state = 'running', worker = $2, heartbeat_ms = ${NOW_MS},
         attempts = attempts + 1, error = null
       where id = $1 and state = 'queued' returning data, checkpoint`,
      [id, this.worker],
    );
    if (row === undefined) return; // Cancelled, or somebody else was first.
    const { data, checkpoint } = Claimed.parse(row);
    const abort = new AbortController();
    this.running.set(id, abort);
    try {
      await this.tell(id);
      await this.carryOut({ id, data, checkpoint, abort, handler });
    } finally {
      this.running.delete(id);
    }
  }

  private async carryOut(job: {
    readonly id: string;
    readonly data: unknown;
    readonly checkpoint: unknown;
    readonly abort: AbortController;
    readonly handler: (run: JobRun) => Promise<unknown>;
  }): Promise<void> {
    const { id, data, checkpoint, abort, handler } = job;
    const progress = this.progressOf(id);
    try {
      const result = await handler({
        id,
        data,
        checkpoint,
        signal: abort.signal,
        progress: progress.say,
        saveCheckpoint: async (state) => {
          await this.sql.query("update jobs set checkpoint = $2::json where id = $1", [
            id,
            JSON.stringify(state ?? null),
          ]);
        },
      });
      await progress.last();
      await this.end(id, { state: "done", result, error: null });
    } catch (error) {
      await progress.last();
      if (!abort.signal.aborted)
        await this.end(id, { state: "failed", result: null, error: words(error) });
      else if (abort.signal.reason === STOPPING)
        await this.end(id, { state: "queued", result: null, error: null });
      else await this.end(id, { state: "cancelled", result: null, error: null });
    }
  }

  private async end(
    id: string,
    how: {
      readonly state: JobView["state"];
      readonly result: unknown;
      readonly error: string | null;
    },
  ): Promise<void> {
    await this.sql.query(
      `update jobs set state = $2, result = $3::json, error = $4, worker = null, cancelling = false
       where id = $1`,
      [id, how.state, JSON.stringify(how.result ?? null), how.error],
    );
    await this.tell(id);
  }

  /** Writes the latest progress, at most one write at a time and a few a second. */
  private progressOf(id: string): { say: JobRun["progress"]; last: () => Promise<void> } {
    let latest: string | undefined;
    let writing: Promise<void> | undefined;
    const write = async (): Promise<void> => {
      while (latest !== undefined) {
        const progress = latest;
        latest = undefined;
        await this.sql.query(
          `with told as (update jobs set progress = $2::json where id = $1 returning id)
           select pg_notify($3, id), set_config('synchronous_commit', 'off', true) from told`,
          [id, progress, CHANNEL],
        );
        await new Promise((resolve) => setTimeout(resolve, PROGRESS_EVERY_MS));
      }
      writing = undefined;
    };
    return {
      say: ({ done, total, label }) => {
        latest = JSON.stringify({ done, total, label });
        writing ??= write().catch(() => undefined);
      },
      last: async () => {
        await writing;
      },
    };
  }
}

const words = (error: unknown): string => {
  if (isProblem(error)) return problemText(error);
  return error instanceof Error ? error.message : String(error);
};

/** Opens the queue of a store. `stop` it before closing the store. */
export async function openJobs(store: OpenStore): Promise<Jobs> {
  const jobs = new PgBossJobs(store);
  await jobs.start();
  return jobs;
}
