/** `emend mine` as a person uses it: a file in, rewrites out, bad turns back, exit codes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emend } from "./server.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-mine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

function mine(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [emend, "mine", ...args], { cwd: folder });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, errors })));
}
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** A dozen users who say "play jaz", are told of an error, and say "play jazz". */
const turns = Array.from({ length: 12 }, (_, user) => [
  { userId: `u${user}`, ts: user * 1e6, utterance: "play jaz", signals: { error: true } },
  { userId: `u${user}`, ts: user * 1e6 + 5_000, utterance: "Play jazz" },
]).flat();

beforeAll(() => {
  const lines = turns.map((turn) => JSON.stringify(turn));
  writeFileSync(join(folder, "turns.jsonl"), `${lines.join("\n")}\nno turn\n`);
  const cells = turns.map(({ userId, ts, utterance }) => `${userId},${ts},${utterance},`);
  writeFileSync(join(folder, "searches.csv"), `user,time,query,click\n${cells.join("\n")}\n`);
  writeFileSync(join(folder, "bad.jsonl"), "{}\n");
});

test("rewrites go to a file, bad turns to another, and a report says how many", async () => {
  const { code, out, errors } = await mine(
    "turns.jsonl",
    ...["--out", "rewrites.jsonl", "--rejects", "bad-turns.jsonl", "--json"],
  );
  expect([code, JSON.parse(out)], errors).toMatchObject([
    0,
    { rewrites: 1, out: "rewrites.jsonl", rejected: 1, skipped: 0, diagnostics: { turns: 24 } },
  ]);
  expect(JSON.parse(read("rewrites.jsonl"))).toMatchObject({
    fromKey: "play jaz",
    toText: "Play jazz",
    users: 12,
  });
  expect(JSON.parse(read("bad-turns.jsonl"))).toMatchObject({ line: 25, raw: "no turn" });
});

test("without a file they go to the screen, alone, as a table or as synonyms", async () => {
  const solr = await mine("turns.jsonl", "--as", "solr");
  expect([solr.code, solr.out]).toEqual([0, "play jaz => play jazz\n"]);
  expect(solr.errors).toContain("1 rewrites from 24 turns of 12 users; 1 rejected");
  const csv = await mine("turns.jsonl", "--as", "csv");
  expect(csv.out.split("\n")[0]).toMatch(/^id,locale,from_key/);
  const fewer = await mine("turns.jsonl", "--min-support", "100", "--json");
  expect(JSON.parse(fewer.out)).toMatchObject({ rewrites: 0, rules: [] });
});

test("a log of searches is read by its columns", async () => {
  const { code, errors } = await mine("searches.csv", "--format", "search", "--out", "s.jsonl");
  expect([code, errors]).toEqual([0, ""]);
});

test.each([
  [2, /cannot be read/, ["none.jsonl"]],
  [3, /No turn of the file can be read.*another --format/s, ["bad.jsonl"]],
  [3, /one of jsonl, csv, chat, search, shell/, ["turns.jsonl", "--format", "xml"]],
  [3, /one of jsonl, csv, solr/, ["turns.jsonl", "--as", "xml"]],
  [3, /--min-support.*whole number/, ["turns.jsonl", "--min-support", "few"]],
  [3, /"state"/, ["turns.jsonl", "--state", "words"]],
])("exit code %i says %s", async (code, words, args) => {
  const ended = await mine(...args);
  expect([ended.code, ended.out]).toEqual([code, ""]);
  expect(ended.errors).toMatch(words);
});
