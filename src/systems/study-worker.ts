import { parentPort } from "node:worker_threads";
import { z } from "zod";
import { assert } from "#core/assert.ts";
import { manualClock } from "#core/clock.ts";
import type { Progress } from "#core/contracts.ts";
import { isProblem, problemText } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import type { SeedResult } from "#core/study.ts";
import { loadSystem } from "./registry.ts";
import { handedOver } from "./typescript-worker.ts";

/** What the runner hands a worker: one seed of one study. */
export const SeedTask = z.strictObject({
  system: z.string(),
  seed: z.int(),
  fast: z.boolean(),
  full: z.boolean(),
});
export type SeedTask = z.infer<typeof SeedTask>;

export type SeedMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "result"; readonly result: SeedResult }
  | { readonly kind: "failed"; readonly message: string };

async function runSeed(task: SeedTask, send: (message: SeedMessage) => void): Promise<void> {
  const { study } = await loadSystem(task.system);
  const ctx = {
    rng: rngOf(task.seed).split(study.id),
    clock: manualClock(),
    signal: new AbortController().signal, // the runner ends the thread to cancel
    progress: (progress: Progress) => send({ kind: "progress", progress }),
  };
  send({ kind: "result", result: await study.runSeed(task.seed, ctx, task) });
}

const port = parentPort;
assert(port !== null, "the study worker runs in a worker thread");
const send = (message: SeedMessage) => port.postMessage(message);
try {
  await runSeed(SeedTask.parse(handedOver()), send);
} catch (error) {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  send({ kind: "failed", message: isProblem(error) ? problemText(error) : message });
}
