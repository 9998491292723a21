/**
 * WRENCH (Zhang et al. 2021), the weak-supervision benchmark's format: a folder with `label.json` {"0": "ham", …} and
 * `train.json`, `valid.json`, `test.json` {"id": {"label": 0, "weak_labels": [-1, 0], "data": {"text": "…"}}}; -1 abstains.
 */
import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import {
  type AnswerRow,
  type ByteStream,
  chunksOf,
  type ExportFormat,
  type ExportOptions,
  filesOf,
  type ImportFormat,
  type ImportInput,
  type ImportOptions,
  type NamedFile,
} from "./format.ts";
import { Intake } from "./intake.ts";
import { isBroken, type JsonEntry, jsonEntries } from "./json-entries.ts";
import { utf8Text } from "./utf8.ts";

const SPLITS = ["train", "valid", "test"] as const;
type Split = (typeof SPLITS)[number];
const ABSTAINS = -1;
const LABEL_FILE_BYTES_MAX = 1024 * 1024;

const WrenchRow = z.looseObject({
  label: z.int().nullish(),
  weak_labels: z.array(z.int()).optional(),
  data: z.record(z.string(), z.unknown()),
});
type WrenchRow = z.infer<typeof WrenchRow>;

async function textOf(stream: ByteStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(stream)) {
    bytes += chunk.length;
    if (bytes > LABEL_FILE_BYTES_MAX)
      throw new Problem("too-large", "The label file is too long", {
        expected: `at most ${LABEL_FILE_BYTES_MAX} bytes`,
      });
    chunks.push(chunk);
  }
  return utf8Text(Buffer.concat(chunks));
}

/** Class names by number, from `label.json` or from the project. */
async function labelsOf(
  files: readonly NamedFile[] | undefined,
  { classes }: ImportOptions,
): Promise<ReadonlyMap<number, string>> {
  const file = files?.find(({ name }) => baseName(name) === "label.json");
  if (file === undefined) {
    if (classes !== undefined) return new Map(classes.map((label, index) => [index, label]));
    throw new Problem("bad-input", "The classes have no names", {
      expected: "a label.json in the folder, or the project's label set",
      got: files === undefined ? "one file" : files.map(({ name }) => name).join(", "),
    });
  }
  const at = { file: file.name };
  let json: unknown;
  try {
    json = JSON.parse(await textOf(file.open()));
  } catch (error) {
    throw new Problem("bad-input", "The label file is not JSON", { got: String(error), at });
  }
  const parsed = z.record(z.string().regex(/^\d+$/), z.string().min(1)).safeParse(json);
  if (!parsed.success) throw badInput(parsed.error, json, at);
  return new Map(Object.entries(parsed.data).map(([index, label]) => [Number(index), label]));
}

const baseName = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

function nameOf(index: number, labels: ReadonlyMap<number, string>, field: string): string | null {
  if (index === ABSTAINS) return null;
  const label = labels.get(index);
  if (label !== undefined) return label;
  throw new Problem("bad-input", "The label is outside the set", {
    expected: `${ABSTAINS} or one of ${[...labels].map(([i, name]) => `${i} (${name})`).join(", ")}`,
    got: String(index),
    at: { field },
  });
}

/** Names of the voters: the project's rules where their number agrees, else `lf-0`, `lf-1`, … */
const voterName = (index: number, count: number, rules: readonly string[] | undefined): string =>
  (rules?.length === count ? rules[index] : undefined) ?? `lf-${index}`;

interface Context {
  readonly intake: Intake;
  readonly labels: ReadonlyMap<number, string>;
  readonly split: Split | null;
  readonly file: string | undefined;
  readonly options: ImportOptions;
}

function rowOf(key: string, row: WrenchRow, { labels, split, options }: Context): unknown {
  const { [options.columns?.text ?? "text"]: text, ...others } = row.data;
  const weak = row.weak_labels ?? [];
  const votes = weak.map((index, i) => [
    voterName(i, weak.length, options.rules),
    nameOf(index, labels, `weak_labels.${i}`),
  ]);
  const fields = Object.entries(others).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null ? JSON.stringify(value) : value,
  ]);
  return {
    // The three files number their rows afresh.
    id: split === null || key.startsWith(`${split}/`) ? key : `${split}/${key}`,
    text,
    fields: Object.fromEntries(fields),
    votes: Object.fromEntries(votes),
    gold: row.label == null ? null : nameOf(row.label, labels, "label"),
    split,
  };
}

function offerEntry(entry: JsonEntry, context: Context): void {
  const { intake, file } = context;
  const at = { line: entry.line, ...(file === undefined ? {} : { file }) };
  const row = WrenchRow.safeParse(entry.value);
  if (!row.success) {
    intake.refuse(badInput(row.error, entry.value), at, entry.raw);
    return;
  }
  try {
    intake.offer(rowOf(entry.key ?? "", row.data, context), at, entry.raw);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    intake.refuse(error, at, entry.raw);
  }
}

interface SplitFile {
  readonly split: Split | null;
  readonly name: string | undefined;
  readonly stream: ByteStream;
}

/** The files with rows, in the order train, valid, test. */
function splitFiles(input: ImportInput, { file }: ImportOptions): SplitFile[] {
  const files = filesOf(input);
  if (files === undefined) return [{ split: null, name: file, stream: input as ByteStream }];
  const found = SPLITS.flatMap((split) => {
    const named = files.find(({ name }) => baseName(name) === `${split}.json`);
    return named === undefined ? [] : [{ split, name: named.name, stream: named.open() }];
  });
  if (found.length > 0) return found;
  throw new Problem("bad-input", "The folder has no rows", {
    expected: SPLITS.map((split) => `${split}.json`).join(", "),
    got: files.map(({ name }) => name).join(", ") || "no files",
  });
}

function entryOf(row: AnswerRow, { classes, rules }: ExportOptions): string {
  const numberOf = (label: string | null | undefined): number =>
    label === null || label === undefined ? ABSTAINS : classes.indexOf(label);
  const right = row.gold ?? row.answer?.label;
  const value: WrenchRow = {
    label: numberOf(right),
    weak_labels: rules.map((rule) => numberOf(row.votes[rule])),
    data: { ...row.fields, text: row.text },
  };
  return `${JSON.stringify(row.id)}: ${JSON.stringify(value)}`;
}

export const wrench: ImportFormat & ExportFormat = {
  id: "wrench",
  mediaType: "application/json",
  fileName: "train.json",
  loss: [
    "The proposal is left out: WRENCH knows rules and right labels only.",
    "Where there is no gold label the person's answer stands for it; who gave it, and how long it took, are left out.",
    "The HTML of an item, the risk and the route are left out.",
    "Rules keep their order and lose their names; a field called text gives way to the item's own.",
  ],
  async *read(input, options = {}) {
    const labels = await labelsOf(filesOf(input), options);
    const intake = new Intake(options);
    for (const { split, name, stream } of splitFiles(input, options)) {
      const context: Context = { intake, labels, split, file: name, options };
      for await (const entries of jsonEntries(stream, "object", options.signal)) {
        for (const entry of entries)
          if (!isBroken(entry)) offerEntry(entry, context);
          else {
            const at = { line: entry.line, ...(name === undefined ? {} : { file: name }) };
            intake.refuse(entry.problem, at, entry.raw);
          }
        if (intake.full) yield intake.take();
      }
    }
    yield* intake.finish();
  },
  async *write(rows, options) {
    let separator = "{\n";
    for await (const batch of rows) {
      const kept = batch.filter(
        ({ split }) => options.split === undefined || (split ?? "train") === options.split,
      );
      if (kept.length === 0) continue;
      yield separator + kept.map((row) => entryOf(row, options)).join(",\n");
      separator = ",\n";
    }
    yield separator === "{\n" ? "{}\n" : "\n}\n";
  },
  companions: ({ classes }) => [
    { name: "label.json", text: `${JSON.stringify({ ...classes })}\n` },
  ],
};
