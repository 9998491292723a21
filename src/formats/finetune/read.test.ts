import { describe, expect, test } from "vitest";
import type { FinetuneRecord } from "#core/finetune.ts";
import { streamOf } from "./finetune.suite.ts";
import { type FinetuneReadOptions, readFinetuneFile } from "./read.ts";

const read = (rows: readonly unknown[], options: FinetuneReadOptions = {}) =>
  readFinetuneFile(streamOf(rows.map((row) => `${JSON.stringify(row)}\n`).join("")), options);
const user = (content: string) => ({ role: "user", content });
const says = (content: string) => ({ role: "assistant", content });

/** A stream of 50 bytes at a time: a limit on lines is one on what is held. */
async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 50) yield bytes.subarray(at, at + 50);
}

/** Prompt, replies and what was said of them, in short. */
const short = ({ prompt, completions, judgement }: FinetuneRecord) => ({
  prompt: prompt.map(({ role, content }) => `${role}: ${content}`),
  replies: completions.map(({ messages }) => messages.map(({ content }) => content).join("|")),
  kind: judgement?.kind ?? null,
});
const PAIR = { prompt: ["user: Q"], replies: ["good", "bad"], kind: "pair" };
const TOLD = { ...PAIR, prompt: ["system: S", "user: Q"] };
const DEMO = { prompt: ["user: Q"], replies: ["good"], kind: "demo" };
const VERDICT = { ...DEMO, kind: "binary" };

const [Q, good, bad] = [user("Q"), says("good"), says("bad")];
const gpt = (value: string) => ({ from: "gpt", value });

describe("each shape is told by its fields", () => {
  test.each([
    ["preference", { prompt: [Q], chosen: [good], rejected: [bad] }, PAIR],
    ["preference", { prompt: "Q", chosen: "good", rejected: "bad" }, PAIR],
    ["preference", { chosen: [Q, good], rejected: [Q, bad], margin: 0.5 }, PAIR],
    ["preference", { system: "S", prompt: "Q", chosen: "good", rejected: "bad" }, TOLD],
    ["prompt-completion", { prompt: [Q], completion: [good] }, DEMO],
    ["prompt-completion", { prompt: "Q", completion: "good" }, DEMO],
    ["messages", { messages: [Q, good] }, DEMO],
    ["text", { text: "good" }, { ...DEMO, prompt: [] }],
    ["kto", { prompt: [Q], completion: [good], label: true }, VERDICT],
    ["kto", { question: "Q", completion: "good", label: false }, VERDICT],
    [
      "stepwise",
      { prompt: "Q", completions: ["a", "b"], labels: [true, false] },
      { prompt: ["user: Q"], replies: ["a\nb"], kind: "steps" },
    ],
    [
      "prompts",
      { prompt: [Q], ground_truth: "42" },
      { prompt: ["user: Q"], replies: [], kind: "verifier" },
    ],
    ["prompts", { prompt: "Q" }, { prompt: ["user: Q"], replies: [], kind: null }],
    ["axolotl-dpo", { messages: [Q], chosen: good, rejected: bad }, PAIR],
    ["intel", { system: "S", question: "Q", chosen: "good", rejected: "bad" }, TOLD],
    ["icr", { system: "", input: "Q", chosen: "good", rejected: "bad" }, PAIR],
    ["argilla", { instruction: "Q", chosen_response: "good", rejected_response: "bad" }, PAIR],
    ["alpaca", { instruction: "Q", input: "", output: "good" }, DEMO],
    ["alpaca", { instruction: "Q", chosen: "good", rejected: "bad" }, PAIR],
    ["sharegpt", { conversations: [{ from: "human", value: "Q" }, gpt("good")] }, DEMO],
    [
      "sharegpt",
      { conversations: [{ from: "human", value: "Q" }], chosen: gpt("good"), rejected: gpt("bad") },
      PAIR,
    ],
    [
      "sharegpt",
      { conversations: [{ from: "human", value: "Q" }, gpt("good")], label: true },
      VERDICT,
    ],
    [
      "openai-dpo",
      {
        input: { messages: [Q], tools: [], parallel_tool_calls: true },
        preferred_output: [good],
        non_preferred_output: [bad],
      },
      PAIR,
    ],
    [
      "rlhflow",
      { prompt: [Q], responses: ["good", "bad"], rewards: [1, 0.5] },
      { ...PAIR, kind: "rating" },
    ],
    ["rlhflow", { prompt: [Q], responses: ["good", "bad"] }, { ...PAIR, kind: null }],
    [
      "rlhflow-prompts",
      { context_messages: [Q] },
      { prompt: ["user: Q"], replies: [], kind: null },
    ],
    [
      "hh-rlhf",
      { chosen: "\n\nHuman: Q\n\nAssistant: good", rejected: "\n\nHuman: Q\n\nAssistant: bad" },
      PAIR,
    ],
    [
      "ultrafeedback",
      {
        prompt: "Q",
        prompt_id: "x",
        chosen: [Q, good],
        rejected: [Q, bad],
        score_chosen: 8,
        score_rejected: 5,
      },
      PAIR,
    ],
    [
      "helpsteer3",
      { context: [Q], response1: "bad", response2: "good", overall_preference: 2 },
      PAIR,
    ],
  ])("%s", async (format, row, expected) => {
    const { format: told, records, rejects } = await read([row]);
    expect(rejects).toEqual([]);
    expect(told).toBe(format);
    expect(records.map(({ record }) => short(record))).toEqual([expected]);
  });
});

test("margins come from the difference of the scores", async () => {
  const row = {
    prompt: "Q",
    chosen: [Q, good],
    rejected: [Q, bad],
    score_chosen: 8,
    score_rejected: 5,
  };
  const { records } = await read([row]);
  expect(records[0]?.record.judgement).toMatchObject({ margin: 3 });
});

describe("preferences as numbers", () => {
  const of = (preference: unknown) => ({
    instruction: "Q",
    input: "",
    output_1: "x",
    output_2: "y",
    preference,
  });
  const chosen = async (...values: unknown[]) => {
    const { records, notes, rejects } = await read(values.map(of));
    const said = records.map(({ record: { judgement, completions } }) =>
      judgement?.kind === "pair" ? completions[0]?.messages[0]?.content : judgement?.kind,
    );
    return { said, notes, rejected: rejects.length };
  };

  test("1 and 2 name the outputs", async () => {
    expect(await chosen(1, 2)).toEqual({ said: ["x", "y"], notes: [], rejected: 0 });
  });

  test("0 and 1 are converted, and that is told", async () => {
    const { said, notes } = await chosen(0, 1, 1);
    expect(said).toEqual(["x", "y", "y"]);
    expect(notes).toEqual([expect.stringContaining("0 is read as output_1")]);
  });

  test("beside 1 and 2, 0 is a tie", async () => {
    expect((await chosen(0, 1, 2)).said).toEqual(["tie", "x", "y"]);
  });

  test("anything else is refused", async () => {
    expect(await chosen(1, 2, "1", 3, null)).toMatchObject({ said: ["x", "y"], rejected: 3 });
  });
});

describe("ratings", () => {
  const rows = [{ prompt: "Q", response: "good", helpfulness: 4, verbosity: 1 }];
  test("are refused until it is said which end is good", async () => {
    await expect(read(rows)).rejects.toThrow("which end of the ratings is good");
    const { records, notes } = await read(rows, { ratingBest: "high" });
    expect(records[0]?.record.completions[0]?.reward).toBe(4);
    expect(notes).toContainEqual(expect.stringContaining('"verbosity" is not kept'));
  });
  test("of which the low end is good are turned round", async () => {
    const { records } = await read(rows, { ratingBest: "low" });
    expect(records[0]?.record.completions[0]?.reward).toBe(-4);
  });
});

const ROW = { prompt: [Q], chosen: [good], rejected: [bad] };
const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };

describe("bad rows come back with line, field, what was expected and what came", () => {
  test.each([
    [
      "a label as text",
      { prompt: [Q], completion: [good], label: true },
      { prompt: [Q], completion: [good], label: "true" },
      /field "label".*Expected true or false. Got "true"/,
    ],
    [
      "a label as a number",
      { prompt: [Q], completion: [good], label: true },
      { prompt: [Q], completion: [good], label: 1 },
      /Got 1/,
    ],
    [
      "plain text among conversations",
      ROW,
      { prompt: "Q", chosen: "good", rejected: "bad" },
      /another kind.*lists of messages, as above/,
    ],
    [
      "contexts that differ",
      { chosen: [Q, good], rejected: [Q, bad] },
      { chosen: [Q, good], rejected: [user("other"), bad] },
      /not the same context/,
    ],
    [
      "contexts that differ later",
      { chosen: [Q, good], rejected: [Q, bad] },
      { chosen: [Q, good, user("a"), good], rejected: [Q, good, user("b"), bad] },
      /not the same context/,
    ],
    [
      "a system message in the middle",
      ROW,
      { ...ROW, prompt: [Q, { role: "system", content: "S" }, Q] },
      /"prompt.1".*system message at the start alone/,
    ],
    [
      "a tool call without result",
      ROW,
      { ...ROW, prompt: [Q, { role: "assistant", content: null, tool_calls: [call] }, Q] },
      /result of a tool call/,
    ],
    [
      "a result without tool call",
      ROW,
      { ...ROW, prompt: [Q, { role: "tool", content: "1" }] },
      /after the call it answers/,
    ],
    [
      "a role that is none",
      ROW,
      { ...ROW, chosen: [{ role: "bot", content: "x" }] },
      /field "chosen.0.role".*Got "bot"/,
    ],
    [
      "half of a surrogate pair",
      ROW,
      { ...ROW, chosen: [says("\ud800")] },
      /half of a surrogate pair/,
    ],
    [
      "an image",
      ROW,
      { ...ROW, chosen: [{ role: "assistant", content: [{ type: "image" }] }] },
      /parts of text alone/,
    ],
    [
      "fewer labels than steps",
      { prompt: "Q", completions: ["a"], labels: [true] },
      { prompt: "Q", completions: ["a", "b"], labels: [true] },
      /2 labels/,
    ],
    [
      "fewer rewards than responses",
      { prompt: [Q], responses: ["a"], rewards: [1] },
      { prompt: [Q], responses: ["a", "b"], rewards: [1] },
      /2 rewards/,
    ],
    ["another shape", ROW, { question: "Q" }, /another shape than the file.*Got fields question/],
    ["a list", ROW, [1], /not an object/],
  ])("%s", async (_, fine, broken, problem) => {
    const { records, rejects } = await read([fine, broken, fine], { file: "x.jsonl" });
    expect(records.map(({ line }) => line)).toEqual([1, 3]);
    expect(rejects).toEqual([
      expect.objectContaining({
        file: "x.jsonl",
        line: 2,
        problem: expect.stringMatching(problem),
      }),
    ]);
  });

  test("NaN, which is not JSON, is told by its field", async () => {
    const { rejects } = await readFinetuneFile(
      streamOf(
        '{"prompt":"Q","responses":["a"],"rewards":[1]}\n{"prompt":"Q","responses":["a"],"rewards":[NaN]}\n',
      ),
    );
    expect(rejects[0]?.problem).toMatch(/"rewards" is not as expected/);
  });

  test("a line that is not JSON, or too long, takes no other with it", async () => {
    const line = JSON.stringify(ROW);
    const long = JSON.stringify({ ...ROW, chosen: [says("x".repeat(500))] });
    const { records, rejects } = await readFinetuneFile(
      inPieces(`${line}\n{"prompt":\n${long}\n${line}\n`),
      { lineBytesMax: 400 },
    );
    expect(records.map((entry) => entry.line)).toEqual([1, 4]);
    expect(rejects.map((entry) => entry.line)).toEqual([2, 3]);
  });
});

test("a byte order mark and Windows line ends are no part of the rows", async () => {
  const text = `\ufeff${JSON.stringify(ROW)}\r\n${JSON.stringify(ROW)}\r\n`;
  const { records, rejects } = await readFinetuneFile(streamOf(text));
  expect([records.length, rejects.length]).toEqual([2, 0]);
  expect(records[1]?.record.completions[0]?.messages[0]?.content).toBe("good");
});

test("a JSON array is read, with a remark", async () => {
  const { records, notes } = await readFinetuneFile(
    streamOf(`\n [${JSON.stringify(ROW)},\n${JSON.stringify(ROW)}]`),
  );
  expect(records.map(({ line }) => line)).toEqual([2, 3]);
  expect(notes[0]).toMatch(/JSON array/);
});

test("fields that are not kept are told once", async () => {
  const { notes } = await read([
    { ...ROW, topic: "x" },
    { ...ROW, topic: "y" },
  ]);
  expect(notes).toEqual(['"topic" is not kept.']);
});

test("an empty file, rows of no known shape and an unknown format are problems of the whole file", async () => {
  await expect(read([])).rejects.toThrow("The file is empty");
  await expect(read([{ a: 1 }])).rejects.toThrow("no known shape");
  await expect(read([ROW], { format: "nope" })).rejects.toThrow("No such format");
});

test("the format that is named is the one that is read", async () => {
  const { rejects } = await read([ROW], { format: "alpaca" });
  expect(rejects[0]?.problem).toMatch(/another shape/);
});
