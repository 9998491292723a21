/** The edits of a document under its writer's hands: what decisions and typing make of them. Nothing here knows a screen. */
import { assert } from "#core/assert.ts";
import type { CorrectionId } from "#core/ids.ts";
import type { EditState, EditView } from "#core/revision.ts";
import type { Intent, TextEdit } from "#core/text.ts";

/** What the writer says of one edit. */
export interface Choice {
  readonly id: EditView["id"];
  readonly correctionId: CorrectionId;
  readonly decision: "confirmed" | "rejected" | "edited";
  /** The writer's own wording, where the decision is `edited`. */
  readonly after: string | undefined;
}

/** How many edits are in which state. */
export interface Tally {
  readonly open: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly amended: number;
  readonly hidden: number;
  /** Open edits of each intent that has some. */
  readonly byIntent: ReadonlyMap<Intent, number>;
}

const STATE_OF = { confirmed: "accepted", rejected: "rejected", edited: "amended" } as const;

export const isOpen = ({ state }: EditView): boolean => state === "open";
export const isDecided = ({ state }: EditView): boolean =>
  state === "accepted" || state === "rejected" || state === "amended";

/** Whether what the edit says stands in the text now, in place of what stood there. */
const isApplied = (state: EditState): boolean => state === "accepted" || state === "amended";

export function tallyOf(edits: readonly EditView[]): Tally {
  const counts = { open: 0, accepted: 0, rejected: 0, amended: 0, hidden: 0 };
  const byIntent = new Map<Intent, number>();
  for (const { state, intent } of edits) {
    if (state === "dropped") continue;
    counts[state]++;
    if (state === "open") byIntent.set(intent, (byIntent.get(intent) ?? 0) + 1);
  }
  return { ...counts, byIntent };
}

const growth = ({ start, end, after }: TextEdit): number => after.length - (end - start);

/** Which side of a stretch a change of the text is on. Typing at its edge is beside it; at an empty one, it is on it. */
function side(stretch: TextEdit, { start, end }: TextEdit): "before" | "after" | "touches" {
  const empty = stretch.start === stretch.end;
  if (empty && start === end && start === stretch.start) return "touches";
  // What begins where an empty stretch is, stands after it.
  if (end <= stretch.start && (start < stretch.start || !empty)) return "before";
  return start >= stretch.end ? "after" : "touches";
}

/** A stretch after changes of the text, ascending; null where one of them is of the same place. */
function moved(stretch: TextEdit, changes: readonly TextEdit[]): TextEdit | null {
  let shift = 0;
  for (const change of changes) {
    const where = side(stretch, change);
    if (where === "touches") return null;
    if (where === "before") shift += growth(change);
  }
  return shift === 0
    ? stretch
    : { ...stretch, start: stretch.start + shift, end: stretch.end + shift };
}

/** What is left of a stretch that changes went over: nothing of what they put in. */
function remains(stretch: TextEdit, changes: readonly TextEdit[]): TextEdit {
  let start = stretch.start;
  let end = stretch.end;
  // Last change first, so that offsets before it still hold.
  for (const change of changes.toReversed()) {
    const put = change.start + change.after.length;
    const after = (offset: number, inside: number) =>
      offset >= change.end ? offset + growth(change) : offset > change.start ? inside : offset;
    start = after(start, put);
    end = Math.max(start, after(end, change.start));
  }
  return { ...stretch, start, end };
}

/**
 * The edits after the text was changed by `changes`, edits of the text they are into, ascending. One that is open and
 * was touched is dropped: what it was said of is gone.
 */
export function rebased(edits: readonly EditView[], changes: readonly TextEdit[]): EditView[] {
  return edits.map((view) => {
    const edit = moved(view.edit, changes);
    if (edit !== null) return edit === view.edit ? view : { ...view, edit };
    const state = isOpen(view) ? "dropped" : view.state;
    return { ...view, state, placed: false, edit: remains(view.edit, changes) };
  });
}

/** What a decision or its undoing does: to the text, and to the edits, whose offsets are then into the new text. */
export interface Step {
  readonly changes: readonly TextEdit[];
  readonly edits: readonly EditView[];
}

/** What becomes of an edit: how it is seen then, offsets aside, and what stands in its place. */
interface Fate {
  readonly view: EditView;
  readonly wording: string;
}

function step(edits: readonly EditView[], fates: ReadonlyMap<string, Fate>): Step {
  const changes: TextEdit[] = [];
  for (const { id, state, edit } of edits) {
    const wording = fates.get(id)?.wording;
    const standing = isApplied(state) ? edit.after : edit.before;
    if (wording !== undefined && wording !== standing)
      changes.push({ start: edit.start, end: edit.end, before: standing, after: wording });
  }
  changes.sort((a, b) => a.start - b.start || a.end - b.end);
  const others = new Map(
    rebased(
      edits.filter(({ id }) => !fates.has(id)),
      changes,
    ).map((view) => [view.id, view]),
  );
  return {
    changes,
    edits: edits.map((before) => {
      const fate = fates.get(before.id);
      if (fate === undefined) return others.get(before.id) ?? before;
      const { start, end } = before.edit;
      let shift = 0;
      for (const change of changes) {
        const own = change.start === start && change.end === end;
        if (!own && change.end <= start) shift += growth(change);
      }
      const from = start + shift;
      const place = { start: from, end: from + fate.wording.length };
      return { ...fate.view, edit: { ...fate.view.edit, ...place } };
    }),
  };
}

/** The writer's choices, all at once. Those of edits that are not open are left out. */
export function decided(edits: readonly EditView[], choices: readonly Choice[]): Step {
  const chosen = new Map(choices.map((choice) => [choice.id, choice]));
  const fates = new Map<string, Fate>();
  for (const view of edits) {
    const choice = isOpen(view) ? chosen.get(view.id) : undefined;
    if (choice === undefined) continue;
    const { decision, correctionId } = choice;
    const after = choice.after ?? view.edit.after;
    fates.set(view.id, {
      view: { ...view, state: STATE_OF[decision], correctionId, edit: { ...view.edit, after } },
      wording: decision === "rejected" ? view.edit.before : after,
    });
  }
  return step(edits, fates);
}

/**
 * Takes decisions back: the text says what it said, and the edits are open again while their pass is. An edit whose
 * place was changed since keeps its decision.
 *
 * @param ids edits to open again, each with what it had suggested before its writer amended it.
 */
export function undone(
  edits: readonly EditView[],
  ids: ReadonlyMap<string, string | undefined>,
  passIsOpen: boolean,
): Step & { readonly ids: readonly string[] } {
  const fates = new Map<string, Fate>();
  for (const view of edits) {
    if (!ids.has(view.id) || !isDecided(view) || !view.placed) continue;
    const { before, after } = view.edit;
    fates.set(view.id, {
      view: {
        ...view,
        state: passIsOpen ? "open" : "dropped",
        correctionId: null,
        edit: { ...view.edit, after: ids.get(view.id) ?? after },
      },
      wording: before,
    });
  }
  return { ...step(edits, fates), ids: [...fates.keys()] };
}

/** The open edit `step` away from one, in the order of the text; none when there is no further. */
export function neighbour(
  edits: readonly EditView[],
  from: string | null,
  step: 1 | -1,
): EditView | undefined {
  const at = edits.findIndex(({ id }) => id === from);
  if (step === 1) return edits.slice(at + 1).find(isOpen);
  return edits.slice(0, at < 0 ? edits.length : at).findLast(isOpen);
}

/** Where to go on after a decision: the next open edit below, else the first above, else nowhere. */
export const nextOpen = (edits: readonly EditView[], from: string | null): string | null =>
  (neighbour(edits, from, 1) ?? edits.find(isOpen))?.id ?? null;

/** What stands between two texts as one edit: all but what they begin and end with alike. Null between equals. */
export function replacement(from: string, to: string): TextEdit | null {
  if (from === to) return null;
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from.charCodeAt(start) === to.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < most - start &&
    from.charCodeAt(from.length - 1 - tail) === to.charCodeAt(to.length - 1 - tail)
  )
    tail++;
  const end = from.length - tail;
  assert(start <= end, "beginning and end do not overlap");
  return { start, end, before: from.slice(start, end), after: to.slice(start, to.length - tail) };
}
