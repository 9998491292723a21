/** Records as everything a trainer needs: the lines, a card that says what they are, and a configuration to start from. */
import { createHash } from "node:crypto";
import { Problem } from "#core/errors.ts";
import type { FinetuneRecord, FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import { faultOf } from "./check.ts";
import { evenColumns, lineOf, richestFirst } from "./columns.ts";
import { companionsOf, type TrainingOptions } from "./configs.ts";
import { hashOf, type Messages } from "./conversation.ts";
import { type Drop, type Example, type ExampleOptions, examplesOf } from "./example.ts";
import { gather } from "./gather.ts";
import { judgeReply, judgeRequest, pairwiseMessages } from "./judge-text.ts";
import { cardOf, countReasons, type Manifest, manifestOf } from "./manifest.ts";
import { type Row, rowWriter } from "./rows.ts";

export interface FinetuneExportOptions extends ExampleOptions {
  readonly target: FinetuneTarget;
  readonly task: FinetuneTask;
  readonly split?: {
    /** Share of prompts that are kept for validation, from 0 to 0.5; 0.1 by default. */
    readonly validShare?: number;
    /** Another seed, another choice of them. */
    readonly seed?: string;
  };
  /** Longest example, in estimated tokens; longer ones are dropped. */
  readonly maxTokens?: number;
  /** Told to the model before a prompt that has no system message. */
  readonly system?: string;
  /** What stands in the configuration. */
  readonly training?: TrainingOptions;
}

export interface FinetuneFile {
  readonly name: string;
  readonly text: string;
}

export interface FinetuneExport {
  readonly files: readonly FinetuneFile[];
  readonly manifest: Manifest;
}

type Split = "train" | "valid";

interface Line {
  readonly example: Example;
  readonly row: Row;
  readonly split: Split;
}

/** @throws Problem `bad-input` where the target has no file for the task, the split is none, or nothing is left. */
export function exportFinetune(
  records: readonly FinetuneRecord[],
  options: FinetuneExportOptions,
): FinetuneExport {
  const { target, task, maxTokens, split = {} } = options;
  const writer = rowWriter(target, task);
  const { validShare = 0.1, seed = "0" } = split;
  if (!(validShare >= 0 && validShare <= 0.5))
    throw new Problem("bad-input", "The share for validation is not one", {
      expected: "a number from 0 to 0.5",
      got: `${validShare}`,
      at: { field: "split.validShare" },
    });
  const made = examplesOf(withSystem(records, options.system), task, options);
  const drops: Drop[] = [...made.drops];
  const sound = made.examples.filter((example) => {
    const reason = faultOf(example, maxTokens);
    if (reason !== undefined) drops.push({ recordId: example.recordId, reason });
    return reason === undefined;
  });
  const gathered = gather(sound);
  drops.push(...gathered.drops);
  const splitOf = splitter(records, { validShare, seed });
  const written = gathered.examples.flatMap((example) => {
    const row = writer.row(example);
    if (typeof row !== "string") return [{ example, row, split: splitOf(example.prompt) }];
    drops.push({ recordId: example.recordId, reason: row });
    return [];
  });
  if (written.length === 0) throw nothingLeft(records, drops);
  const { lines, left } = evened(written, target);
  const data = dataFiles(lines, options);
  const manifest = manifestOf({
    options,
    records,
    lines: lines.map(({ example, split }) => ({ example, split })),
    drops,
    agreement: gathered.agreement,
    split: { validShare, seed },
    columns: [...new Set(lines.flatMap(({ row }) => Object.keys(row)))],
    loss: [
      ...writer.loss,
      ...left.map((column) => `The column "${column}" is left out: not every line has it.`),
    ],
    files: data.map((file) => ({ name: file.name, ...fileFacts(file.text) })),
  });
  const files = [...data, ...companionsOf(options, manifest)];
  files.push({ name: "README.md", text: cardOf(manifest) });
  files.push({ name: "manifest.json", text: `${JSON.stringify(manifest, null, 2)}\n` });
  return { files, manifest };
}

const fileFacts = (text: string) => ({
  rows: text.split("\n").length - 1,
  bytes: Buffer.byteLength(text),
  sha256: createHash("sha256").update(text).digest("hex"),
});

function withSystem(
  records: readonly FinetuneRecord[],
  system: string | undefined,
): readonly FinetuneRecord[] {
  if (system === undefined) return records;
  return records.map((record) => {
    const first = record.prompt[0]?.role;
    return first === undefined || first === "system" || first === "developer"
      ? record
      : { ...record, prompt: [{ role: "system", content: system }, ...record.prompt] };
  });
}

/** What a prompt asks, whatever the model is told before it: what must not be in two splits. */
const askedHash = (prompt: Messages): string =>
  hashOf(prompt.filter(({ role }) => role !== "system" && role !== "developer"));

/**
 * Which split a prompt is in: the one its first record names, else drawn by the prompt's hash, so that no prompt is
 * in two of them and one that is added later moves no other. A test split is not trained on: it counts as validation.
 */
function splitter(
  records: readonly FinetuneRecord[],
  { validShare, seed }: { readonly validShare: number; readonly seed: string },
): (prompt: Messages) => Split {
  const named = new Map<string, Split>();
  for (const { prompt, meta } of records) {
    if (meta.split === null) continue;
    const key = askedHash(prompt);
    if (!named.has(key)) named.set(key, meta.split === "train" ? "train" : "valid");
  }
  return (prompt) => {
    const key = askedHash(prompt);
    const word = createHash("sha256").update(`${seed}\n${key}`).digest().readUInt32BE(0);
    return named.get(key) ?? (word / 2 ** 32 < validShare ? "valid" : "train");
  };
}

/** Loaders that infer types get even columns; the OpenAI style is read line by line. */
function evened(
  lines: readonly Line[],
  target: FinetuneTarget,
): { readonly lines: readonly Line[]; readonly left: readonly string[] } {
  if (target === "openai") return { lines, left: [] };
  const { rows, left } = evenColumns(lines.map(({ row }) => row));
  return { lines: lines.map((line, at) => ({ ...line, row: rows[at] ?? line.row })), left };
}

function dataFiles(
  lines: readonly Line[],
  { target, task }: FinetuneExportOptions,
): FinetuneFile[] {
  const files: FinetuneFile[] = [];
  const add = (name: string, split: Split, rowOf: (line: Line) => Row) => {
    const rows = richestFirst(
      lines.filter((line) => line.split === split).map(rowOf),
      (row) => row,
    );
    if (rows.length > 0) files.push({ name, text: rows.map(lineOf).join("") });
  };
  for (const split of ["train", "valid"] as const) {
    add(`${split}.jsonl`, split, ({ row }) => row);
    if (task === "principle") {
      add(`principles-${split}.jsonl`, split, ({ example }) => principleRow(example));
      add(`classification-${split}.jsonl`, split, ({ example }) => classificationRow(example));
    }
    if (target === "rlhflow" && task === "rm")
      add(`pairwise-${split}.jsonl`, split, ({ example }) => ({
        messages: example.kind === "pair" ? pairwiseMessages(example) : [],
      }));
  }
  return files;
}

/** Everything known of a verdict, the stretches it rests on included. */
const principleRow = (example: Example): Row =>
  example.kind !== "principled"
    ? {}
    : {
        prompt: example.prompt.map(({ role, content }) => ({ role, content })),
        response: example.response.at(-1)?.content ?? "",
        principle: example.principle,
        fulfilled: example.fulfilled,
        evidence: example.evidence.map(({ start, end }) => ({ start, end })),
      };

const classificationRow = (example: Example): Row =>
  example.kind !== "principled"
    ? {}
    : { text: judgeRequest(example), label: judgeReply(example.fulfilled) };

function nothingLeft(records: readonly FinetuneRecord[], drops: readonly Drop[]): Problem {
  const told = [...countReasons(drops)].map(([reason, count]) => `${count} × ${reason}`);
  return new Problem("bad-input", "Nothing is left to write", {
    expected: "at least one record that says something for the task",
    got: records.length === 0 ? "no records" : told.slice(0, 5).join("; "),
  });
}
