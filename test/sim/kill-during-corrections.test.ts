/**
 * kill -9 in the middle of a stream of corrections, again and again on one folder: nothing
 * acknowledged is lost.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { systemClock } from "#core/clock.ts";
import type { ProjectId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import { openStore } from "#store/open.ts";
import { batches, caseRow, config, item } from "#store/samples.ts";

const ROUNDS = 20;
const ITEMS = 4_000;
/** Every so often the kill comes while the folder is still being opened and recovered. */
const EARLY_EVERY = 5;
const EARLY_MS_MAX = 1_500;
/** Else it comes so many corrections into the stream, and then at any moment of the next few. */
const TAKEN_MAX = 60;
const STREAM_MS_MAX = 40;
const SCRIPT = fileURLToPath(new URL("./correcting-process.ts", import.meta.url));

async function prepare(dataDir: string): Promise<ProjectId> {
  const store = await openStore({ dataDir }, { clock: systemClock });
  const { id } = await store.createProject(config("killed"));
  const names = Array.from({ length: ITEMS }, (_, k) => `item-${k}`);
  await store.importItems(id, batches(names.map((name) => item(name))), { format: "jsonl" });
  await store.putCases(
    id,
    names.map((name, k) => caseRow(name, { random: k / ITEMS })),
  );
  await store.close();
  return id;
}

interface Round {
  /** What the process found stored when it opened the folder; undefined if it was killed before. */
  readonly stored: string[] | undefined;
  readonly taken: string[];
}

interface Kill {
  /** Corrections to wait for; null: do not even wait until the folder is open. */
  readonly afterTaken: number | null;
  readonly afterMs: number;
}

/** Runs one process until the kill. */
async function runAndKill(args: readonly string[], kill: Kill): Promise<Round> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", SCRIPT, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const later = () => setTimeout(() => child.kill("SIGKILL"), kill.afterMs);
  if (kill.afterTaken === null) later();
  let stored: string[] | undefined;
  const taken: string[] = [];
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on("exit", (_, signal) => resolve(signal));
  });
  if (child.stdout !== null)
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, ...ids] = line.split(" ").filter((part) => part !== "");
      if (word === "stored") stored = ids;
      else if (word === "taken") taken.push(...ids);
      if (taken.length === kill.afterTaken) later();
    }
  expect(await ended).toBe("SIGKILL");
  return { stored, taken };
}

test("every acknowledged correction is there once, and the log folds to what is shown", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "emend-kill-"));
  const random = rngOf("kill-during-corrections");
  const id = await prepare(dataDir);
  const acknowledged = new Set<string>();
  let killedInStream = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const early = round % EARLY_EVERY === EARLY_EVERY - 1;
    const { stored, taken } = await runAndKill([dataDir, id, `k${round}`], {
      afterTaken: early ? null : random.int(TAKEN_MAX),
      afterMs: random.int(early ? EARLY_MS_MAX : STREAM_MS_MAX),
    });
    const before = new Set(acknowledged);
    for (const name of taken) acknowledged.add(name);
    if (taken.length > 0) killedInStream += 1;
    if (stored === undefined) continue;
    const there = new Set(stored);
    expect(there.size).toBe(stored.length);
    expect([...before].filter((name) => !there.has(name))).toEqual([]);
  }
  // Else the kills came at the wrong time and the test shows nothing.
  expect(killedInStream).toBeGreaterThan(ROUNDS / 4);

  const store = await openStore({ dataDir }, { clock: systemClock });
  const stored = (await store.corrections(id)).map((c) => c.id as string);
  expect(new Set(stored).size).toBe(stored.length);
  expect([...acknowledged].filter((name) => !stored.includes(name))).toEqual([]);
  const shown = async () => ({
    counts: await store.counts(id),
    queue: await store.queue(id, { order: "random", state: "answered", limit: ITEMS }),
  });
  const before = await shown();
  expect(before.counts).toEqual({
    items: ITEMS,
    open: ITEMS - stored.length,
    answered: stored.length,
    accepted: 0,
    waiting: 0,
  });
  await store.rebuild(id);
  expect(await shown()).toEqual(before);
  await store.close();
  rmSync(dataDir, { recursive: true });
});
