/** One process per embedded data folder. */
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";

const Holder = z.object({
  pid: z.int(),
  /**
   * Tells this process from a later one with the same number; null where the system does not say.
   */
  started: z.string().nullable(),
  host: z.string(),
  sinceMs: z.number(),
});
type Holder = z.infer<typeof Holder>;

const NAME = "lock.json";
/**
 * Field of /proc/<pid>/stat after the parenthesised name that holds the start time (field 22 of
 * proc(5)).
 */
const START_FIELD = 19;
const TRIES_MAX = 5;
/**
 * The holder touches the file this often: all that another machine on a shared folder can see of
 * it.
 */
const TOUCH_EVERY_MS = 10_000;
const UNTOUCHED_MS_MAX = 60_000;

/** Folders held by this process, which its own number would not tell apart. */
const held = new Set<string>();

function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_FIELD] ?? null;
  } catch {
    return null;
  }
}

function alive(holder: Holder, path: string, nowMs: number): boolean {
  if (holder.host !== hostname()) return nowMs - statSync(path).mtimeMs < UNTOUCHED_MS_MAX;
  if (holder.pid === process.pid && holder.started === startedAt(process.pid))
    return held.has(path);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return holder.started === null || holder.started === startedAt(holder.pid);
}

function read(path: string): { text: string; holder: Holder | undefined } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const parsed = Holder.safeParse(JSON.parse(text));
    return { text, holder: parsed.data };
  } catch (error) {
    if (error instanceof SyntaxError) return { text: "", holder: undefined };
    return undefined;
  }
}

function inUse(folder: string, holder: Holder): Problem {
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  const since = new Date(holder.sinceMs).toISOString();
  return new Problem("conflict", "The data folder is in use by another process", {
    at: { file: folder },
    expected: "one process per embedded data folder",
    got: `process ${holder.pid}${where}, which has had it since ${since}`,
    hint:
      `Stop it (kill ${holder.pid}), choose another folder with --data, ` +
      "or set DATABASE_URL to share a PostgreSQL.",
  });
}

/**
 * Puts the file of a dead process away, unless somebody else did so first and the lock is already
 * theirs.
 */
function putAway(path: string, stale: string): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
    if (read(aside)?.text !== stale) linkSync(aside, path);
  } catch {
    // Gone, or taken again, in the meantime: the next try sees who has it.
  }
  rmSync(aside, { force: true });
}

/**
 * Takes the folder for this process, or throws a problem that says who has it. Answers the way to
 * let go.
 */
export function lockFolder(folder: string, clock: Clock): () => void {
  const path = join(folder, NAME);
  const mine: Holder = {
    pid: process.pid,
    started: startedAt(process.pid),
    host: hostname(),
    sinceMs: clock.nowMs(),
  };
  const draft = `${path}.${process.pid}`;
  try {
    // Written in full first and then linked: whoever sees the lock sees who holds it.
    writeFileSync(draft, JSON.stringify(mine));
    for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
      try {
        linkSync(draft, path);
        held.add(path);
        const touch = () => utimesSync(path, clock.nowMs() / 1_000, clock.nowMs() / 1_000);
        touch();
        const touching = setInterval(touch, TOUCH_EVERY_MS);
        touching.unref();
        return () => {
          clearInterval(touching);
          held.delete(path);
          rmSync(path, { force: true });
        };
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      }
      const found = read(path);
      if (found?.holder !== undefined && alive(found.holder, path, clock.nowMs()))
        throw inUse(folder, found.holder);
      if (found !== undefined) putAway(path, found.text);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Problem("conflict", "The data folder is being opened by several processes at once", {
    at: { file: folder },
    hint: "Try again.",
  });
}
