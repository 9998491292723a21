/** The review as part of the editor's state, so that text and edits never disagree. */
import {
  Annotation,
  type ChangeDesc,
  type ChangeSet,
  StateEffect,
  StateField,
  type Transaction,
} from "@codemirror/state";
import type { EditView } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import { isOpen, nextOpen, rebased, type Tally, tallyOf } from "./review.ts";

interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Review {
  /** In the order of the text; offsets are into the editor's text. */
  readonly edits: readonly EditView[];
  /** The edit in hand. */
  readonly current: string | null;
  /** The same object as long as no edit changes its state. */
  readonly tally: Tally;
  /** What the writer typed in this sitting, ascending. */
  readonly written: readonly Stretch[];
}

/** How the text was changed, when it was not typed: by a decision, or by what the server has. */
export const madeBy = Annotation.define<"decision" | "server">();

/** The edits after this transaction, offsets into its text. */
export const setEdits = StateEffect.define<readonly EditView[]>();
export const setCurrent = StateEffect.define<string | null>();

/** A change of the editor's as edits of the text before it, ascending. */
export function editsOf(
  changes: ChangeSet,
  before: { sliceString(from: number, to: number): string },
): TextEdit[] {
  const edits: TextEdit[] = [];
  changes.iterChanges((start, end, _from, _to, inserted) => {
    edits.push({ start, end, before: before.sliceString(start, end), after: inserted.toString() });
  });
  return edits;
}

/** Stretches after a change, those that it inserted added where `own`; touching ones are one. */
export function writtenAfter(
  written: readonly Stretch[],
  changes: ChangeDesc,
  own: boolean,
): Stretch[] {
  const all = written.map(({ from, to }) => ({
    from: changes.mapPos(from, 1),
    to: changes.mapPos(to, -1),
  }));
  if (own) changes.iterChangedRanges((_fromA, _toA, from, to) => all.push({ from, to }));
  all.sort((a, b) => a.from - b.from);
  const merged: Stretch[] = [];
  for (const next of all) {
    if (next.from >= next.to) continue;
    const last = merged.at(-1);
    if (last !== undefined && next.from <= last.to)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    else merged.push(next);
  }
  return merged;
}

function editsAfter(review: Review, transaction: Transaction): readonly EditView[] {
  for (const effect of transaction.effects) if (effect.is(setEdits)) return effect.value;
  if (!transaction.docChanged) return review.edits;
  return rebased(review.edits, editsOf(transaction.changes, transaction.startState.doc));
}

const sameStates = (before: readonly EditView[], after: readonly EditView[]): boolean =>
  before.length === after.length &&
  before.every(({ id, state }, i) => after[i]?.id === id && after[i]?.state === state);

/** One transaction further. */
export function reviewAfter(review: Review, transaction: Transaction): Review {
  const edits = editsAfter(review, transaction);
  let { current } = review;
  for (const effect of transaction.effects) if (effect.is(setCurrent)) current = effect.value;
  if (edits === review.edits && current === review.current) return review;
  const by = transaction.annotation(madeBy);
  const written = transaction.docChanged
    ? writtenAfter(review.written, transaction.changes, by === undefined)
    : review.written;
  const alike = edits === review.edits || sameStates(review.edits, edits);
  const held = edits.find(({ id }) => id === current);
  // What was in hand is gone from the text: the hand goes to the next.
  if (current !== null && (held === undefined || held.state === "dropped"))
    current = nextOpen(edits, current);
  return { edits, current, tally: alike ? review.tally : tallyOf(edits), written };
}

export const emptyReview = (edits: readonly EditView[], current: string | null): Review => ({
  edits,
  current: edits.some(({ id }) => id === current) ? current : (edits.find(isOpen)?.id ?? null),
  tally: tallyOf(edits),
  written: [],
});

/** Set when the editor is made: `reviewField.init(() => emptyReview(…))`. */
export const reviewField = StateField.define<Review>({
  create: () => emptyReview([], null),
  update: reviewAfter,
});
