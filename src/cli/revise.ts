import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { Problem, quoted } from "#core/errors.ts";
import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { DEPTH_DEFAULT } from "#core/revision.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { INTENTS, Intent } from "#core/text.ts";
import { readTextFile, type TextDocument } from "#formats/text/plain.ts";
import type { EditProposer } from "#propose/revise/proposer.ts";
import { localProposers } from "#propose/revise/proposers.ts";
import { reviserFromEnv } from "#server/model-from-env.ts";
import { exportDocument } from "#server/runtime/document-export.ts";
import { askProposers } from "#systems/r3/ask-proposers.ts";
import { advanceDocument } from "#systems/r3/session.ts";
import { decideEdits } from "#systems/r3/session-decisions.ts";
import { proposePass } from "#systems/r3/session-pass.ts";
import { type DocumentState, openEdits, type SessionEdit } from "#systems/r3/session-state.ts";
import { nameOf, statOf } from "./files.ts";
import { wholeNumber } from "./options.ts";
import { print, printJson, remark } from "./output.ts";

const FORMATS = ["text", "markdown", "html", "diff", "jsonl"] as const;
type Format = (typeof FORMATS)[number];
const DEPTH_MAX = 20;
const BYTES_MAX = 2 * 2 ** 20;
const BY = ActorId.parse("emend-revise");
/** Nothing is explored and nothing drawn; the model's own randomness, if one is asked, hangs on this. */
const SEED = "revise";

interface Options {
  readonly out?: string;
  readonly format?: string;
  readonly depth: string;
  readonly accept?: readonly string[];
  readonly json?: boolean;
}

/** One edit as it is printed: where it is in the file, or in the text its pass began with. */
interface Line {
  readonly pass: number;
  readonly line: number;
  readonly column: number;
  readonly before: string;
  readonly after: string;
  readonly intent: Intent;
  readonly source: string;
  readonly rationale: string;
  readonly accepted: boolean;
}

export const addRevise = (program: Command): Command =>
  program
    .command("revise")
    .argument("<file>", "a text or Markdown file")
    .description("propose edits of a text, or make those of the intents you accept")
    .option("--out <file>", "where the revised text, or the format asked for, goes")
    .option("--format <format>", FORMATS.join("|"))
    .option("--depth <passes>", "passes at most, where edits are accepted", String(DEPTH_DEFAULT))
    .option("--accept <intent...>", `make edits for: ${wanted.join(", ")}, or all`)
    .option("--json", "print the edits, and what could not be asked, as JSON")
    .addHelpText(
      "after",
      `
Examples:
  emend revise letter.md
  emend revise letter.md --accept fluency --out letter.md
  emend revise letter.md --accept fluency clarity --format html --out changes.html

Nothing leaves this machine unless EMEND_LLM_BASE_URL names a model: then it is asked too.`,
    )
    .action(revise);

const wanted = INTENTS.filter((intent) => intent !== "meaning-changed");

async function revise(file: string, options: Options): Promise<void> {
  const depthMax = wholeNumber("--depth", options.depth, { min: 1, max: DEPTH_MAX });
  const format = formatOf(options);
  const accept = intentsOf(options.accept ?? []);
  const document = read(file);
  const model = reviserFromEnv(process.env);
  const proposers = [...(await localProposers()), ...(model === undefined ? [] : [model])];
  const { state, lines } = await revised(document, { proposers, accept, depthMax });
  const output = format === undefined ? undefined : written(format, { file, state, lines });
  if (options.out !== undefined) writeFileSync(options.out, output ?? state.text);
  for (const { source, reason } of state.silent) remark(`${source}: ${reason}`);
  const made = lines.filter(({ accepted }) => accepted).length;
  if (options.json) return printJson({ file, edits: lines, accepted: made, silent: state.silent });
  if (output !== undefined && options.out === undefined) return void process.stdout.write(output);
  for (const line of lines) print(textOf(file, line));
  const wrote = options.out === undefined ? "" : `, wrote ${options.out}`;
  remark(`${lines.length} edits, ${made} accepted${wrote}`);
}

function written(
  format: Format,
  of: { readonly file: string; readonly state: DocumentState; readonly lines: readonly Line[] },
): string {
  if (format === "jsonl") return of.lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  return exportDocument(ItemId.parse(nameOf(of.file)), of.state, format).text;
}

function formatOf({ format, out, accept }: Options): Format | undefined {
  if (format === undefined) {
    if (out === undefined || accept !== undefined) return undefined;
    throw new Problem("bad-input", "Nothing would be written but the file as it is", {
      expected: "--accept with the intents to accept, or --format html for the edits in place",
      got: "--out alone",
    });
  }
  const known = FORMATS.find((one) => one === format);
  if (known !== undefined) return known;
  throw new Problem("bad-input", "--format is not as expected", {
    expected: FORMATS.join(", "),
    got: quoted(format),
  });
}

function intentsOf(given: readonly string[]): ReadonlySet<Intent> {
  if (given.includes("all")) return new Set(wanted);
  return new Set(
    given.map((text) => {
      const intent = Intent.exclude(["meaning-changed"]).safeParse(text);
      if (intent.success) return intent.data;
      throw new Problem("bad-input", "--accept is not as expected", {
        expected: `${wanted.join(", ")}, or all`,
        got: quoted(text),
      });
    }),
  );
}

function read(file: string): TextDocument {
  const stat = statOf(file);
  if (!stat.isFile())
    throw new Problem("bad-input", "This is not a file", { got: quoted(file), at: { file } });
  if (stat.size > BYTES_MAX)
    throw new Problem("too-large", "The file is too large", {
      expected: `at most ${BYTES_MAX / 2 ** 20} MB`,
      got: `${(stat.size / 2 ** 20).toFixed(1)} MB`,
      at: { file },
      hint: "Revise it in parts, a chapter each.",
    });
  return readTextFile(readFileSync(file), nameOf(file));
}

/** Pass by pass through the session that the workbench drives too, until nothing more is accepted. */
async function revised(
  document: TextDocument,
  how: {
    readonly proposers: readonly EditProposer[];
    readonly accept: ReadonlySet<Intent>;
    readonly depthMax: number;
  },
): Promise<{ state: DocumentState; lines: Line[] }> {
  const atMs = systemClock.nowMs();
  const rng = rngOf(SEED);
  let state = advanceDocument(
    undefined,
    { kind: "opened", ...document, depthMax: how.depthMax },
    atMs,
  );
  const lines: Line[] = [];
  while (state.status === "proposing") {
    state = await nextPass(state, how.proposers, rng);
    const open = openEdits(state);
    // One that takes back what was accepted before is left to a person.
    const taken = open.filter((edit) => how.accept.has(edit.proposed.intent) && !edit.oscillates);
    const accepted = new Set(taken.map(({ proposed }) => proposed.id));
    const where = lineStarts(state.text);
    lines.push(...open.map((edit) => lineOf(edit, where, accepted.has(edit.proposed.id))));
    if (taken.length === 0) break;
    state = advanceDocument(state, accepting(state, taken, atMs), atMs);
    // The edits that are left stay open after the last pass, to be marked in the page.
    if (state.pass === how.depthMax) break;
    state = advanceDocument(state, { kind: "passed", by: BY }, atMs);
  }
  return { state, lines: latest(lines) };
}

async function nextPass(
  state: DocumentState,
  proposers: readonly EditProposer[],
  rng: Rng,
): Promise<DocumentState> {
  const { candidates, silent } = await askProposers(proposers, state.text, {
    rng: rng.split(state.pass),
    clock: systemClock,
    signal: new AbortController().signal,
    progress: () => {},
  });
  const act = proposePass(state, candidates, {
    filter: undefined,
    memory: "context",
    hideBelow: 0,
    exploreShare: 0,
    rng,
    silent,
  });
  return advanceDocument(state, act, systemClock.nowMs());
}

const accepting = (state: DocumentState, edits: readonly SessionEdit[], atMs: number) =>
  decideEdits(
    state,
    edits.map(({ proposed }) => ({
      id: CorrectionId.parse(`accept-${proposed.id}`),
      proposalId: proposed.id,
      decision: "confirmed" as const,
      effort: { ms: 0, gestures: 0, edit: 1 },
    })),
    { documentId: ItemId.parse("file"), actor: { id: BY, kind: "optimiser" }, atMs },
  );

/** Edits that were left come again in every pass: the last time tells. */
function latest(lines: readonly Line[]): Line[] {
  const last = lines.at(-1)?.pass;
  return lines.filter(({ accepted, pass }) => accepted || pass === last);
}

/** Where each line begins. */
const lineStarts = (text: string): number[] => [
  0,
  ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1),
];

function lineOf(
  { proposed, pass, place }: SessionEdit,
  starts: readonly number[],
  accepted: boolean,
): Line {
  const { edit, intent, source, rationale } = proposed;
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= place.start) low = middle;
    else high = middle;
  }
  const column = place.start - (starts[low] ?? 0) + 1;
  const { before, after } = edit;
  return { pass, line: low + 1, column, before, after, intent, source, rationale, accepted };
}

const textOf = (file: string, { line, column, before, after, accepted, ...rest }: Line): string =>
  `${file}:${line}:${column}  ${accepted ? "accepted" : "proposed"}  ${quoted(before)} → ${quoted(after)}  ` +
  `(${rest.intent}, ${rest.source}) ${rest.rationale}`;
