import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "#core/comparison.ts";
import { FINETUNE_TARGETS, type FinetuneRecord, type FinetuneTask } from "#core/finetune.ts";
import { type Example, examplesOf } from "./example.ts";
import { exportFinetune } from "./export.ts";
import { completionsFor, judgementFor, record, streamOf, twoRecords } from "./finetune.suite.ts";
import { readFinetuneFile } from "./read.ts";
import { tasksOf } from "./rows.ts";

const pairs = FINETUNE_TARGETS.flatMap((target) =>
  tasksOf(target).map((task) => [target, task] as const),
);

/** Text a trainer keeps: some words, also of other scripts, quotes and line breaks. */
const words = fc
  .array(fc.constantFrom("one", "zwei", "三", '"four"', "\\five", "a\nb", "😀", "é"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(" "));

/** Prompts of one turn, with a system message where the target's file has a place for it. */
const prompts = (many: boolean, system: boolean): fc.Arbitrary<Message[]> =>
  fc
    .tuple(
      fc.option(words, { nil: undefined }),
      fc.array(fc.tuple(words, words), { maxLength: many ? 2 : 0 }),
      words,
    )
    .map(([told, before, asked]) => [
      ...(system && told !== undefined ? [{ role: "system" as const, content: told }] : []),
      ...before.flatMap(([question, answer]): Message[] => [
        { role: "user", content: question },
        { role: "assistant", content: answer },
      ]),
      { role: "user", content: asked },
    ]);

const SINGLE_TURN = new Set(["axolotl/kto", "axolotl/rm", "trl/prm", "axolotl/prm"]);
const NO_SYSTEM = new Set(["trl/prm", "axolotl/prm", "rlhflow/rm"]);

const recordsOf = (target: string, task: FinetuneTask): fc.Arbitrary<FinetuneRecord[]> =>
  fc
    .uniqueArray(
      fc.tuple(
        prompts(!SINGLE_TURN.has(`${target}/${task}`), !NO_SYSTEM.has(`${target}/${task}`)),
        fc.uniqueArray(words, { minLength: 2, maxLength: 2 }),
        fc.boolean(),
      ),
      { minLength: 1, maxLength: 8, selector: ([prompt]) => JSON.stringify(prompt) },
    )
    .map((entries) =>
      entries.map(([prompt, [a = "a", b = "b"], good], at) =>
        record(`r${at}`, prompt, completionsFor(task, [a, b]), judgementFor(task, good)),
      ),
    );

/** What is left of an example in a target's file: margins, tools and who said it are not everywhere. */
const essence = (target: string, task: FinetuneTask) => (example: Example) => {
  const { recordId: _, annotator: _by, tools: _tools, ...kept } = example;
  if (kept.kind === "pair")
    return JSON.stringify({ ...kept, margin: target === "trl" && task === "rm" ? kept.margin : 0 });
  if (kept.kind === "prompt" && target === "rlhflow") return JSON.stringify(kept.prompt);
  return JSON.stringify(kept);
};

describe.each(pairs)("%s, %s", (target, task) => {
  const dataOf = (records: readonly FinetuneRecord[]) => {
    const { files } = exportFinetune(records, { target, task });
    const prefix = task === "principle" ? "principles-" : "";
    return files.filter(({ name }) =>
      [`${prefix}train.jsonl`, `${prefix}valid.jsonl`].includes(name),
    );
  };

  test("what is written is read back the same", async () => {
    await fc.assert(
      fc.asyncProperty(recordsOf(target, task), async (records) => {
        const back: FinetuneRecord[] = [];
        for (const { name, text } of dataOf(records)) {
          const read = await readFinetuneFile(streamOf(text), { file: name });
          expect(read.rejects).toEqual([]);
          back.push(...read.records.map((entry) => entry.record));
        }
        const of = (all: readonly FinetuneRecord[]) =>
          examplesOf(all, task).examples.map(essence(target, task)).sort();
        expect(of(back)).toEqual(of(records));
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  test("two records are written as the loaders took them", () => {
    const files = exportFinetune(twoRecords(task), {
      target,
      task,
      split: { validShare: 0 },
    }).files;
    for (const { name, text } of files) {
      if (!name.endsWith(".jsonl")) continue;
      const key = `${target}-${task}-${name}`;
      const golden = readFileSync(join(import.meta.dirname, "golden", key), "utf8");
      expect(text, key).toBe(golden);
      const sha256 = createHash("sha256").update(text).digest("hex");
      const checked = reference.cases.find((entry: { file: string }) => entry.file === key);
      expect(checked?.sha256, key).toBe(sha256);
      expect(checked?.accepted, key).toBe(true);
    }
  });
});

const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, "finetune.reference.json"), "utf8"),
);
