/** The computing thread: runs `ComputeTasks`, one call after another as they are awaited. */
import { parentPort } from "node:worker_threads";
import { assert } from "#core/assert.ts";
import { isProblem } from "#core/errors.ts";
import type { FromThread, ToThread } from "./compute.ts";
import { createTasks, type Hooks } from "./compute-tasks.ts";

const port = parentPort;
assert(port !== null, "compute-thread.ts runs in a worker thread");
const tasks = createTasks();
const running = new Map<number, AbortController>();
const send = (message: FromThread) => port.postMessage(message);

async function answer({ id, method, task }: Extract<ToThread, { kind: "call" }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  const hooks: Hooks = {
    signal: abort.signal,
    progress: (progress) => send({ kind: "progress", id, progress }),
    note: (note) => send({ kind: "note", id, note }),
  };
  try {
    // Both ends share `ComputeTasks`: the caller typed the task by the method it names.
    const run = tasks[method] as (task: unknown, hooks: Hooks) => Promise<unknown>;
    send({ kind: "done", id, value: await run(task, hooks) });
  } catch (error) {
    send({
      kind: "failed",
      id,
      message: error instanceof Error ? error.message : String(error),
      problem: isProblem(error) ? { kind: error.kind, detail: error.detail } : null,
    });
  } finally {
    running.delete(id);
  }
}

port.on("message", (message: ToThread) => {
  if (message.kind === "abort") running.get(message.id)?.abort();
  else void answer(message);
});
