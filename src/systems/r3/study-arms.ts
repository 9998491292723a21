import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import type { EditDecisionInput } from "#core/revision.ts";
import type { Rng } from "#core/rng.ts";
import { simulatedWriter } from "#correct/simulated-writer.ts";
import { charDiff } from "#correct/text/word-diff.ts";
import type { MemoryScope } from "#learn/rejection-memory.ts";
import type { EditCandidate } from "#propose/revise/proposer.ts";
import { emptyFilter, learnFilter } from "./filter.ts";
import { advanceDocument } from "./session.ts";
import { decideEdits } from "./session-decisions.ts";
import { EXPLORE_SHARE, HIDE_BELOW, proposePass, type WriterFilter } from "./session-pass.ts";
import { type DocumentState, openEdits } from "./session-state.ts";
import { decisionsOf } from "./session-view.ts";
import type { ProposeFor, StudyDocument } from "./study-world.ts";

/** How an arm revises. */
export interface ArmHow {
  readonly depthMax: number;
  readonly decides: "writer" | "accepts-all";
  readonly memory: MemoryScope | "none";
  /**
   * `shuffled`: the filter learns the writer's answers dealt to other edits of the same document. `counts`: no model,
   * the share of edits of this proposer and intent that the writer took so far.
   */
  readonly filter: "none" | "own" | "shuffled" | "counts";
  readonly diff: "word" | "character";
}

const R3: ArmHow = {
  depthMax: 3,
  decides: "writer",
  memory: "context",
  filter: "none",
  diff: "word",
};

export const HOW: Readonly<Record<string, ArmHow>> = {
  r3: R3,
  "r3-filter": { ...R3, filter: "own" },
  "r3-filter-counts": { ...R3, filter: "counts" },
  "one-shot": { ...R3, depthMax: 1 },
  "system-only": { ...R3, decides: "accepts-all" },
  "r3-no-memory": { ...R3, memory: "none" },
  "r3-wide-memory": { ...R3, memory: "wide" },
  "r3-char-diff": { ...R3, diff: "character" },
  "r3-filter-shuffled": { ...R3, filter: "shuffled" },
};

/** What became of one document. */
export interface Revised {
  readonly text: string;
  /** Decisions a person made, and of them those that accepted, by depth from 1. */
  readonly reviews: readonly number[];
  readonly accepted: readonly number[];
  readonly ms: number;
  /** The text at the end of each pass there was. */
  readonly texts: readonly string[];
}

const ACTOR = { id: ActorId.parse("writer"), kind: "simulated" as const };

/** All documents of a seed, one after another, through the session that the server drives too. */
export async function revise(
  documents: readonly StudyDocument[],
  how: ArmHow,
  made: { readonly propose: ProposeFor; readonly rng: Rng; readonly signal: AbortSignal },
): Promise<Revised[]> {
  const { rng } = made;
  const models = how.filter === "own" || how.filter === "shuffled";
  let filter: WriterFilter | undefined = models ? emptyFilter : undefined;
  const counts = new Map<string, Count>();
  const revised: Revised[] = [];
  for (const document of documents) {
    made.signal.throwIfAborted();
    const { state, ...outcome } = await reviseOne(document, how, { ...made, filter, counts });
    revised.push(outcome);
    const decisions = decisionsOf(state);
    if (how.filter === "counts") count(counts, decisions);
    if (filter === undefined) continue;
    const answers = decisions.map(({ accepted }) => accepted);
    const taught =
      how.filter === "own" ? answers : rng.split("deal").split(document.id).shuffle(answers);
    filter = learnFilter(
      filter,
      decisions.map((decision, i) => ({ ...decision, accepted: taught[i] === true })),
    );
  }
  return revised;
}

async function reviseOne(
  { id, clean, corrupted }: StudyDocument,
  how: ArmHow,
  made: {
    readonly propose: ProposeFor;
    readonly rng: Rng;
    readonly filter: WriterFilter | undefined;
    readonly counts: ReadonlyMap<string, Count>;
  },
): Promise<Revised & { state: DocumentState }> {
  const rng = made.rng.split("document").split(id);
  const judge = simulatedWriter(clean, rng.split("writer"));
  const by = { documentId: ItemId.parse(id), actor: ACTOR };
  const { depthMax, memory } = how;
  let atMs = 0;
  let state = advanceDocument(
    undefined,
    { kind: "opened", title: id, text: corrupted.text, format: "plain", depthMax },
    atMs,
  );
  const reviews = new Array<number>(depthMax).fill(0);
  const accepted = new Array<number>(depthMax).fill(0);
  const texts: string[] = [];
  while (state.status === "proposing") {
    const depth = state.pass;
    const proposed = await made.propose(id, state.text, depth + 1);
    const cut = how.diff === "word" ? proposed : proposed.flatMap(byCharacter);
    const draws = rng.split("explore-counts").split(depth);
    const candidates = cut.filter((one) => isLikely(made.counts, one, draws));
    const act = proposePass(state, candidates, {
      filter: made.filter,
      memory,
      hideBelow: HIDE_BELOW,
      exploreShare: EXPLORE_SHARE,
      rng: rng.split("explore"),
    });
    state = advanceDocument(state, act, atMs);
    const inputs: EditDecisionInput[] = [];
    for (const { proposed: shown } of openEdits(state)) {
      const { edit } = shown;
      const label = JSON.stringify([depth, edit.start, edit.before, edit.after]);
      const said =
        how.decides === "writer"
          ? judge(state.text, edit, label)
          : { accepted: true, effort: { ms: 0, gestures: 0 } };
      atMs += said.effort.ms;
      if (how.decides === "writer") reviews[depth] = (reviews[depth] ?? 0) + 1;
      if (said.accepted) accepted[depth] = (accepted[depth] ?? 0) + 1;
      inputs.push({
        id: CorrectionId.parse(`${id}:${shown.id}`),
        proposalId: shown.id,
        decision: said.accepted ? "confirmed" : "rejected",
        effort: { ...said.effort, edit: 1 },
      });
    }
    if (state.status !== "reviewing") break;
    state = advanceDocument(state, decideEdits(state, inputs, { ...by, atMs }), atMs);
    state = advanceDocument(state, { kind: "passed", by: ACTOR.id }, atMs);
    texts.push(state.text);
  }
  return { state, text: state.text, reviews, accepted, ms: atMs, texts };
}

/** Decisions on edits of one proposer and intent. */
interface Count {
  readonly accepted: number;
  readonly decisions: number;
}

const kindOf = ({ source, intent }: Pick<EditCandidate, "source" | "intent">): string =>
  `${source}/${intent}`;

function count(counts: Map<string, Count>, decisions: ReturnType<typeof decisionsOf>): void {
  for (const { proposed, accepted } of decisions) {
    const before = counts.get(kindOf(proposed)) ?? { accepted: 0, decisions: 0 };
    counts.set(kindOf(proposed), {
      accepted: before.accepted + (accepted ? 1 : 0),
      decisions: before.decisions + 1,
    });
  }
}

/** By Laplace's rule, (accepted + 1) / (decisions + 2); the filter's threshold and exploration. */
function isLikely(counts: ReadonlyMap<string, Count>, candidate: EditCandidate, rng: Rng): boolean {
  const { accepted, decisions } = counts.get(kindOf(candidate)) ?? { accepted: 0, decisions: 0 };
  if ((accepted + 1) / (decisions + 2) >= HIDE_BELOW) return true;
  return rng.split(JSON.stringify(candidate.edit)).bernoulli(EXPLORE_SHARE);
}

/** One candidate cut as the authors' code cuts it: each run of differing characters a decision of its own. */
const byCharacter = (candidate: EditCandidate): EditCandidate[] =>
  charDiff(candidate.edit.before, candidate.edit.after).map((piece) => ({
    ...candidate,
    edit: {
      ...piece,
      start: piece.start + candidate.edit.start,
      end: piece.end + candidate.edit.start,
    },
  }));
