import { createReadStream, createWriteStream, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { parse as parseYaml } from "yaml";
import { systemClock } from "#core/clock.ts";
import { badInput, isProblem, Problem, problemText, quoted } from "#core/errors.ts";
import type { Operation } from "#core/operation.ts";
import { rngOf } from "#core/rng.ts";
import { loadSystem, working } from "#systems/registry.ts";
import { nameOf, statOf, textOf } from "./files.ts";
import { print, printJson, remark } from "./output.ts";

interface Options {
  readonly in: string;
  readonly out: string;
  readonly rejects?: string;
  readonly set: readonly string[];
  readonly seed: string;
  readonly json?: boolean;
}

export const addRun = (program: Command): Command =>
  program
    .command("run")
    .argument("<operation>", "<system>.<operation>, e.g. pareto-calibration.calibrate")
    .description("run an operation of a system on your own file")
    .requiredOption("--in <file>", "a .json of the whole input, or .jsonl rows")
    .requiredOption("--out <file>", "a .json of the whole answer, or .jsonl rows")
    .option("--rejects <file>", "where bad rows go, as JSONL with the reason")
    .option("--set <key=value...>", "further input: JSON, a,b,c, or @file of YAML or JSON", [])
    .option("--seed <seed>", "seed of the run", "1")
    .option("--json", "print a summary as JSON")
    .addHelpText(
      "after",
      `
Example:
  emend run pareto-calibration.calibrate --in answers.jsonl --out risks.jsonl \\
    --set classes=spam,ham --set rules=@rules.yaml --rejects bad.jsonl`,
    )
    .action(async (id: string, options: Options) => {
      const operation = await operationNamed(id);
      const { input, rejected } = await readInput(operation, options);
      const parsed = operation.input.safeParse(input);
      if (!parsed.success) throw badInput(parsed.error, input, { file: nameOf(options.in) });
      const output = await operation.run(parsed.data, {
        rng: rngOf(options.seed).split(id),
        clock: systemClock,
        signal: interrupted(),
        progress: ({ label }) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${label.padEnd(60)}`);
        },
      });
      const rows = writeOutput(operation, output, options.out);
      if (options.json) return printJson({ operation: id, out: options.out, rows, rejected });
      print(`wrote ${rows} rows to ${options.out}, ${rejected} rejected`);
    });

async function operationNamed(id: string): Promise<Operation> {
  const { operations } = await loadSystem(id.split(".")[0] ?? "");
  // Each operation parses its own input, so from outside it takes anything.
  const found = operations.find((operation) => operation.id === id) as Operation | undefined;
  if (found !== undefined) return found;
  throw new Problem("not-found", "There is no such operation", {
    expected: `one of ${operations.map((operation) => operation.id).join(", ")}`,
    got: quoted(id),
    hint: `Systems that work: ${working.join(", ")}.`,
  });
}

const interrupted = (): AbortSignal => {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  return stop.signal;
};

async function readInput(
  operation: Operation,
  options: Options,
): Promise<{ input: unknown; rejected: number }> {
  const settings = Object.fromEntries(options.set.map(setting));
  if (extname(options.in) === ".json") {
    const whole = parseJson(textOf(options.in), { file: nameOf(options.in) });
    return { input: { ...(whole as object), ...settings }, rejected: 0 };
  }
  const { rows } = operation;
  if (rows === undefined)
    throw new Problem("bad-input", `"${operation.id}" does not take rows`, {
      expected: "a .json file of the whole input",
      got: quoted(options.in),
    });
  const { good, rejected } = await readRows(rows.row, options);
  return { input: { ...settings, [rows.key]: good }, rejected };
}

/** Reads JSONL row by row; a bad one goes to the rejects file with its reason and the others go on. */
async function readRows(
  row: NonNullable<Operation["rows"]>["row"],
  options: Options,
): Promise<{ good: unknown[]; rejected: number }> {
  statOf(options.in);
  const rejects = options.rejects === undefined ? undefined : createWriteStream(options.rejects);
  const good: unknown[] = [];
  let rejected = 0;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(options.in) })) {
    line += 1;
    if (text.trim() === "") continue;
    try {
      good.push(checkedRow(row, text, { file: nameOf(options.in), line }));
    } catch (error) {
      if (!isProblem(error)) throw error;
      rejected += 1;
      const problem = problemText(error);
      rejects?.write(`${JSON.stringify({ line, raw: text.slice(0, 2_000), problem })}\n`);
      remark(problem);
    }
  }
  await new Promise<void>((resolve) => (rejects === undefined ? resolve() : rejects.end(resolve)));
  return { good, rejected };
}

type Place = { readonly file: string; readonly line?: number };

function checkedRow(row: NonNullable<Operation["rows"]>["row"], text: string, at: Place): unknown {
  const value = parseJson(text, at);
  const parsed = row.safeParse(value);
  if (!parsed.success) throw badInput(parsed.error, value, at);
  return value;
}

function parseJson(text: string, at: Place): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem("bad-input", "This is not JSON", {
      at,
      expected: "one JSON value",
      got: quoted(text),
      hint: error instanceof Error ? error.message : "",
    });
  }
}

/** `key=value`: `@file` reads YAML or JSON, `a,b` is a list, the rest is JSON or a plain text. */
function setting(text: string): [string, unknown] {
  const at = text.indexOf("=");
  if (at < 1)
    throw new Problem("bad-input", "--set is not as expected", {
      expected: "key=value",
      got: quoted(text),
    });
  const key = text.slice(0, at);
  const value = text.slice(at + 1);
  if (value.startsWith("@")) return [key, parseYaml(textOf(value.slice(1)))];
  try {
    return [key, JSON.parse(value)];
  } catch {
    return [key, value.includes(",") ? value.split(",") : value];
  }
}

/** Writes the answer; returns how many rows it has (1 when it is not made of rows). */
function writeOutput(operation: Operation, output: unknown, file: string): number {
  const rows = operation.rows && (output as Record<string, unknown>)[operation.rows.outKey];
  if (extname(file) === ".json" || !Array.isArray(rows)) {
    writeFileSync(file, `${JSON.stringify(output, null, 1)}\n`);
    return Array.isArray(rows) ? rows.length : 1;
  }
  writeFileSync(file, rows.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return rows.length;
}
