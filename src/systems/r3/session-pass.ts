/** From what the proposers suggest to what the writer is shown (R3, steps 4 to 6). */
import { Problem } from "#core/errors.ts";
import { ProposalId } from "#core/ids.ts";
import type { DocumentAct, ProposedEdit } from "#core/revision.ts";
import type { Rng } from "#core/rng.ts";
import type { TextEdit } from "#core/text.ts";
import { withoutConflicts } from "#correct/text/edits.ts";
import { protectedSpans } from "#correct/text/protected.ts";
import { type AcceptanceModel, acceptProbability, editFeatures } from "#learn/acceptance-model.ts";
import { type MemoryScope, rejectionKey } from "#learn/rejection-memory.ts";
import type { EditCandidate } from "#propose/revise/proposer.ts";
import type { DocumentState } from "./session-state.ts";
import { decisionsOf } from "./session-view.ts";

/** What was learned of a writer over all documents of a project. */
export interface WriterFilter {
  readonly acceptance: AcceptanceModel;
  /** Rejections less acceptances of an edit wherever it stands, by its wide key. */
  readonly rejected: ReadonlyMap<string, number>;
  /** Wide keys of edits that are never proposed again. */
  readonly never: ReadonlySet<string>;
}

/** An edit accepted with a smaller probability is hidden from the writer (R3, learned filter). */
export const HIDE_BELOW = 0.3;
/** Share of the edits to hide that is shown all the same, so that the filter can learn it was wrong. */
export const EXPLORE_SHARE = 0.05;

export interface PassOptions {
  /** None: everything is shown. */
  readonly filter: WriterFilter | undefined;
  /** How far a rejection in this document reaches. */
  readonly memory: MemoryScope | "none";
  readonly hideBelow: number;
  readonly exploreShare: number;
  readonly rng: Rng;
  readonly silent?: readonly { readonly source: string; readonly reason: string }[] | undefined;
}

/** A writer decides no more than this in one pass; the others come in later ones. */
const EDITS_A_PASS_MAX = 1_000;
/** Longer than any sentence: not a decision anybody can make at a glance. */
const EDIT_CHARS_MAX = 5_000;
/** Decisions that a habit's prior is worth: each net rejection counts as one more "no" against it. */
const HABIT_PRIOR = 2;

const LONE_SURROGATE = /\p{Cs}/u;

interface Scored extends EditCandidate {
  readonly acceptance: number | null;
}

/**
 * The act that opens the next pass. Left out: edits that do not fit the text, touch a protected span, were rejected in
 * this document before or are never to come again; of those in each other's way the likelier one stays.
 *
 * @throws Problem `conflict` when the document does not wait for proposals.
 */
export function proposePass(
  state: DocumentState,
  candidates: readonly EditCandidate[],
  options: PassOptions,
): DocumentAct {
  if (state.status !== "proposing")
    throw new Problem("conflict", "The document does not wait for proposals", {
      got: state.status,
    });
  const pass = state.pass + 1;
  const { filter, exploreShare, rng } = options;
  const fitting = candidates.filter(({ edit }) => fits(state.text, edit));
  const wanted = wantedOf(state, fitting, options).map((candidate) =>
    scored(state, candidate, filter),
  );
  const { kept } = withoutConflicts(wanted, ({ score, acceptance }) => score * (acceptance ?? 1));
  const best = bestOf(kept);
  const edits = best.map((candidate, index): ProposedEdit => {
    const { edit, intent, source, rationale, acceptance } = candidate;
    const id = ProposalId.parse(`p${pass}-${index + 1}`);
    const likely = acceptance === null || acceptance >= options.hideBelow;
    const explored = !likely && rng.split(`pass-${pass}`).split(id).bernoulli(exploreShare);
    const propensity = likely ? 1 : explored ? exploreShare : 1 - exploreShare;
    return {
      id,
      edit,
      intent,
      source,
      rationale,
      acceptance,
      shown: likely || explored,
      propensity,
    };
  });
  return {
    kind: "proposed",
    pass,
    edits,
    silent: [
      ...(options.silent ?? []),
      ...misfits(candidates, fitting),
      ...(best.length === kept.length ? [] : [LATER]),
    ],
  };
}

/** The edit is one of this text, changes it, and cuts no character in two. */
function fits(text: string, { start, end, before, after }: TextEdit): boolean {
  return (
    before !== after &&
    start >= 0 &&
    end - start === before.length &&
    text.startsWith(before, start) &&
    before.length <= EDIT_CHARS_MAX &&
    after.length <= EDIT_CHARS_MAX &&
    !LONE_SURROGATE.test(after) &&
    !cutsCharacter(text, start) &&
    !cutsCharacter(text, end)
  );
}

/** Whether an offset is inside a surrogate pair, or parts a letter from the marks that combine with it. */
function cutsCharacter(text: string, at: number): boolean {
  if (at === 0) return false;
  const unit = text.charCodeAt(at);
  if (unit >= 0xdc00 && unit <= 0xdfff) return true;
  return /^\p{M}/u.test(text.slice(at, at + 2));
}

function wantedOf(
  state: DocumentState,
  candidates: readonly EditCandidate[],
  { filter, memory }: PassOptions,
): EditCandidate[] {
  const spans = protectedSpans(state.text, state.format);
  const rejected = new Set(
    memory === "none"
      ? []
      : decisionsOf(state)
          .filter(({ accepted }) => !accepted)
          .map(({ text, proposed }) => rejectionKey(text, proposed, memory)),
  );
  return candidates.filter((candidate) => {
    // Proposers make no edit that changes the meaning; one that says it does is none of theirs.
    if (candidate.intent === "meaning-changed" || touches(spans, candidate.edit)) return false;
    if (memory !== "none" && rejected.has(rejectionKey(state.text, candidate, memory)))
      return false;
    return filter?.never.has(rejectionKey(state.text, candidate, "wide")) !== true;
  });
}

/** `spans`: ascending, free of overlap. */
function touches(
  spans: readonly { readonly start: number; readonly end: number }[],
  edit: TextEdit,
): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) > edit.start) high = middle;
    else low = middle + 1;
  }
  const span = spans[low];
  if (span === undefined) return false;
  return edit.start === edit.end ? span.start < edit.start : span.start < edit.end;
}

function scored(
  state: DocumentState,
  candidate: EditCandidate,
  filter: WriterFilter | undefined,
): Scored {
  if (filter === undefined) return { ...candidate, acceptance: null };
  const p = acceptProbability(filter.acceptance, editFeatures(state.text, candidate));
  const net = filter.rejected.get(rejectionKey(state.text, candidate, "wide")) ?? 0;
  const acceptance = p === null || net <= 0 ? p : (p * HABIT_PRIOR) / (HABIT_PRIOR + net);
  return { ...candidate, acceptance };
}

/** The likeliest of too many, in the order of the text. */
function bestOf(kept: readonly Scored[]): readonly Scored[] {
  if (kept.length <= EDITS_A_PASS_MAX) return kept;
  const chosen = new Set(
    kept
      .toSorted((a, b) => b.score * (b.acceptance ?? 1) - a.score * (a.acceptance ?? 1))
      .slice(0, EDITS_A_PASS_MAX),
  );
  return kept.filter((candidate) => chosen.has(candidate));
}

const LATER = {
  source: "emend",
  reason: `More edits wait for a later pass: one has ${EDITS_A_PASS_MAX} at most.`,
};

/** Proposers whose edits did not all fit, so that a faulty one is seen. */
function misfits(
  candidates: readonly EditCandidate[],
  fitting: readonly EditCandidate[],
): { source: string; reason: string }[] {
  const good = new Set(fitting);
  const counts = new Map<string, number>();
  for (const candidate of candidates)
    if (!good.has(candidate)) counts.set(candidate.source, (counts.get(candidate.source) ?? 0) + 1);
  return [...counts].map(([source, count]) => ({
    source,
    reason: `${count} of its edits did not fit the text.`,
  }));
}
