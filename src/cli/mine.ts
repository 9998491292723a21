import { createWriteStream } from "node:fs";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { badInput, Problem } from "#core/errors.ts";
import type { UserTurn } from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";
import { rejectLine } from "#formats/format.ts";
import { REWRITE_FORMAT_IDS, rewriteFormat } from "#formats/rewrites.ts";
import { TURN_FORMAT_IDS, type TurnFormatId, turnFormat } from "#formats/turns.ts";
import { type Mined, mineRewrites } from "#systems/markov-reformulation/mine.ts";
import { MineOptions } from "#systems/markov-reformulation/options.ts";
import { inputOf, nameOf, statOf } from "./files.ts";
import { wholeNumber } from "./options.ts";
import { print, printJson, remark } from "./output.ts";

interface Options {
  readonly format?: string;
  readonly out?: string;
  readonly as: string;
  readonly rejects?: string;
  readonly user?: string;
  readonly assistants?: string;
  readonly minSupport?: string;
  readonly usersMin?: string;
  readonly gapMs?: string;
  readonly state?: string;
  readonly json?: boolean;
}

/** One person's own history: there is nobody to hide among, and what they did often counts as often. */
const OF_ONE_USER = { minSupport: 5, usersMin: 1, edgeUsersMin: 1, perUserMax: 255 };
const PROBLEMS_SHOWN = 10;

export const addMine = (program: Command): Command =>
  program
    .command("mine")
    .argument("<file>", "turns of users: what they said, when, and what is known of how it went")
    .description("find rewrites in what users say again in other words; needs no server")
    .option("--format <format>", `${TURN_FORMAT_IDS.join("|")}; by the file's name otherwise`)
    .option("--out <file>", "where the rewrites go; to the screen otherwise")
    .option("--as <format>", `${REWRITE_FORMAT_IDS.join("|")} (solr: a file of synonyms)`, "jsonl")
    .option("--rejects <file>", "where bad turns go, as JSONL with the reason")
    .option("--user <name>", "whose history it is, for shell")
    .option("--assistants <a,b>", "names of the assistant, for chat")
    .option("--min-support <n>", "visits of both sides of a rewrite")
    .option("--users-min <n>", "users who said it, for a text to be shown or rewritten to")
    .option("--gap-ms <ms>", "silence after which it is another session")
    .option("--state <state>", "text|interpretation: what counts as the same request")
    .option("--json", "print a report as JSON; the rewrites are in it where there is no --out")
    .addHelpText(
      "after",
      `
A JSONL turn: {"userId": "u1", "ts": 1767225600000, "utterance": "play jaz", "signals": {"error": true}}

Examples:
  emend mine turns.jsonl --out rewrites.csv --as csv --rejects bad.jsonl
  emend mine searches.csv --format search --as solr --out synonyms.txt
  emend mine ~/.zsh_history --format shell`,
    )
    .action(async (file: string, options: Options) => {
      statOf(file);
      const format = turnFormat(options.format ?? formatOf(file)).id;
      const out = rewriteFormat(options.as);
      const mineOptions = mineOptionsOf(format, options);
      const { turns, rejected } = await readTurns(file, format, options);
      const mined = mineRewrites(turns, mineOptions, {
        rng: rngOf("mine"),
        clock: systemClock,
        signal: new AbortController().signal,
        progress: ({ label }) => note(label),
      });
      note("");
      await write(mined, out, options);
      report(mined, rejected, options);
    });

const formatOf = (file: string): TurnFormatId => (extname(file) === ".csv" ? "csv" : "jsonl");

/** @throws Problem `bad-input` naming the option. */
function mineOptionsOf(format: TurnFormatId, options: Options): MineOptions {
  const given = {
    ...(format === "shell" ? OF_ONE_USER : {}),
    ...count("minSupport", "--min-support", options.minSupport),
    ...count("usersMin", "--users-min", options.usersMin),
    ...count("gapMs", "--gap-ms", options.gapMs),
    ...(options.state === undefined ? {} : { state: options.state }),
  };
  const parsed = MineOptions.safeParse(given);
  if (!parsed.success) throw badInput(parsed.error, given);
  return parsed.data;
}

const COUNT_MAX = 1e9;

const count = (key: string, option: string, text: string | undefined) =>
  text === undefined ? {} : { [key]: wholeNumber(option, text, { min: 1, max: COUNT_MAX }) };

/** Good turns in memory, bad ones in the rejects file. Stopped while it reads, it says so. */
async function readTurns(
  file: string,
  format: TurnFormatId,
  options: Options,
): Promise<{ readonly turns: UserTurn[]; readonly rejected: number }> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt);
  const rejects = options.rejects === undefined ? undefined : createWriteStream(options.rejects);
  const turns: UserTurn[] = [];
  let rejected = 0;
  const batches = turnFormat(format).read(inputOf(file), {
    file: nameOf(file),
    signal: stop.signal,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.assistants === undefined ? {} : { assistants: options.assistants.split(",") }),
  });
  for await (const batch of batches) {
    for (const turn of batch.turns) turns.push(turn);
    for (const reject of batch.rejects) {
      if (rejected < PROBLEMS_SHOWN) remark(`  ${reject.problem}`);
      rejected += 1;
      rejects?.write(rejectLine(reject));
    }
    note(`${turns.length.toLocaleString("en")} turns`);
  }
  await new Promise<void>((resolve) => (rejects === undefined ? resolve() : rejects.end(resolve)));
  process.off("SIGINT", interrupt);
  if (turns.length > 0) return { turns, rejected };
  throw new Problem("bad-input", "No turn of the file can be read", {
    at: { file: nameOf(file) },
    got: `${rejected} bad ones`,
    hint: "Is it in another --format?",
  });
}

async function write(
  { rules }: Mined,
  format: ReturnType<typeof rewriteFormat>,
  { out, json }: Options,
): Promise<void> {
  if (out !== undefined) await pipeline(Readable.from(format.write(rules)), createWriteStream(out));
  else if (!json) for (const line of format.write(rules)) process.stdout.write(line);
}

function report({ rules, skipped, diagnostics }: Mined, rejected: number, options: Options): void {
  const { out, json, rejects } = options;
  if (json) {
    const where = out === undefined ? { rules } : { out };
    const counts = { rewrites: rules.length, rejected, skipped: skipped.length };
    printJson({ ...counts, ...where, diagnostics });
    return;
  }
  const say = out === undefined ? remark : print;
  say(
    `${rules.length} rewrites from ${diagnostics.turns.toLocaleString("en")} turns of ` +
      `${diagnostics.users.toLocaleString("en")} users` +
      `${out === undefined ? "" : `, in ${out}`}; ${rejected} rejected`,
  );
  for (const { row, problem } of skipped.slice(0, PROBLEMS_SHOWN))
    remark(`  turn ${row} left out: ${problem}`);
  if (rejected > 0 && rejects !== undefined) remark(`the bad turns are in ${rejects}`);
}

function note(label: string): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${label.padEnd(60)}${label === "" ? "\r" : ""}`);
}
