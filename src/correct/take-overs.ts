/** Take-overs of an episode as corrections: the same record as in every other medium. */
import type { Actor, Correction } from "#core/correction.ts";
import type { Episode } from "#core/episode.ts";
import { stepsMs, type TakeOver, takeOversOf } from "#core/episode-edits.ts";
import { Problem } from "#core/errors.ts";
import { CorrectionId, ItemId, LessonId } from "#core/ids.ts";

/** Longest id of an episode, so that the ids of its take-overs fit. */
const ID_CHARS_MAX = 160;
/** One to take the control, one to give it back. */
const GESTURES = 2;

/** @throws Problem `bad-input` for an id too long to name take-overs by. */
export function takeOverId(episodeId: string, interventionId: number): CorrectionId {
  if (episodeId.length <= ID_CHARS_MAX)
    return CorrectionId.parse(`${episodeId}/take-over-${interventionId}`);
  throw new Problem("bad-input", "The id of the episode is too long", {
    expected: `at most ${ID_CHARS_MAX} characters`,
    got: `${episodeId.length}`,
    at: { field: "id" },
  });
}

interface Made {
  readonly by: Actor;
  readonly atMs: number;
}

const correctionOf = (
  { id, controlHz, policyId }: Pick<Episode, "id" | "controlHz" | "policyId">,
  { interventionId, from, to }: TakeOver,
  { by, atMs }: Made,
): Correction<string> => {
  const policy = LessonId.safeParse(policyId);
  return {
    id: takeOverId(id, interventionId),
    itemId: ItemId.parse(id),
    proposalId: null,
    decision: "taken-over",
    before: null,
    after: null,
    operations: [{ from, to }],
    by,
    effort: { ms: stepsMs(to - from, controlHz), gestures: GESTURES, edit: to - from },
    risk: null,
    propensity: 1,
    audit: false,
    suggestionShown: true,
    ...(policy.success && { lessonId: policy.data }),
    atMs,
  };
};

/** One correction for each take-over: effort is the time under the person's hand, edit its steps. */
export const takeOverCorrections = (
  episode: Pick<Episode, "id" | "controlHz" | "policyId" | "rows" | "notReal">,
  made: Made,
): Correction<string>[] =>
  takeOversOf(episode.rows)
    .filter(({ interventionId }) => !episode.notReal.includes(interventionId))
    .map((takeOver) => correctionOf(episode, takeOver, made));

/**
 * The record that goes with saying that a take-over was none, or was one after all: it takes back
 * the latest in the chain of correction, undo, undo of the undo …
 *
 * @param chain corrections of the episode, in the order they were made.
 */
export function realityCorrection(
  episode: Pick<Episode, "id" | "controlHz" | "policyId">,
  said: { readonly takeOver: TakeOver; readonly chain: readonly Correction<string>[] },
  made: Made,
): Correction<string> {
  const first = takeOverId(episode.id, said.takeOver.interventionId);
  let last = said.chain.find(({ id }) => id === first);
  // It came as not real, and so without a correction.
  if (last === undefined) return correctionOf(episode, said.takeOver, made);
  let links = 1;
  for (const next of said.chain)
    if (next.undoes === last.id) {
      last = next;
      links += 1;
    }
  return {
    ...last,
    id: CorrectionId.parse(`${first}/undo-${links}`),
    decision: "undone",
    undoes: last.id,
    operations: [],
    by: made.by,
    effort: { ms: 0, gestures: 1, edit: 0 },
    atMs: made.atMs,
  };
}
