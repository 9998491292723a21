import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import { lockFolder } from "./lock.ts";

/** Above the largest process number Linux gives out. */
const NOBODY = 2 ** 22 + 1;
const clock = manualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emend-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const holder = (more: object) =>
  writeFileSync(
    join(folder, "lock.json"),
    JSON.stringify({ pid: NOBODY, started: "1", host: hostname(), sinceMs: 0, ...more }),
  );

function refusal(): Problem {
  try {
    lockFolder(folder, clock);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("the folder was given twice");
}

test("the second to ask is told who has the folder, since when, and what to do", () => {
  const unlock = lockFolder(folder, clock);
  const problem = refusal();
  expect(problem.kind).toBe("conflict");
  expect(problem.detail.got).toBe(
    `process ${process.pid}, which has had it since 2026-01-02T03:04:05.000Z`,
  );
  expect(problem.detail.hint).toContain("DATABASE_URL");
  unlock();
  lockFolder(folder, clock)();
  expect(readdirSync(folder)).toEqual([]);
});

test("the lock of a process that is gone is taken over", () => {
  holder({});
  lockFolder(folder, clock)();
});

test("a process that merely got the number of one that is gone does not hold its lock", () => {
  holder({ pid: process.pid, started: "1" });
  lockFolder(folder, clock)();
  holder({ pid: process.ppid, started: "1" });
  lockFolder(folder, clock)();
});

test("a file that is no lock is put away", () => {
  writeFileSync(join(folder, "lock.json"), '{"pid": 1');
  lockFolder(folder, clock)();
});

test("another machine's lock holds while it is touched, and no longer", () => {
  holder({ host: "another-machine" });
  const touched = (ageMs: number) => {
    const seconds = (clock.nowMs() - ageMs) / 1_000;
    utimesSync(join(folder, "lock.json"), seconds, seconds);
  };
  touched(30_000);
  expect(refusal().detail.got).toContain("on another-machine");
  touched(90_000);
  lockFolder(folder, clock)();
});
