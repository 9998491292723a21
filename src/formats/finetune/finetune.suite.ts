/** Records that tests, golden files and the benchmark share. */
import type { Message } from "#core/comparison.ts";
import type { Completion, FinetuneRecord, FinetuneTask, Judgement } from "#core/finetune.ts";
import { hashOf } from "./conversation.ts";

export const streamOf = (text: string | Uint8Array): ReadableStream<Uint8Array> =>
  new Blob([typeof text === "string" ? text : Uint8Array.from(text)]).stream();

export const reply = (id: string, content: string): Completion => ({
  id,
  messages: [{ role: "assistant", content }],
});

export const record = (
  id: string,
  prompt: Message[],
  completions: Completion[],
  judgement: Judgement | null,
): FinetuneRecord => ({
  id,
  prompt,
  completions,
  judgement,
  meta: { split: null, licence: "CC-BY-4.0", lang: "en", hash: hashOf(prompt) },
});

/** The judgement a task is best fed with, of the reply `a` and, where there are two, `b`. */
export function judgementFor(task: FinetuneTask, good = true): Judgement {
  const by = { annotator: "ann", atMs: 1_767_225_600_000 };
  switch (task) {
    case "sft":
      return { kind: "demo", chosen: "a", ...by };
    case "dpo":
    case "rm":
      return { kind: "pair", chosen: "a", rejected: "b", margin: good ? 1 : 0.5, ...by };
    case "kto":
      return { kind: "binary", completion: "a", label: good, ...by };
    case "prm":
      return { kind: "steps", completion: "a", ...by };
    case "grpo":
      return {
        kind: "verifier",
        verifier: "exact",
        groundTruth: good ? "42" : "7",
        fnRate: good ? 0.125 : 0,
        fpRate: good ? 0 : 0.25,
        ...by,
      };
    case "principle":
      return {
        kind: "principle",
        completion: "a",
        principle: "It answers the question.",
        fulfilled: good,
        evidence: [{ start: 0, end: 2 }],
        ...by,
      };
  }
}

export function completionsFor(task: FinetuneTask, texts: readonly [string, string]): Completion[] {
  const [a, b] = texts;
  if (task === "grpo") return [];
  if (task === "dpo" || task === "rm") return [reply("a", a), reply("b", b)];
  const steps = [
    { text: a, right: true },
    { text: b, right: false },
  ];
  return task === "prm" ? [{ ...reply("a", `${a}\n${b}`), steps }] : [reply("a", a)];
}

const user = (content: string): Message => ({ role: "user", content });

/** Two records of a task, the second with more turns where its files hold them. */
export const twoRecords = (task: FinetuneTask): FinetuneRecord[] => [
  record(
    "one",
    [user("What is six times seven?")],
    completionsFor(task, ["It is 42.", "It is 48, I think."]),
    judgementFor(task, true),
  ),
  record(
    "two",
    task === "prm"
      ? [user("Name a prime above 6.")]
      : [{ role: "system", content: "Be brief – één zin." }, user("Name a prime above 6.")],
    completionsFor(task, ["7", "9"]),
    judgementFor(task, false),
  ),
];
