import type { Worker } from "node:worker_threads";
import type { Progress } from "#core/contracts.ts";
import { Problem, type ProblemDetail, type ProblemKind } from "#core/errors.ts";
import { typescriptWorker } from "#systems/typescript-worker.ts";
import { type ComputeTasks, createTasks, type Hooks } from "./compute-tasks.ts";

/** Fitting and scoring, wherever they run. */
export interface Compute extends ComputeTasks {
  close(): Promise<void>;
}

/** What goes to the thread. */
export type ToThread =
  | {
      readonly kind: "call";
      readonly id: number;
      readonly method: keyof ComputeTasks;
      readonly task: unknown;
    }
  | { readonly kind: "abort"; readonly id: number };

/** What comes back. */
export type FromThread =
  | { readonly kind: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly kind: "note"; readonly id: number; readonly note: unknown }
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly message: string;
      /** Present when it was a `Problem`, which must stay one on this side. */
      readonly problem: { readonly kind: ProblemKind; readonly detail: ProblemDetail } | null;
    };

/** In this thread: for tests, and for a process that does nothing else. */
export const inProcessCompute = (): Compute => ({ ...createTasks(), close: async () => {} });

interface Call {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  progress(progress: Progress): void;
  note(note: unknown): void;
}

/**
 * In one thread of its own, so that the thread that answers key presses never waits for a fit.
 * Started at the first call; one that dies fails its calls and is started anew at the next.
 */
export function threadedCompute(): Compute {
  let thread: Worker | undefined;
  let lastId = 0;
  const calls = new Map<number, Call>();

  function failAll(error: Error): void {
    thread = undefined;
    for (const call of calls.values()) call.reject(error);
    calls.clear();
  }

  function start(): Worker {
    const worker = typescriptWorker(new URL("./compute-thread.ts", import.meta.url), null);
    worker.on("message", (message: FromThread) => {
      const call = calls.get(message.id);
      if (call === undefined) return;
      if (message.kind === "progress") return call.progress(message.progress);
      if (message.kind === "note") return call.note(message.note);
      calls.delete(message.id);
      if (message.kind === "done") call.resolve(message.value);
      else call.reject(failureOf(message));
    });
    worker.on("error", failAll);
    worker.on("exit", () => failAll(new Error("the computing thread ended")));
    worker.unref(); // a process that is done need not wait for it
    return worker;
  }

  function call(method: keyof ComputeTasks, task: unknown, hooks?: Hooks): Promise<unknown> {
    thread ??= start();
    const worker = thread;
    const id = ++lastId;
    return new Promise<unknown>((resolve, reject) => {
      const abort = () => {
        worker.postMessage({ kind: "abort", id } satisfies ToThread);
        calls.delete(id);
        reject(new Problem("cancelled", "The work was cancelled"));
      };
      if (hooks?.signal.aborted) return abort();
      hooks?.signal.addEventListener("abort", abort, { once: true });
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          hooks?.signal.removeEventListener("abort", abort);
          then(value);
        };
      calls.set(id, {
        resolve: settled(resolve),
        reject: settled(reject),
        progress: (progress) => hooks?.progress(progress),
        note: (note) => hooks?.note?.(note),
      });
      worker.postMessage({ kind: "call", id, method, task } satisfies ToThread);
    });
  }

  // The thread runs `ComputeTasks` itself, so each answer has the type of the method it is for.
  const remote =
    <M extends keyof ComputeTasks>(method: M) =>
    (task: unknown, hooks?: Hooks) =>
      call(method, task, hooks) as ReturnType<ComputeTasks[M]>;

  return {
    hasPool: remote("hasPool"),
    addToPool: remote("addToPool"),
    learn: remote("learn"),
    assess: remote("assess"),
    cases: remote("cases"),
    sources: remote("sources"),
    runOperation: remote("runOperation"),
    revise: remote("revise"),
    embed: remote("embed"),
    addTurns: remote("addTurns"),
    dropTurns: remote("dropTurns"),
    mine: remote("mine"),
    fitRewards: remote("fitRewards"),
    scoreReplies: remote("scoreReplies"),
    sampleReplies: remote("sampleReplies"),
    trainLanguage: remote("trainLanguage"),
    fitPolicy: remote("fitPolicy"),
    tryPolicies: remote("tryPolicies"),
    close: async () => {
      const ending = thread;
      thread = undefined;
      await ending?.terminate();
    },
  };
}

const failureOf = ({ message, problem }: Extract<FromThread, { kind: "failed" }>): Error =>
  problem === null ? new Error(message) : new Problem(problem.kind, message, problem.detail);
