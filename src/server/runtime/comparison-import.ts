/** Prompts, candidates and comparisons from files: the good rows go in, the bad ones come back. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type ComparisonOutput, Message, type Reply } from "#core/comparison.ts";
import type { Correction } from "#core/correction.ts";
import { badInput, isProblem, Problem, problemText, quoted } from "#core/errors.ts";
import type { FinetuneRecord } from "#core/finetune.ts";
import { ActorId, CorrectionId, ItemId, type ProjectId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import type { ImportReport } from "#core/views.ts";
import { comparisonKind } from "#correct/comparison/comparison.ts";
import { preferences } from "#correct/comparison/order.ts";
import { readFinetune } from "#formats/finetune/read.ts";
import {
  chunksOf,
  type ImportInput,
  RAW_CHARS_MAX,
  type Reject,
  singleStream,
} from "#formats/format.ts";
import { parseJson } from "#formats/jsonl.ts";
import { LineReader } from "#formats/lines.ts";
import type { Compared, PromptRow } from "#store/comparison-store.ts";
import { comparisonProject, textOfPrompt, worldPrompt, worldReply } from "./comparison-projects.ts";
import type { Host } from "./host.ts";
import { rejectsKept } from "./import.ts";

/** Rows written at a time. */
const BATCH_ROWS = 500;
/** Replies to one prompt in a row. */
const REPLIES_MAX = 256;
const CHARS_MAX = 100_000;

const Text = z.string().max(CHARS_MAX);
const Prompt = z.union([Text.min(1), z.array(Message).min(1)], {
  error: "a text, or a list of messages",
});
const GivenReply = z.union([
  Text.min(1).transform((text) => ({ text })),
  z.strictObject({
    text: Text.min(1),
    source: z.string().min(1).max(200).optional(),
    logProb: z.number().optional(),
    rewards: z.record(z.string().min(1), z.number()).optional(),
  }),
]);
const said = { annotator: z.string().min(1).max(200).optional() };

/** One line: candidates of a prompt, or two replies one of which is preferred. */
const Row = z.union(
  [
    z.strictObject({
      id: z.string().min(1).max(200).optional(),
      prompt: Prompt,
      replies: z.array(GivenReply).min(1).max(REPLIES_MAX),
    }),
    z.strictObject({
      id: z.string().min(1).max(200).optional(),
      prompt: Prompt,
      chosen: GivenReply,
      rejected: GivenReply,
      ...said,
    }),
    z.strictObject({
      id: z.string().min(1).max(200).optional(),
      prompt: Prompt,
      answers: z.array(GivenReply).length(2),
      preference: z.union([z.literal(0), z.literal(1), z.null()]),
      ...said,
    }),
  ],
  {
    error:
      "prompt with replies, with chosen and rejected, or with two answers and preference 0, 1 or null",
  },
);
type Row = z.infer<typeof Row>;
type Given = z.infer<typeof GivenReply>;

const hashOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The same prompt in two files is the same prompt; so are two replies of the same words to it. */
export const promptIdOf = (prompt: readonly Message[]): ItemId =>
  ItemId.parse(`prompt-${hashOf(JSON.stringify(prompt))}`);
export const replyIdOf = (text: string): string => `r${hashOf(text)}`;

/** Whether a prompt is only measured on: decided by its id alone. */
export const isHeldOut = (project: ProjectId, id: ItemId, share: number): boolean =>
  rngOf(project).split("held-out").split(id).uniform() < share;

/** A row as it is written. */
interface Taken {
  readonly prompt: PromptRow;
  readonly replies: readonly Reply[];
  readonly verdict?: {
    readonly chosen: string;
    readonly rejected: string;
    readonly tie: boolean;
    readonly annotator: string | undefined;
  };
}

interface Into {
  readonly id: ProjectId;
  readonly world: string | null;
  readonly read: string;
  readonly heldOutShare: number;
}

const replyOf = (given: Given): Reply => ({ id: replyIdOf(given.text), ...given });

/** @throws Problem `bad-input` for what does not fit the project. */
function takenFrom(value: unknown, into: Into): Taken {
  const parsed = Row.safeParse(value);
  if (!parsed.success) throw badInput(parsed.error, value);
  const row: Row = parsed.data;
  const messages: Message[] =
    typeof row.prompt === "string" ? [{ role: "user", content: row.prompt }] : row.prompt;
  const given =
    "replies" in row ? row.replies : "answers" in row ? row.answers : [row.chosen, row.rejected];
  const replies = given.map(replyOf);
  checkFits(messages, replies, into);
  const promptId = row.id === undefined ? promptIdOf(messages) : ItemId.parse(row.id);
  const prompt = {
    id: promptId,
    prompt: messages,
    heldOut: isHeldOut(into.id, promptId, into.heldOutShare),
  };
  if ("replies" in row) return { prompt, replies };
  const [first, second] = replies;
  if (first === undefined || second === undefined || first.id === second.id)
    throw new Problem("bad-input", "The two replies are the same", {
      expected: "two different replies to compare",
      got: quoted(first?.text),
    });
  const turned = "answers" in row && row.preference === 1;
  const tie = "answers" in row && row.preference === null;
  const [chosen, rejected] = turned ? [second, first] : [first, second];
  const { annotator } = row;
  return {
    prompt,
    replies,
    verdict: { chosen: chosen.id, rejected: rejected.id, tie, annotator },
  };
}

function checkFits(prompt: readonly Message[], replies: readonly Reply[], into: Into): void {
  if (into.world !== null) {
    worldPrompt(textOfPrompt(prompt));
    for (const { text } of replies) worldReply(text);
  }
  if (into.read !== "rewards") return;
  const bare = replies.find(({ rewards = {} }) => Object.keys(rewards).length === 0);
  if (bare === undefined) return;
  throw new Problem("bad-input", "A reply has no rewards, and the project reads nothing else", {
    expected: '"rewards": columns of numbers with every reply',
    got: quoted(bare.text),
    at: { field: "replies" },
  });
}

/** Own lines, or a training file whose shape is told from its first rows. */
export const CANDIDATE_FORMATS = ["jsonl", "finetune"] as const;
type CandidateFormat = (typeof CANDIDATE_FORMATS)[number];

interface Batch {
  /** Lines that go in: one may be several rows. */
  readonly accepted: number;
  readonly rows: readonly Taken[];
  readonly rejects: readonly Reject[];
  readonly notes: readonly string[];
}

const batchesOf = (
  request: Parameters<typeof importCandidates>[2],
  into: Into,
): AsyncGenerator<Batch> =>
  request.format === "jsonl" ? ownLines(request, into) : trainingRows(request, into);

const refusal = (problem: Problem, line: number, raw: string): Reject => ({
  line,
  raw: raw.slice(0, RAW_CHARS_MAX),
  problem: problemText(
    new Problem(problem.kind, problem.message, {
      ...problem.detail,
      at: { ...problem.detail.at, line },
    }),
  ),
});

async function* ownLines(
  { input, signal }: Parameters<typeof importCandidates>[2],
  into: Into,
): AsyncGenerator<Batch> {
  let rows: Taken[] = [];
  let rejects: Reject[] = [];
  let lines = 0;
  const reader = new LineReader({
    line(text, line) {
      if (text.trim() === "") return;
      lines++;
      const parsed = parseJson(text);
      try {
        if (parsed.ok) rows.push(takenFrom(parsed.value, into));
        else rejects.push(refusal(parsed.error, line, text));
      } catch (error) {
        if (!isProblem(error)) throw error;
        rejects.push(refusal(error, line, text));
      }
    },
    refuse: (problem, { line = 0 }, raw) => {
      lines++;
      rejects.push(refusal(problem, line, raw()));
    },
  });
  for await (const chunk of chunksOf(singleStream(input), signal)) {
    reader.push(chunk);
    if (rows.length + rejects.length < BATCH_ROWS) continue;
    yield { accepted: rows.length, rows, rejects, notes: [] };
    [rows, rejects] = [[], []];
  }
  reader.end();
  yield { accepted: rows.length, rows, rejects, notes: [] };
  if (lines === 0)
    throw new Problem("bad-input", "The file is empty", { expected: "at least one row" });
}

const textOfMessages = (messages: readonly Message[]): string =>
  messages.map(({ content }) => content).join("\n");

/** Rows as they are taken: candidates first, then each preference a record holds. */
function takenFromRecord(record: FinetuneRecord, into: Into): Taken[] {
  const { judgement } = record;
  const replies = record.completions
    .filter(({ messages }) => textOfMessages(messages) !== "")
    .map(
      ({ messages, source, logProb, reward }): Reply => ({
        id: replyIdOf(textOfMessages(messages)),
        text: textOfMessages(messages),
        ...(source === undefined ? {} : { source }),
        ...(logProb === undefined ? {} : { logProb }),
        ...(reward === undefined ? {} : { rewards: { reward } }),
      }),
    );
  if (record.prompt.length === 0 || replies.length === 0)
    throw new Problem("bad-input", "There is no prompt with a reply to it", {
      expected: "a prompt and at least one reply",
      got: `${record.prompt.length} messages and ${replies.length} replies`,
    });
  checkFits(record.prompt, replies, into);
  const id = promptIdOf(record.prompt);
  const heldOut = isHeldOut(into.id, id, into.heldOutShare);
  const base = { prompt: { id, prompt: record.prompt, heldOut }, replies };
  const byId = new Map(
    record.completions.map((each) => [each.id, replyIdOf(textOfMessages(each.messages))]),
  );
  const annotator = judgement?.annotator ?? undefined;
  const verdict = (chosen: string, rejected: string, tie: boolean): Taken[] => {
    const [first, second] = [byId.get(chosen), byId.get(rejected)];
    if (first === undefined || second === undefined || first === second) return [];
    return [{ ...base, replies: [], verdict: { chosen: first, rejected: second, tie, annotator } }];
  };
  const [one, other] = record.completions;
  switch (judgement?.kind) {
    case "pair":
    case "edit":
      return [base, ...verdict(judgement.chosen, judgement.rejected, false)];
    case "tie":
      return [base, ...verdict(one?.id ?? "", other?.id ?? "", true)];
    case "rank":
      return [
        base,
        ...preferences({ kind: "ranking", tiers: judgement.tiers, reasons: [] }).flatMap(
          ({ chosen, rejected }) => verdict(chosen, rejected, false),
        ),
      ];
    default:
      return [base];
  }
}

async function* trainingRows(
  { input, signal }: Parameters<typeof importCandidates>[2],
  into: Into,
): AsyncGenerator<Batch> {
  for await (const batch of readFinetune(input, { ...(signal && { signal }) })) {
    const rows: Taken[] = [];
    const rejects = [...batch.rejects];
    let refused = 0;
    for (const { record, line } of batch.records)
      try {
        rows.push(...takenFromRecord(record, into));
      } catch (error) {
        if (!isProblem(error)) throw error;
        refused++;
        rejects.push(refusal(error, line, JSON.stringify(record)));
      }
    yield { accepted: batch.records.length - refused, rows, rejects, notes: batch.notes };
  }
}

/**
 * Imports a file, streamed. What came before a failure stays.
 *
 * @throws Problem `bad-input` for an empty file.
 */
export async function importCandidates(
  host: Host,
  id: ProjectId,
  request: {
    readonly format: CandidateFormat;
    readonly input: ImportInput;
    readonly signal?: AbortSignal;
  },
): Promise<ImportReport> {
  const startMs = host.clock.nowMs();
  const { project, schema } = await comparisonProject(host, id);
  const into = { id, ...schema };
  const kept = rejectsKept();
  let [accepted, rejected, duplicates] = [0, 0, 0];
  for await (const { rows, rejects, notes, ...batch } of batchesOf(request, into)) {
    rejected += rejects.length;
    for (const reject of rejects) kept.add(reject);
    kept.sentences.push(...notes);
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      const part = rows.slice(from, from + BATCH_ROWS);
      const added = await host.store.addCandidates(id, part, {
        format: request.format,
        rejected: 0,
      });
      duplicates += added.duplicates + (await takeVerdicts(host, id, part));
    }
    accepted += batch.accepted;
  }
  host.live.publish({ kind: "comparisons-changed", projectId: id });
  const repeated =
    duplicates === 0
      ? []
      : [`${duplicates} replies or comparisons were there before and were left as they are.`];
  return {
    project: project.config.name,
    projectId: id,
    accepted,
    rejected,
    problems: [...kept.sentences, ...repeated],
    batch: rejected === 0 ? null : await host.store.putBlob(kept.bytes()),
    ms: host.clock.nowMs() - startMs,
  };
}

/** Comparisons of a file become corrections; returns how many were there before. */
async function takeVerdicts(host: Host, id: ProjectId, rows: readonly Taken[]): Promise<number> {
  const nowMs = host.clock.nowMs();
  const asked = rows.flatMap(({ prompt, verdict }) =>
    verdict === undefined ? [] : [imported(prompt.id, verdict, nowMs)],
  );
  if (asked.length === 0) return 0;
  const taken = await host.store.compare(id, asked);
  return taken.filter(({ kind }) => kind !== "taken").length;
}

function imported(
  itemId: ItemId,
  { chosen, rejected, tie, annotator = "imported" }: NonNullable<Taken["verdict"]>,
  nowMs: number,
): Compared {
  const output: ComparisonOutput = {
    kind: "pair",
    first: chosen,
    second: rejected,
    verdict: tie ? "tie" : "first",
    reasons: [],
  };
  const operations = comparisonKind.diff(null, output);
  // One who is not named may have said both things of a pair, as two persons do: each is kept once.
  const by = annotator === "imported" && chosen > rejected ? "imported-2" : annotator;
  const key = hashOf(JSON.stringify([itemId, by, chosen, rejected, tie]));
  const correction: Correction<ComparisonOutput> = {
    id: CorrectionId.parse(`imported-${key}`),
    itemId,
    proposalId: null,
    decision: "compared",
    before: null,
    after: output,
    operations,
    by: { id: ActorId.parse(by), kind: "person" },
    effort: { ms: 0, gestures: 0, edit: comparisonKind.editSize(operations) },
    risk: null,
    propensity: 1,
    audit: false,
    suggestionShown: false,
    atMs: nowMs,
  };
  const pair = [chosen, rejected].sort().join("|");
  return { correction, questionId: `${itemId}|${pair}`, shown: null };
}
