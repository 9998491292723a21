import type { Progress } from "#core/contracts.ts";
import type { JobView } from "#core/views.ts";

/** What a job's handler is handed. `checkpoint` is what a resumed run starts from. */
export interface JobRun {
  readonly id: string;
  readonly data: unknown;
  readonly signal: AbortSignal;
  readonly checkpoint: unknown;
  progress(progress: Progress): void;
  saveCheckpoint(state: unknown): Promise<void>;
}

/**
 * Long work: queued in the same database (pg-boss), shown with progress, cancelled, resumed after
 * a crash.
 */
export interface Jobs {
  /**
   * `key`: at most one queued or running job of a kind with the same key; a second call answers
   * the first's id.
   */
  enqueue(
    kind: string,
    data: unknown,
    how?: { readonly projectId?: string; readonly key?: string },
  ): Promise<string>;
  /** Starts taking jobs of a kind in this process. */
  work(kind: string, handler: (run: JobRun) => Promise<unknown>): Promise<void>;
  job(id: string): Promise<JobView | undefined>;
  jobs(how?: { readonly projectId?: string; readonly limit?: number }): Promise<JobView[]>;
  cancel(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Told of every change of every job seen by this process; returns the way to stop listening. */
  onChange(listener: (job: JobView) => void): () => void;
  stop(): Promise<void>;
}
