import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import type { UserTurn } from "#core/rewrite.ts";
import type { Reject } from "./format.ts";
import type { TurnOptions } from "./turn-intake.ts";
import { timeOf } from "./turn-intake.ts";
import { turnFormat } from "./turns.ts";

async function read(id: string, text: string | Uint8Array, options: TurnOptions = {}) {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  async function* stream() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const turns: UserTurn[] = [];
  const rejects: Reject[] = [];
  for await (const batch of turnFormat(id).read(stream(), options)) {
    turns.push(...batch.turns);
    rejects.push(...batch.rejects);
  }
  return { turns, rejects };
}

test("times: numbers, seconds or milliseconds, and ISO 8601, UTC where it does not say", () => {
  expect(timeOf("1700000000")).toBe(1_700_000_000_000);
  expect(timeOf("1700000000123")).toBe(1_700_000_000_123);
  expect(timeOf("2026-03-01 10:20:30")).toBe(Date.UTC(2026, 2, 1, 10, 20, 30));
  expect(timeOf("2026-03-01T10:20:30.5+02:00")).toBe(Date.UTC(2026, 2, 1, 8, 20, 30, 500));
  expect(timeOf("2026-03-01")).toBe(Date.UTC(2026, 2, 1));
  for (const bad of ["", "yesterday", "2026-13-01", "1/2/2026"])
    expect(timeOf(bad)).toBeUndefined();
});

test("JSONL: bad lines come back with their line, the good ones go through", async () => {
  const { turns, rejects } = await read(
    "jsonl",
    [
      '{"userId":"a","ts":1,"utterance":"play jaz","signals":{"error":true}}',
      "",
      '{"userId":"a","ts":"2026-03-01T10:00:00Z","utterance":"play jazz"}',
      "{oops",
      '{"userId":"a","ts":-1,"utterance":"x"}',
      '{"ts":1,"utterance":"whose"}',
      '{"userId":"a","ts":1,"utterance":"x","mood":"bad"}',
      '{"userId":"a","ts":"noon","utterance":"x"}',
    ].join("\n"),
    { file: "turns.jsonl" },
  );
  expect(turns.map(({ ts }) => ts)).toEqual([1, Date.UTC(2026, 2, 1, 10)]);
  expect(rejects.map(({ line }) => line)).toEqual([4, 5, 6, 7, 8]);
  expect(rejects[0]?.problem).toContain("turns.jsonl, line 4");
  expect(rejects[1]?.problem).toContain('field "ts"');
  expect(rejects[2]?.problem).toContain("a userId or a sessionId");
  expect(rejects[4]?.problem).toContain('"noon"');
});

test("CSV: columns by name, in any case, the rest left alone", async () => {
  const { turns, rejects } = await read(
    "csv",
    [
      "user_id,Timestamp,utterance,barge_in,rating,domain,intent,slot:artist,rule_id,original,arm,propensity,notes",
      'a,1700000000,"play, please",yes,,music,play,Nina,,,,,ignored',
      "a,1700000005,play jazz,,1,,,,r1,play jaz,treated,0.9,",
      "a,soon,play jazz,,,,,,,,,,",
      "a,1700000009,play jazz,perhaps,,,,,,,,,",
      "a,1700000009,too,few",
    ].join("\r\n"),
  );
  expect(turns).toEqual([
    {
      userId: "a",
      ts: 1_700_000_000_000,
      utterance: "play, please",
      signals: { bargeIn: true },
      interpretation: { domain: "music", intent: "play", slots: { artist: "Nina" } },
    },
    {
      userId: "a",
      ts: 1_700_000_005_000,
      utterance: "play jazz",
      signals: { rating: 1 },
      rewrite: { ruleId: "r1", original: "play jaz", arm: "treated", propensity: 0.9 },
    },
  ]);
  expect(rejects.map(({ line }) => line)).toEqual([4, 5, 6]);
  expect(rejects[0]?.problem).toContain("The time is not one");
  expect(rejects[1]?.problem).toContain('"perhaps"');
});

test("a table without a column that must be there is refused whole", async () => {
  await expect(read("csv", "user,said\na,b\n")).rejects.toThrow(/what was said/);
  await expect(read("csv", "userId,utterance\na,b\n")).rejects.toThrow(/when it was said/);
  await expect(read("search", "user,query,time\na,b,1\n")).rejects.toThrow(/what was clicked/);
});

test("chats: who, when, what; an apology marks the turn before it", async () => {
  const { turns, rejects } = await read(
    "chat",
    [
      "no header here",
      "[2026-03-01 10:00:00] ann: book a tabel",
      "[2026-03-01 10:00:02] Bot: Sorry, I did not get that.",
      "[2026-03-01 10:00:09] ann: book a table",
      "    for two, at noon",
      "[2026-03-01 10:00:11] Bot: Done: see you at noon.",
      "",
      "2026-03-01T10:01:00Z <ben> hi there",
      "[soon] ann: hello",
    ].join("\n"),
  );
  expect(turns).toEqual([
    {
      userId: "ann",
      ts: Date.UTC(2026, 2, 1, 10, 0, 0),
      utterance: "book a tabel",
      signals: { error: true },
    },
    {
      userId: "ann",
      ts: Date.UTC(2026, 2, 1, 10, 0, 9),
      utterance: "book a table\nfor two, at noon",
    },
    { userId: "ben", ts: Date.UTC(2026, 2, 1, 10, 1), utterance: "hi there" },
  ]);
  expect(rejects.map(({ line }) => line)).toEqual([1, 9]);
  const named = await read("chat", "[2026-03-01] ann: hi\n[2026-03-01] Robo: can't help\n", {
    assistants: ["robo"],
  });
  expect(named.turns).toHaveLength(1);
  expect(named.turns[0]?.signals).toEqual({ error: true });
});

test("searches: a click is success, none is not, and rows of one query are one turn", async () => {
  const { turns, rejects } = await read(
    "search",
    [
      "AnonID\tQuery\tQueryTime\tItemRank\tClickURL",
      "7\tcheep flights\t2006-03-01 10:00:00\t\t",
      "7\tcheap flights\t2006-03-01 10:00:20\t1\thttp://a.example",
      "7\tcheap flights\t2006-03-01 10:00:40\t3\thttp://b.example",
      "8\tcheap flights\tlater\t1\thttp://a.example",
      "8\tweather\t2006-03-01 11:00:00\t\t",
    ].join("\n"),
  );
  expect(turns.map(({ utterance, signals }) => [utterance, signals?.success])).toEqual([
    ["cheep flights", false],
    ["cheap flights", true],
    ["weather", false],
  ]);
  expect(rejects.map(({ line }) => line)).toEqual([5]);
});

test("shells: exit codes, zsh's and bash's times", async () => {
  const { turns, rejects } = await read(
    "shell",
    [
      "1700000000 127 gti status",
      "1700000003 0 git status",
      ": 1700000010:0;git psuh --force",
      "#1700000020",
      "git push --force",
      "ls",
    ].join("\n"),
    { user: "kim" },
  );
  expect(turns).toEqual([
    { userId: "kim", ts: 1_700_000_000_000, utterance: "gti status", signals: { error: true } },
    { userId: "kim", ts: 1_700_000_003_000, utterance: "git status", signals: { success: true } },
    { userId: "kim", ts: 1_700_000_010_000, utterance: "git psuh --force" },
    { userId: "kim", ts: 1_700_000_020_000, utterance: "git push --force" },
  ]);
  expect(rejects.map(({ line, problem }) => [line, problem.includes("no time")])).toEqual([
    [6, true],
  ]);
});

test.each(["jsonl", "csv", "chat", "search", "shell"])(
  "%s: an empty file, and other bytes",
  async (id) => {
    await expect(read(id, "")).rejects.toThrow(/empty/);
    await expect(read(id, Uint8Array.of(0xff, 0xfe, 0x61, 0))).rejects.toThrow(/UTF-16/);
  },
);

test("a line that is not UTF-8 is one reject", async () => {
  const bytes = new Uint8Array([
    ...new TextEncoder().encode("1700000000 0 ls\n"),
    ...[0x31, 0x20, 0x30, 0x20, 0xe9, 0x0a],
    ...new TextEncoder().encode("1700000001 0 pwd\n"),
  ]);
  const { turns, rejects } = await read("shell", bytes);
  expect(turns.map(({ utterance }) => utterance)).toEqual(["ls", "pwd"]);
  expect(rejects).toMatchObject([{ line: 2 }]);
});

test("batches are of the size asked for, and there is no format but those listed", async () => {
  const lines = Array.from({ length: 25 }, (_, i) => `${1_700_000_000 + i} 0 ls ${i}\n`).join("");
  const sizes: number[] = [];
  async function* stream() {
    for (const line of lines.match(/.*\n/g) ?? []) yield new TextEncoder().encode(line);
  }
  for await (const { turns } of turnFormat("shell").read(stream(), { batchRows: 10 }))
    sizes.push(turns.length);
  expect(sizes).toEqual([10, 10, 5]);
  expect(() => turnFormat("xml")).toThrow(Problem);
});
