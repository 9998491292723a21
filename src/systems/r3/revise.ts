import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { isProblem, problemText } from "#core/errors.ts";
import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { defineOperation } from "#core/operation.ts";
import { DEPTH_DEFAULT, ProposedEdit } from "#core/revision.ts";
import { Intent } from "#core/text.ts";
import { endpointFromEnv } from "#propose/endpoint-from-env.ts";
import { llmReviser } from "#propose/revise/llm.ts";
import type { EditCandidate, EditProposer } from "#propose/revise/proposer.ts";
import { localProposers } from "#propose/revise/proposers.ts";
import { exampleTexts } from "./example.ts";
import { FilterJson, filterFromJson, TextRow } from "./rows.ts";
import { advanceDocument } from "./session.ts";
import { decideEdits } from "./session-decisions.ts";
import { EXPLORE_SHARE, HIDE_BELOW, proposePass } from "./session-pass.ts";
import { type DocumentState, openEdits } from "./session-state.ts";

const TEXTS_MAX = 10_000;
const DEPTH_MAX = 10;
const probability = z.number().min(0).max(1);

export const ReviseInput = z.strictObject({
  texts: z.array(TextRow).min(1).max(TEXTS_MAX),
  intents: z
    .array(Intent.exclude(["meaning-changed"]))
    .min(1)
    .optional()
    .describe("what edits may be for; anything but a change of meaning when absent"),
  proposer: z
    .enum(["local", "llm", "both"])
    .default("local")
    .describe("spelling, grammar, phrases and articles; the model in EMEND_LLM_BASE_URL; or both"),
  unneeded: z
    .enum(["skip", "random-intent"])
    .default("skip")
    .describe("for a model: whether a sentence it would leave is revised for an intent drawn"),
  accept: z
    .enum(["none", "above"])
    .default("none")
    .describe("whether edits are accepted without a person: those whose score is above `above`"),
  above: probability
    .default(0.8)
    .describe("least score, the proposer's own trust times the filter's acceptance"),
  depthMax: z
    .int()
    .min(1)
    .max(DEPTH_MAX)
    .default(DEPTH_DEFAULT)
    .describe("passes at most; a second one only where something was accepted"),
  filter: FilterJson.optional().describe("what `r3.filter` gave back as `filter`"),
  hideBelow: probability
    .default(HIDE_BELOW)
    .describe("edits less likely to be accepted by the filter are hidden"),
  exploreShare: probability
    .default(EXPLORE_SHARE)
    .describe("share of the edits to hide that is shown all the same"),
});
export type ReviseInput = z.infer<typeof ReviseInput>;

const EditRow = ProposedEdit.extend({
  /** The proposer's own trust. */
  score: probability,
  accepted: z.boolean(),
});

const RevisedRow = z.strictObject({
  id: z.string(),
  /** With what was accepted; the text given, where nothing is accepted without a person. */
  text: z.string(),
  passes: z.array(
    z.strictObject({
      pass: z.int(),
      /** Offsets are into the text as it was when the pass began. */
      edits: z.array(EditRow),
      silent: z.array(z.strictObject({ source: z.string(), reason: z.string() })),
    }),
  ),
});
type RevisedRow = z.infer<typeof RevisedRow>;

export const ReviseOutput = z.strictObject({
  rows: z.array(RevisedRow),
  report: z.strictObject({
    texts: z.int(),
    proposed: z.int(),
    shown: z.int(),
    accepted: z.int(),
  }),
});
export type ReviseOutput = z.infer<typeof ReviseOutput>;

async function proposersOf({ proposer, unneeded, intents }: ReviseInput): Promise<EditProposer[]> {
  const local = proposer === "llm" ? [] : await localProposers();
  if (proposer === "local") return local;
  const wanted = intents?.filter((intent) => intent !== "other");
  const options = {
    ...endpointFromEnv(process.env),
    unneeded,
    ...(wanted === undefined || wanted.length === 0 ? {} : { intents: wanted }),
  };
  return [...local, llmReviser(options)];
}

async function run(input: ReviseInput, ctx: Ctx): Promise<ReviseOutput> {
  const proposers = await proposersOf(input);
  const rows: RevisedRow[] = [];
  for (const [i, row] of input.texts.entries()) {
    ctx.signal.throwIfAborted();
    ctx.progress({ done: i, total: input.texts.length, label: `revising text ${i + 1}` });
    const id = row.id ?? `text-${i + 1}`;
    rows.push(await reviseText({ ...row, id }, input, { proposers, ctx }));
  }
  const edits = rows.flatMap(({ passes }) => passes.flatMap((pass) => pass.edits));
  return {
    rows,
    report: {
      texts: rows.length,
      proposed: edits.length,
      shown: edits.filter(({ shown }) => shown).length,
      accepted: edits.filter(({ accepted }) => accepted).length,
    },
  };
}

/** One text, pass by pass, through the session that the workbench drives too. */
async function reviseText(
  { id, text, format }: TextRow & { readonly id: string },
  input: ReviseInput,
  { proposers, ctx }: { readonly proposers: readonly EditProposer[]; readonly ctx: Ctx },
): Promise<RevisedRow> {
  const { depthMax } = input;
  const atMs = ctx.clock.nowMs();
  const rng = ctx.rng.split(id);
  let state = advanceDocument(
    undefined,
    { kind: "opened", title: "", text, format, depthMax },
    atMs,
  );
  const passes: RevisedRow["passes"] = [];
  while (state.status === "proposing") {
    const { candidates, silent } = await candidatesOf(state.text, proposers, { ...ctx, rng });
    const wanted = candidates.filter(
      ({ intent }) => input.intents?.some((one) => one === intent) !== false,
    );
    const act = proposePass(state, wanted, {
      filter: input.filter && filterFromJson(input.filter),
      memory: "context",
      hideBelow: input.hideBelow,
      exploreShare: input.exploreShare,
      rng: rng.split("explore"),
      silent,
    });
    state = advanceDocument(state, act, atMs);
    const scores = new Map(candidates.map((one) => [keyOf(one), one.score]));
    const { after, accepted } = accepting(state, input, { scores, atMs, id });
    passes.push({
      pass: state.pass,
      edits: state.edits
        .filter(({ pass }) => pass === state.pass)
        .map(({ proposed }) => ({
          ...proposed,
          score: scores.get(keyOf(proposed)) ?? 0,
          accepted: accepted.has(proposed.id),
        })),
      silent: [...state.silent],
    });
    state = after;
    if (accepted.size === 0) break; // the next pass would be this one again
  }
  return { id, text: state.text, passes };
}

const keyOf = ({ edit, source }: Pick<EditCandidate, "edit" | "source">): string =>
  JSON.stringify([edit, source]);

/** What every proposer suggests. One that cannot answer now is named with the reason, and the others go on. */
async function candidatesOf(text: string, proposers: readonly EditProposer[], ctx: Ctx) {
  const candidates: EditCandidate[] = [];
  const silent: { source: string; reason: string }[] = [];
  for (const proposer of proposers)
    try {
      candidates.push(...(await proposer.propose(text, ctx)));
    } catch (error) {
      if (!isProblem(error)) throw error;
      silent.push({ source: proposer.source, reason: problemText(error) });
    }
  return { candidates, silent };
}

const RULE = { id: ActorId.parse("accept-rule"), kind: "verifier" as const };

/** The document after the rule has accepted what it accepts of the open edits, its pass closed. */
function accepting(
  state: DocumentState,
  { accept, above }: ReviseInput,
  how: { readonly scores: ReadonlyMap<string, number>; readonly atMs: number; readonly id: string },
): { after: DocumentState; accepted: ReadonlySet<string> } {
  const { scores, atMs, id } = how;
  const taken = openEdits(state).filter(({ proposed }) => {
    const score = (scores.get(keyOf(proposed)) ?? 0) * (proposed.acceptance ?? 1);
    return accept === "above" && score >= above;
  });
  const accepted = new Set<string>(taken.map(({ proposed }) => proposed.id));
  if (accepted.size === 0) return { after: state, accepted };
  const inputs = taken.map(({ proposed }) => ({
    id: CorrectionId.parse(`rule:${proposed.id}`),
    proposalId: proposed.id,
    decision: "confirmed" as const,
    effort: { ms: 0, gestures: 0, edit: 1 },
  }));
  const by = { documentId: ItemId.parse(id), actor: RULE, atMs };
  const decided = advanceDocument(state, decideEdits(state, inputs, by), atMs);
  return { after: advanceDocument(decided, { kind: "passed", by: RULE.id }, atMs), accepted };
}

export const revise = defineOperation({
  id: "r3.revise",
  summary: "Proposed edits of texts, with intent and reason, pass by pass",
  input: ReviseInput,
  output: ReviseOutput,
  rows: { key: "texts", row: TextRow, outKey: "rows" },
  example: { texts: [...exampleTexts] },
  run,
});
