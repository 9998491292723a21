import type { Intent, TextEdit } from "#core/text.ts";
import { editFeatures, emptyAcceptance, learnDecision } from "#learn/acceptance-model.ts";
import { rejectionKey } from "#learn/rejection-memory.ts";
import type { WriterFilter } from "./session-pass.ts";

/** What a writer said of an edit, with enough of the text to know it again. */
export interface FilterDecision {
  readonly text: string;
  /** `edit` is of `text`. */
  readonly proposed: { readonly edit: TextEdit; readonly intent: Intent; readonly source: string };
  readonly accepted: boolean;
  /** As seen when it was made; of `text` where absent. */
  readonly features?: Readonly<Record<string, number>>;
}

export const emptyFilter: WriterFilter = {
  acceptance: emptyAcceptance,
  rejected: new Map(),
  never: new Set(),
};

/**
 * The filter after further decisions, oldest first: a step of the acceptance model each, and one more rejection or one
 * less of that edit wherever it stands. `never` is the writer's own word and stays as it is.
 */
export function learnFilter(
  from: WriterFilter,
  decisions: readonly FilterDecision[],
): WriterFilter {
  let { acceptance } = from;
  const rejected = new Map(from.rejected);
  for (const { text, proposed, accepted, features } of decisions) {
    acceptance = learnDecision(acceptance, features ?? editFeatures(text, proposed), accepted);
    const key = rejectionKey(text, proposed, "wide");
    rejected.set(key, (rejected.get(key) ?? 0) + (accepted ? -1 : 1));
  }
  return { acceptance, rejected, never: from.never };
}
