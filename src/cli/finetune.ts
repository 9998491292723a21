import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import type { Command } from "commander";
import { Problem, quoted } from "#core/errors.ts";
import {
  FINETUNE_TARGETS,
  FINETUNE_TASKS,
  type FinetuneRecord,
  FinetuneTarget,
  FinetuneTask,
} from "#core/finetune.ts";
import { exportFinetune } from "#formats/finetune/export.ts";
import {
  FINETUNE_FORMAT_IDS,
  type FinetuneReadOptions,
  readFinetune,
} from "#formats/finetune/read.ts";
import { type FinetuneFinding, validateFinetune } from "#formats/finetune/validate.ts";
import { rejectLine } from "#formats/format.ts";
import { inputOf, statOf } from "./files.ts";
import { wholeNumber } from "./options.ts";
import { exitCodes, print, printJson, remark } from "./output.ts";

interface ReadOptions {
  readonly format?: string;
  readonly ratingBest?: string;
  readonly json?: boolean;
}

interface ValidateOptions extends ReadOptions {
  readonly task: string;
  readonly target?: string;
  readonly maxTokens?: string;
}

interface ExportOptions extends ReadOptions {
  readonly out: string;
  readonly target: string;
  readonly task: string;
  readonly maxTokens?: string;
  readonly system?: string;
  readonly valid: string;
  readonly seed: string;
  readonly licence?: string;
  readonly gzip?: boolean;
  readonly rejects?: string;
}

interface ConvertOptions extends ReadOptions {
  readonly out: string;
  readonly rejects?: string;
}

const TOKENS_MAX = 10_000_000;
const FINDINGS_SHOWN = 50;

const withReading = (command: Command): Command =>
  command
    .option("--format <format>", `${FINETUNE_FORMAT_IDS.join("|")}; told from the rows otherwise`)
    .option("--rating-best <end>", "high|low: which end of a rating is good")
    .option("--json", "print the report as JSON");

export function addFinetune(program: Command): Command {
  const finetune = program
    .command("finetune")
    .description("files to fine-tune a model with: check, convert and write them")
    .addHelpText(
      "after",
      `
Examples:
  emend finetune validate pairs.jsonl --task dpo
  emend finetune export pairs.jsonl --target trl --task dpo --out training`,
    );
  addValidate(finetune);
  addExportTo(finetune);
  addConvert(finetune);
  return finetune;
}

const addValidate = (finetune: Command): Command =>
  withReading(finetune.command("validate"))
    .argument("<files...>", "training files; a name with valid, eval, dev or test is held out")
    .description("check files before training: every row that falls out, with its line")
    .requiredOption("--task <task>", FINETUNE_TASKS.join("|"))
    .option("--target <target>", `${FINETUNE_TARGETS.join("|")}: what its files cannot hold`)
    .option("--max-tokens <n>", "longest example, in estimated tokens")
    .addHelpText(
      "after",
      "\nExample:\n  emend finetune validate train.jsonl valid.jsonl --task dpo --max-tokens 2048",
    )
    .action(async (paths: string[], options: ValidateOptions) => {
      for (const path of paths) statOf(path);
      const report = await validateFinetune(
        paths.map((path) => ({ name: basename(path), input: inputOf(path) })),
        {
          task: taskOf(options.task),
          ...(options.target !== undefined && { target: targetOf(options.target) }),
          ...(options.maxTokens !== undefined && { tokensMax: tokensOf(options.maxTokens) }),
          read: readingOf(options),
        },
      );
      if (!report.sound) process.exitCode = exitCodes["bad-input"];
      if (options.json) return printJson(report);
      for (const finding of report.findings.slice(0, FINDINGS_SHOWN)) print(findingText(finding));
      const more = report.findings.length - FINDINGS_SHOWN;
      if (more > 0) print(`… and ${more} more; --json has all`);
      const shapes = [...new Set(Object.values(report.formats))].join(", ");
      print(
        `${report.good} of ${report.rows} rows can be trained on (${shapes}); ` +
          `${report.tokens.median} tokens at the median, ${report.tokens.most} at most, by estimate`,
      );
    });

const findingText = ({ severity, message, file, line }: FinetuneFinding): string => {
  const place = line === undefined ? (file ?? "") : `${file}:${line}`;
  // A row that does not read says itself where it is.
  const where = place === "" || message.startsWith(`${file}`) ? "" : `${place}: `;
  return `${severity.padEnd(7)}  ${where}${message}`;
};

const addExportTo = (finetune: Command): Command =>
  withReading(finetune.command("export"))
    .argument("<files...>", "records or training files of any known shape")
    .description("write what a trainer needs: lines, card, manifest and configuration")
    .requiredOption("--out <dir>", "folder to write to")
    .requiredOption("--target <target>", FINETUNE_TARGETS.join("|"))
    .requiredOption("--task <task>", FINETUNE_TASKS.join("|"))
    .option("--valid <share>", "share of prompts kept for validation", "0.1")
    .option("--seed <seed>", "which prompts those are", "0")
    .option("--max-tokens <n>", "longest example, in estimated tokens")
    .option("--system <text>", "told to the model where a prompt has no system message")
    .option("--licence <id>", "licence of the rows")
    .option("--gzip", "lines as .jsonl.gz")
    .option("--rejects <file>", "where bad rows go, as JSONL with the reason")
    .addHelpText(
      "after",
      "\nExample:\n  emend finetune export pairs.jsonl --target trl --task dpo --out dpo",
    )
    .action(async (paths: string[], options: ExportOptions) => {
      const [target, task] = [targetOf(options.target), taskOf(options.task)];
      const { records, rejected } = await readAll(paths, options);
      const { files, manifest } = exportFinetune(records, {
        target,
        task,
        split: { validShare: Number(options.valid), seed: options.seed },
        ...(options.maxTokens !== undefined && { maxTokens: tokensOf(options.maxTokens) }),
        ...(options.system !== undefined && { system: options.system }),
      });
      mkdirSync(options.out, { recursive: true });
      for (const { name, text } of files) {
        const packed = options.gzip === true && name.endsWith(".jsonl");
        const path = join(options.out, packed ? `${name}.gz` : name);
        writeFileSync(path, packed ? gzipSync(text) : text);
      }
      if (options.json) return printJson({ manifest, rejected });
      const { examples, dropped, loss } = manifest;
      print(files.map(({ name }) => `wrote ${join(options.out, name)}`).join("\n"));
      print(`${examples.train} lines to train on, ${examples.valid} to validate with`);
      for (const [reason, count] of Object.entries(dropped)) remark(`  ${count} × ${reason}`);
      for (const sentence of loss) remark(`  not in this form: ${sentence}`);
    });

const addConvert = (finetune: Command): Command =>
  withReading(finetune.command("convert"))
    .argument("<files...>", "training files of any known shape")
    .description("read training files into Emend's own records, which every export begins from")
    .requiredOption("--out <file>", "where the records go, as JSONL")
    .option("--rejects <file>", "where bad rows go, as JSONL with the reason")
    .addHelpText("after", "\nExample:\n  emend finetune convert hh.jsonl --out records.jsonl")
    .action(async (paths: string[], options: ConvertOptions) => {
      const { records, rejected } = await readAll(paths, options);
      const lines = Readable.from(records.map((record) => `${JSON.stringify(record)}\n`));
      await pipeline(lines, createWriteStream(options.out));
      if (options.json) printJson({ records: records.length, rejected });
      else print(`${records.length} records, in ${options.out}; ${rejected} rejected`);
    });

const PROBLEMS_SHOWN = 10;

/** Good rows of all files in memory, bad ones in the rejects file. */
async function readAll(
  paths: readonly string[],
  options: ReadOptions & { readonly licence?: string; readonly rejects?: string },
): Promise<{ readonly records: FinetuneRecord[]; readonly rejected: number }> {
  const records: FinetuneRecord[] = [];
  const bad: string[] = [];
  for (const path of paths) {
    statOf(path);
    const batches = readFinetune(inputOf(path), {
      file: basename(path),
      ...readingOf(options),
      ...(options.licence !== undefined && { licence: options.licence }),
    });
    for await (const { records: read, rejects, notes } of batches) {
      for (const { record } of read) records.push(record);
      for (const note of notes) remark(`  ${basename(path)}: ${note}`);
      for (const reject of rejects) {
        if (bad.length < PROBLEMS_SHOWN) remark(`  ${reject.problem}`);
        bad.push(rejectLine(reject));
      }
    }
  }
  if (options.rejects !== undefined) writeFileSync(options.rejects, bad.join(""));
  return { records, rejected: bad.length };
}

function readingOf({
  format,
  ratingBest,
}: ReadOptions): Pick<FinetuneReadOptions, "format" | "ratingBest"> {
  if (ratingBest !== undefined && ratingBest !== "high" && ratingBest !== "low")
    throw new Problem("bad-input", "--rating-best is not as expected", {
      expected: "high or low",
      got: quoted(ratingBest),
    });
  return {
    ...(format !== undefined && { format }),
    ...(ratingBest !== undefined && { ratingBest }),
  };
}

function oneOf<T>(
  option: string,
  parsed: { readonly success: boolean; readonly data?: T | undefined },
  known: readonly string[],
  got: string,
): T {
  if (parsed.success && parsed.data !== undefined) return parsed.data;
  throw new Problem("bad-input", `${option} is not as expected`, {
    expected: `one of ${known.join(", ")}`,
    got: quoted(got),
  });
}

const taskOf = (text: string): FinetuneTask =>
  oneOf("--task", FinetuneTask.safeParse(text), FINETUNE_TASKS, text);
const targetOf = (text: string): FinetuneTarget =>
  oneOf("--target", FinetuneTarget.safeParse(text), FINETUNE_TARGETS, text);

const tokensOf = (text: string): number =>
  wholeNumber("--max-tokens", text, { min: 1, max: TOKENS_MAX });
