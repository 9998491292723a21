/** Short ways to drive a session, for its tests. */
import { ActorId, CorrectionId, ItemId, ProposalId } from "#core/ids.ts";
import type { DocumentAct, EditDecisionInput } from "#core/revision.ts";
import { rngOf } from "#core/rng.ts";
import type { EditCandidate } from "#propose/revise/proposer.ts";
import { advanceDocument } from "./session.ts";
import { type PassOptions, proposePass } from "./session-pass.ts";
import type { DocumentState } from "./session-state.ts";

export const by = {
  documentId: ItemId.parse("doc"),
  actor: { id: ActorId.parse("ann"), kind: "person" as const },
  atMs: 5,
};

export const open = (text: string, more: { depthMax?: number; format?: "markdown" } = {}) =>
  advanceDocument(
    undefined,
    { kind: "opened", title: "A text", text, format: "plain", depthMax: 3, ...more },
    1,
  );

export const proposeOptions: PassOptions = {
  filter: undefined,
  memory: "context",
  hideBelow: 0.3,
  exploreShare: 0,
  rng: rngOf(7),
};

/** An edit of the first occurrence of `before` from `from` on. */
export function candidate(
  text: string,
  before: string,
  after: string,
  more: Partial<EditCandidate> & { readonly from?: number } = {},
): EditCandidate {
  const { from = 0, ...rest } = more;
  const start = text.indexOf(before, from);
  if (start < 0) throw new Error(`"${before}" is not in the text`);
  return {
    edit: { start, end: start + before.length, before, after },
    intent: "fluency",
    source: "spelling",
    rationale: "because",
    score: 0.5,
    ...rest,
  };
}

/** The next pass with one edit for each pair of wordings. */
export function propose(
  state: DocumentState,
  pairs: readonly (readonly [string, string])[],
  options: Partial<PassOptions> = {},
): DocumentState {
  const candidates = pairs.map(([before, after]) => candidate(state.text, before, after));
  return apply(state, proposePass(state, candidates, { ...proposeOptions, ...options }));
}

export const apply = (state: DocumentState, act: DocumentAct, atMs = 5): DocumentState =>
  advanceDocument(state, act, atMs);

export const says = (
  id: string,
  proposal: string,
  decision: EditDecisionInput["decision"],
  after?: string,
): EditDecisionInput => ({
  id: CorrectionId.parse(id),
  proposalId: ProposalId.parse(proposal),
  decision,
  ...(after === undefined ? {} : { after }),
  effort: { ms: 900, gestures: 1, edit: 1 },
});
