/** What is to be known of training files before they are trained on: every row that falls out, and what is odd in the rest. */
import { Problem } from "#core/errors.ts";
import type { FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import type { ImportInput } from "#formats/format.ts";
import { continuations, faultOf, tokensOfExample } from "./check.ts";
import { hashOf, type Messages } from "./conversation.ts";
import { type Example, examplesOf } from "./example.ts";
import { gather } from "./gather.ts";
import { ktoWeights } from "./manifest.ts";
import { personalData } from "./personal-data.ts";
import { type FinetuneReadOptions, type ReadRecord, readFinetuneFile } from "./read.ts";
import { rowWriter } from "./rows.ts";

export interface FinetuneFinding {
  /** An error takes a row out, or would spoil the training; a warning is for a person to weigh. */
  readonly severity: "error" | "warning";
  readonly check:
    | "row"
    | "drop"
    | "personal-data"
    | "leakage"
    | "balance"
    | "count"
    | "note"
    | "target";
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

export interface FinetuneReport {
  readonly task: FinetuneTask;
  /** Rows read, and examples that can be trained on. */
  readonly rows: number;
  readonly good: number;
  readonly formats: Readonly<Record<string, string>>;
  readonly tokens: { readonly median: number; readonly most: number };
  readonly labels: { readonly good: number; readonly bad: number } | null;
  readonly findings: readonly FinetuneFinding[];
  /** No finding is an error. */
  readonly sound: boolean;
}

export interface FinetuneInput {
  /** A name with "valid", "eval", "dev" or "test" in it is held to be held out. */
  readonly name: string;
  readonly input: ImportInput;
}

export interface FinetuneValidateOptions {
  readonly task: FinetuneTask;
  /** Where given, rows that this trainer's files cannot hold are told too. */
  readonly target?: FinetuneTarget;
  readonly tokensMax?: number;
  readonly read?: Omit<FinetuneReadOptions, "file" | "split">;
}

/** Below so many lines hosted services refuse a file. */
const LINES_MIN = 10;
/** A side of fewer than so many in a hundred is told. */
const MINORITY_MIN = 0.1;

interface Placed {
  readonly example: Example;
  readonly at: { readonly file: string; readonly line: number };
}

const heldOut = (name: string): boolean => /valid|eval|dev|test/i.test(name);
const asked = (prompt: Messages): string =>
  hashOf(prompt.filter(({ role }) => role !== "system" && role !== "developer"));

/** @throws Problem `bad-input` when a file cannot be read at all, or the target has no file for the task. */
export async function validateFinetune(
  files: readonly FinetuneInput[],
  options: FinetuneValidateOptions,
): Promise<FinetuneReport> {
  if (files.length === 0)
    throw new Problem("bad-input", "No file is given", { expected: "at least one file" });
  const writer = options.target === undefined ? undefined : rowWriter(options.target, options.task);
  const findings: FinetuneFinding[] = [];
  const placed: Placed[] = [];
  const formats: Record<string, string> = {};
  let rows = 0;
  for (const { name, input } of files) {
    const batch = await readFinetuneFile(input, { ...options.read, file: name });
    formats[name] = batch.format;
    rows += batch.records.length + batch.rejects.length;
    for (const { problem, line } of batch.rejects)
      findings.push({
        severity: "error",
        check: "row",
        message: problem,
        file: name,
        ...(line !== undefined && { line }),
      });
    for (const message of batch.notes)
      findings.push({ severity: "warning", check: "note", message, file: name });
    placed.push(...examplesIn(batch.records, name, options, findings));
  }
  if (writer !== undefined)
    for (const { example, at } of placed) {
      const row = writer.row(example);
      if (typeof row === "string")
        findings.push({ severity: "error", check: "target", message: row, ...at });
    }
  findings.push(...leaks(placed), ...personal(placed), ...balance(placed, options.task));
  if (placed.length < LINES_MIN)
    findings.push({
      severity: "warning",
      check: "count",
      message: `Only ${placed.length} examples; hosted services want at least ${LINES_MIN}.`,
    });
  const tokens = placed.map(({ example }) => tokensOfExample(example)).sort((a, b) => a - b);
  return {
    task: options.task,
    rows,
    good: placed.length,
    formats,
    tokens: { median: tokens[Math.floor((tokens.length - 1) / 2)] ?? 0, most: tokens.at(-1) ?? 0 },
    labels: labelsOf(placed),
    findings,
    sound: findings.every(({ severity }) => severity !== "error"),
  };
}

/** Sound examples of a file, each with its line; the others go to the findings. */
function examplesIn(
  records: readonly ReadRecord[],
  file: string,
  { task, tokensMax }: FinetuneValidateOptions,
  findings: FinetuneFinding[],
): Placed[] {
  const lines = new Map(records.map(({ record, line }) => [record.id, line]));
  const at = (recordId: string) => ({ file, line: lines.get(recordId) ?? 0 });
  const drop = (recordId: string, message: string, severity: "error" | "warning") =>
    findings.push({ severity, check: "drop", message, ...at(recordId) });
  const { examples, drops } = examplesOf(
    records.map(({ record }) => record),
    task,
  );
  for (const { recordId, reason } of drops) drop(recordId, reason, "warning");
  const sound = examples.filter((example) => {
    const fault = faultOf(example, tokensMax);
    if (fault !== undefined) drop(example.recordId, fault, "error");
    return fault === undefined;
  });
  const gathered = gather(sound);
  for (const { recordId, reason } of gathered.drops) drop(recordId, reason, "warning");
  return gathered.examples.map((example) => ({ example, at: at(example.recordId) }));
}

/** Prompts of a held-out file that are trained on too. */
function leaks(placed: readonly Placed[]): FinetuneFinding[] {
  const trained = new Map<string, Placed["at"]>();
  for (const { example, at } of placed)
    if (!heldOut(at.file)) trained.set(asked(example.prompt), at);
  return placed.flatMap(({ example, at }): FinetuneFinding[] => {
    // Plain text has no prompt to be in two files.
    if (!heldOut(at.file) || example.prompt.length === 0) return [];
    const also = trained.get(asked(example.prompt));
    return also === undefined
      ? []
      : [
          {
            severity: "error",
            check: "leakage",
            message: `The prompt is trained on too: ${also.file}, line ${also.line}.`,
            ...at,
          },
        ];
  });
}

function personal(placed: readonly Placed[]): FinetuneFinding[] {
  return placed.flatMap(({ example, at }) =>
    [example.prompt, ...continuations(example)].flat().flatMap(({ role, content }) =>
      personalData(content).map(
        ({ kind, masked }): FinetuneFinding => ({
          severity: "warning",
          check: "personal-data",
          message: `Looks like personal data (${kind}) in a message of the ${role}: ${masked}`,
          ...at,
        }),
      ),
    ),
  );
}

function labelsOf(placed: readonly Placed[]): FinetuneReport["labels"] {
  const labels = placed.flatMap(({ example }) =>
    example.kind === "labelled"
      ? [example.label]
      : example.kind === "principled"
        ? [example.fulfilled]
        : [],
  );
  if (labels.length === 0) return null;
  const good = labels.filter((label) => label).length;
  return { good, bad: labels.length - good };
}

function balance(placed: readonly Placed[], task: FinetuneTask): FinetuneFinding[] {
  const labels = labelsOf(placed);
  if (labels === null) return [];
  const { good, bad } = labels;
  const counts = `${good} good and ${bad} bad verdicts`;
  const weights = ktoWeights(labels);
  if (weights === null)
    return [{ severity: "error", check: "balance", message: `${counts}: nothing to tell apart.` }];
  if (task === "kto" && (weights.desirable !== 1 || weights.undesirable !== 1))
    return [
      {
        severity: "warning",
        check: "balance",
        message: `${counts}: set desirable_weight ${weights.desirable} and undesirable_weight ${weights.undesirable}.`,
      },
    ];
  return Math.min(good, bad) < MINORITY_MIN * (good + bad)
    ? [{ severity: "warning", check: "balance", message: `${counts}: one of them is rare.` }]
    : [];
}
