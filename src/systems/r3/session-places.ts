/** Where the edits of a session stand while the text changes under them. */
import type { TextEdit } from "#core/text.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { type DocumentState, type SessionEdit, standingText } from "./session-state.ts";

/** One change of the text. `of`: index of the edit it puts in or takes back, null where the writer typed. */
export interface Change {
  readonly edit: TextEdit;
  readonly of: number | null;
  /** Whether it takes that edit back. */
  readonly back: boolean;
}

/**
 * The session after changes of its text, all of the text as it stands. Edits beside the changes move along; an edit a
 * change touches loses its place, and is dropped where it was open.
 *
 * @throws Problem `bad-input` when a change does not fit the text or two of them overlap.
 */
export function changeText(state: DocumentState, changes: readonly Change[]): DocumentState {
  if (changes.length === 0) return state;
  const text = applyEdits(
    state.text,
    changes.map(({ edit }) => edit),
  );
  const own = new Map(changes.map((change) => [change.of, change]));
  const edits = state.edits.map((edit, index) => {
    const change = own.get(index);
    if (change !== undefined) return { ...edit, place: placeAfter(change, changes) };
    return edit.lost === null ? moved(edit, index, { edits: state.edits, changes }) : edit;
  });
  const back = changes.flatMap(({ of, back }) => (back && of !== null ? (edits[of] ?? []) : []));
  return { ...state, text, edits: back.length === 0 ? edits : foundAgain(edits, text, back) };
}

const growth = ({ before, after }: TextEdit): number => after.length - before.length;

/** Where the new wording of a change stands once all are made. */
function placeAfter({ edit }: Change, changes: readonly Change[]): SessionEdit["place"] {
  let { start } = edit;
  for (const { edit: other } of changes)
    if (other !== edit && other.end <= edit.start) start += growth(other);
  return { start, end: start + edit.after.length };
}

/** Which side of a place a change is on. */
function side(
  { start, end }: SessionEdit["place"],
  index: number,
  { edit: { start: from, end: to }, of }: Change,
): "before" | "after" | "touches" {
  // Where a deletion was accepted nothing stands, and another may begin: their order in the text tells them apart.
  if (from === to && start === end && from === start) {
    if (of === null) return "touches";
    return of < index ? "before" : "after";
  }
  if (to <= start) return "before";
  return from >= end ? "after" : "touches";
}

function moved(
  edit: SessionEdit,
  index: number,
  made: { readonly edits: readonly SessionEdit[]; readonly changes: readonly Change[] },
): SessionEdit {
  const { place } = edit;
  let shift = 0;
  for (const change of made.changes) {
    const where = side(place, index, change);
    if (where === "before") shift += growth(change.edit);
    if (where === "touches") {
      const by = change.of === null ? undefined : made.edits[change.of];
      return {
        ...edit,
        state: edit.state === "open" ? "dropped" : edit.state,
        lost: { under: by?.proposed.id ?? null, offset: place.start - change.edit.start },
      };
    }
  }
  return shift === 0
    ? edit
    : { ...edit, place: { start: place.start + shift, end: place.end + shift } };
}

/** Edits lost under one that is taken back now have their place again, if the text there is as it was. */
function foundAgain(
  edits: readonly SessionEdit[],
  text: string,
  back: readonly SessionEdit[],
): SessionEdit[] {
  const places = new Map(back.map(({ proposed, place }) => [proposed.id, place]));
  return edits.map((edit) => {
    const { lost } = edit;
    const under = lost === null || lost.under === null ? undefined : places.get(lost.under);
    if (lost === null || under === undefined) return edit;
    const start = under.start + lost.offset;
    const standing = standingText(edit);
    return start >= 0 && text.startsWith(standing, start)
      ? { ...edit, lost: null, place: { start, end: start + standing.length } }
      : { ...edit, lost: { under: null, offset: 0 } };
  });
}

/** The whole change between two texts as one edit: what they begin and end with in common is left alone. */
export function replacement(from: string, to: string): TextEdit {
  const most = Math.min(from.length, to.length);
  let head = 0;
  while (head < most && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < most - head && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1;
  const end = from.length - tail;
  return {
    start: head,
    end,
    before: from.slice(head, end),
    after: to.slice(head, to.length - tail),
  };
}
