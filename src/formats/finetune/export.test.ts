import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FINETUNE_TARGETS, FINETUNE_TASKS, type FinetuneRecord } from "#core/finetune.ts";
import { ActorId, CorrectionId } from "#core/ids.ts";
import { exportFinetune, type FinetuneExportOptions } from "./export.ts";
import { judgementFor, record, reply, streamOf, twoRecords } from "./finetune.suite.ts";
import { fromComparison, fromCorrection } from "./from-corrections.ts";
import { ktoWeights } from "./manifest.ts";
import { tasksOf } from "./rows.ts";
import { validateFinetune } from "./validate.ts";

const user = (content: string) => ({ role: "user" as const, content });
const by = { annotator: "x", atMs: 0 };
const pairOf = (
  id: string,
  asked: string,
  replies: [string, string],
  annotator = "x",
): FinetuneRecord =>
  record(id, [user(asked)], [reply("a", replies[0]), reply("b", replies[1])], {
    kind: "pair",
    chosen: "a",
    rejected: "b",
    annotator,
    atMs: 0,
  });
const TRL_DPO: FinetuneExportOptions = { target: "trl", task: "dpo", split: { validShare: 0 } };
const rowsOf = (records: FinetuneRecord[], options: FinetuneExportOptions = TRL_DPO) =>
  (exportFinetune(records, options).files.find(({ name }) => name === "train.jsonl")?.text ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a pair that a target has no file for says what to use instead", () => {
  for (const target of FINETUNE_TARGETS)
    for (const task of FINETUNE_TASKS.filter((task) => !tasksOf(target).includes(task)))
      expect(() => exportFinetune(twoRecords(task), { target, task }), `${target} ${task}`).toThrow(
        expect.objectContaining({
          detail: expect.objectContaining({ hint: expect.stringMatching(/^Use the t/) }),
        }),
      );
});

test("ties, empty, equal, repeated and overlong ones are left out and counted", () => {
  const { manifest } = exportFinetune(
    [
      pairOf("kept", "Q", ["good", "bad"]),
      pairOf("again", "Q", ["good", "bad"]),
      pairOf("same", "Q2", ["same", " same "]),
      pairOf("empty", "Q3", ["good", "  "]),
      pairOf("long", "Q4", ["x".repeat(1_000), "bad"]),
      record("tie", [user("Q5")], [reply("a", "1"), reply("b", "2")], {
        kind: "tie",
        good: null,
        ...by,
      }),
    ],
    { ...TRL_DPO, maxTokens: 100 },
  );
  expect(manifest.examples).toEqual({ train: 1, valid: 0 });
  expect(manifest.dropped).toEqual({
    "said before": 1,
    "chosen and rejected are the same text": 1,
    "an empty reply": 1,
    "too long: more than 100 tokens by estimate": 1,
    "a tie": 1,
  });
  expect(manifest.drops).toContainEqual({ recordId: "again", reason: "said before" });
});

test("where people differ the majority has it, and agreement is counted", () => {
  const { manifest } = exportFinetune(
    [
      pairOf("1", "Q", ["one", "two"], "a"),
      pairOf("2", "Q", ["two", "one"], "b"),
      pairOf("3", "Q", ["one", "two"], "c"),
      pairOf("4", "R", ["one", "two"], "a"),
      pairOf("5", "R", ["two", "one"], "b"),
    ],
    TRL_DPO,
  );
  expect(manifest.examples.train).toBe(1);
  // Of three votes on the first, one pair in three agrees; the two on the second do not.
  expect(manifest.agreement).toEqual({ judgedAgain: 2, votePairs: 4, agreeing: 1 });
  expect(manifest.dropped).toMatchObject({
    "as many said the opposite": 2,
    "most said the opposite": 1,
  });
});

test("replies rated one by one are paired, best with worst", () => {
  const rated = (id: string, text: string, reward: number) =>
    record(id, [user("Q")], [{ ...reply("a", text), reward }], { kind: "rating", ...by });
  const rows = rowsOf([rated("1", "mid", 2), rated("2", "low", 0), rated("3", "top", 5)], {
    ...TRL_DPO,
    task: "rm",
  });
  expect(rows).toEqual([
    {
      chosen: [user("Q"), { role: "assistant", content: "top" }],
      rejected: [user("Q"), { role: "assistant", content: "low" }],
      margin: 5,
    },
  ]);
});

test("every better reply of a ranking is set against every worse one where asked", () => {
  const ranked = record(
    "r",
    [user("Q")],
    ["a", "b", "c"].map((id) => reply(id, id)),
    {
      kind: "rank",
      tiers: [["a"], ["b", "c"]],
      ...by,
    },
  );
  expect(rowsOf([ranked])).toHaveLength(1);
  expect(rowsOf([ranked], { ...TRL_DPO, pairs: "all" })).toHaveLength(2);
});

test("a margin that not every line has is on none, and whole numbers are written as fractions", () => {
  const [one, two] = twoRecords("rm");
  if (one === undefined || two === undefined) throw new Error("two records");
  const options = { ...TRL_DPO, task: "rm" } as const;
  expect(exportFinetune([one], options).files[0]?.text).toContain('"margin":1.0}');
  const { files, manifest } = exportFinetune([one, pairOf("x", "Q", ["good", "bad"])], options);
  expect(files[0]?.text).not.toContain("margin");
  expect(manifest.loss).toContainEqual(expect.stringContaining('"margin" is left out'));
});

test("no prompt is in two splits, whatever the system message, and a further record moves none", () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 60 }), fc.string(), (count, seed) => {
      const records = Array.from({ length: count }, (_, at) => {
        const made = pairOf(`${at}`, `Q${at % 17}`, [`good ${at}`, "bad"]);
        return at % 2 === 0
          ? made
          : { ...made, prompt: [{ role: "system" as const, content: "S" }, ...made.prompt] };
      });
      const split = (all: FinetuneRecord[]) => {
        const { files } = exportFinetune(all, { ...TRL_DPO, split: { validShare: 0.4, seed } });
        const asked = (name: string) =>
          new Set(
            (files.find((file) => file.name === name)?.text ?? "").match(/"content":"Q\d+"/g),
          );
        return [asked("train.jsonl"), asked("valid.jsonl")] as const;
      };
      const [train, valid] = split(records);
      for (const prompt of valid) expect(train.has(prompt)).toBe(false);
      const [, later] = split([...records, pairOf("new", "Q999", ["good", "bad"])]);
      for (const prompt of valid) expect(later.has(prompt)).toBe(true);
    }),
    { seed: 3, numRuns: 25 },
  );
});

test("the same records give the same bytes, and are not changed", () => {
  const records = twoRecords("dpo");
  const before = JSON.stringify(records);
  expect(exportFinetune(records, TRL_DPO)).toEqual(exportFinetune(records, TRL_DPO));
  expect(JSON.stringify(records)).toBe(before);
});

test("nothing left, no share and a system message are said", () => {
  expect(() => exportFinetune([], TRL_DPO)).toThrow("Nothing is left to write");
  expect(() =>
    exportFinetune(twoRecords("dpo"), { ...TRL_DPO, split: { validShare: Number.NaN } }),
  ).toThrow("not one");
  const [row] = rowsOf([pairOf("1", "Q", ["good", "bad"])], { ...TRL_DPO, system: "Be kind." });
  expect(row.prompt[0]).toEqual({ role: "system", content: "Be kind." });
});

test("weights of good and bad verdicts bring their ratio into 1 to 4/3", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (good, bad) => {
        const { desirable, undesirable } = ktoWeights({ good, bad }) ?? {
          desirable: 0,
          undesirable: 1,
        };
        const ratio = (desirable * good) / (undesirable * bad);
        expect(ratio).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(ratio).toBeLessThanOrEqual(4 / 3 + 1e-9);
      },
    ),
    { seed: 5 },
  );
  expect(ktoWeights({ good: 0, bad: 3 })).toBeNull();
});

describe("what people said here", () => {
  const input = {
    prompt: [user("Q")],
    replies: [
      { id: "r1", text: "one" },
      { id: "r2", text: "two" },
      { id: "r3", text: "three" },
    ],
  };
  const verdict = (word: "first" | "second" | "tie" | "both-bad") => ({
    annotator: "ann",
    atMs: 5,
    output: { kind: "pair" as const, first: "r1", second: "r2", verdict: word, reasons: [] },
  });
  test("verdicts become records", () => {
    const said = fromComparison({
      id: "i",
      input,
      verdicts: [verdict("second"), verdict("tie"), verdict("both-bad")],
    });
    expect(said.map(({ judgement }) => judgement)).toEqual([
      { kind: "pair", chosen: "r2", rejected: "r1", annotator: "ann", atMs: 5 },
      { kind: "tie", good: null, annotator: "ann", atMs: 5 },
      { kind: "tie", good: false, annotator: "ann", atMs: 5 },
    ]);
    expect(said[0]?.completions.map(({ id }) => id)).toEqual(["r1", "r2"]);
    expect(rowsOf(said)).toHaveLength(1);
  });
  const correction = (
    decision: "edited" | "confirmed" | "rejected" | "undone",
    before: string | null,
    after: string | null,
  ) =>
    fromCorrection(
      {
        id: CorrectionId.parse("c"),
        decision,
        before,
        after,
        by: { id: ActorId.parse("ann"), kind: "person" },
        atMs: 5,
      },
      [user("Q")],
    );
  test("corrections become records", () => {
    expect(correction("edited", "ham", "spam")?.judgement).toMatchObject({
      kind: "edit",
      chosen: "after",
      rejected: "before",
    });
    expect(correction("edited", null, "spam")?.judgement?.kind).toBe("demo");
    expect(correction("confirmed", "ham", null)?.judgement?.kind).toBe("demo");
    expect(correction("rejected", "ham", null)?.judgement).toMatchObject({
      kind: "binary",
      label: false,
    });
    expect(correction("undone", "ham", null)).toBeUndefined();
  });
});

describe("validation", () => {
  const line = (asked: string, chosen = "good", rejected = "bad") =>
    `${JSON.stringify({ prompt: [user(asked)], chosen: [{ role: "assistant", content: chosen }], rejected: [{ role: "assistant", content: rejected }] })}\n`;
  const check = (files: Record<string, string>, task: "dpo" | "kto" = "dpo") =>
    validateFinetune(
      Object.entries(files).map(([name, text]) => ({ name, input: streamOf(text) })),
      { task, tokensMax: 200 },
    );

  test("every row that falls out is told with its line", async () => {
    const text = [
      line("Q1"),
      line("Q2", "same", "same"),
      line("Q3", ""),
      line("Q4", "x".repeat(2_000)),
      line("Q1"),
      "{",
    ].join("");
    const { findings, good, rows, sound } = await check({ "train.jsonl": text });
    expect([good, rows, sound]).toEqual([1, 6, false]);
    expect(
      findings
        .filter(({ line }) => line !== undefined)
        .map(({ line, check }) => `${line} ${check}`)
        .sort(),
    ).toEqual(["2 drop", "3 drop", "4 drop", "5 drop", "6 row"]);
  });

  test("roles that do not alternate are told", async () => {
    const row = {
      prompt: [user("Q"), user("again")],
      chosen: [{ role: "assistant", content: "a" }],
      rejected: [{ role: "assistant", content: "b" }],
    };
    const { findings } = await check({ "train.jsonl": `${JSON.stringify(row)}\n` });
    expect(findings[0]).toMatchObject({
      line: 1,
      message: "roles do not alternate: expected a message from the assistant as message 2",
    });
  });

  test("a prompt that is trained on and validated with is an error", async () => {
    const { findings, sound } = await check({
      "train.jsonl": line("Q1") + line("Q2"),
      "valid.jsonl": line("Q2", "other"),
    });
    expect(sound).toBe(false);
    expect(findings).toContainEqual({
      severity: "error",
      check: "leakage",
      message: "The prompt is trained on too: train.jsonl, line 2.",
      file: "valid.jsonl",
      line: 1,
    });
  });

  test("personal data is told and not repeated", async () => {
    const { findings, sound } = await check({
      "train.jsonl": line("Write to ada.lovelace@example.org"),
    });
    expect(findings[0]).toMatchObject({ check: "personal-data", severity: "warning" });
    expect(JSON.stringify(findings)).not.toContain("lovelace");
    expect(sound).toBe(true);
  });

  test("an uneven file of verdicts comes with the weights to set", async () => {
    const text = Array.from(
      { length: 12 },
      (_, at) => `${JSON.stringify({ prompt: `Q${at}`, completion: "x", label: at < 3 })}\n`,
    ).join("");
    const { findings, labels } = await check({ "train.jsonl": text }, "kto");
    expect(labels).toEqual({ good: 3, bad: 9 });
    expect(findings[0]?.message).toContain("desirable_weight 3 and undesirable_weight 1");
  });
});

test("judgements of another kind than the task's are dropped with the reason", () => {
  const steps = record("s", [user("Q")], [reply("a", "x")], judgementFor("prm"));
  const { manifest } = exportFinetune([steps, pairOf("p", "Q", ["good", "bad"])], TRL_DPO);
  expect(manifest.dropped).toEqual({ 'a judgement of kind "steps" does not say it': 1 });
});
