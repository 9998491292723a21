/** What a person does to rewrites, as data: what it changes, what it looks like at once, and how it is taken back. */
import type { RewriteChange, RewriteView } from "#core/rewrite.ts";

export type ActName =
  | "approve"
  | "shadow"
  | "block"
  | "pin"
  | "unpin"
  | "retarget"
  | "not-the-same";

/** What the outbox sends of an act: a change of fields, or that two requests do not mean the same. */
export type Said = RewriteChange | "not-the-same";

/** An act that was made in this sitting and stands. */
export interface Done {
  readonly ruleId: string;
  readonly name: ActName;
  /** The request as a person reads it. */
  readonly fromText: string;
  readonly toText: string;
  /** Key of the act in the outbox. */
  readonly entry: string;
  /** Taken back by saying this. */
  readonly inverse: RewriteChange;
}

const BY_HAND: Record<"approve" | "shadow" | "pin" | "unpin" | "retarget", string> = {
  approve: "approved by a person",
  shadow: "put in the shadow by a person",
  pin: "pinned by a person",
  unpin: "unpinned by a person",
  retarget: "given another target by a person",
};

export const approval: RewriteChange = { state: "live", because: BY_HAND.approve };
export const shadowing: RewriteChange = { state: "shadow", because: BY_HAND.shadow };

export const blocking = (reason: string): RewriteChange => ({
  state: "blocked",
  because: reason.trim(),
});

export const pinning = ({ pinned }: RewriteView): RewriteChange => ({
  pinned: !pinned,
  because: pinned ? BY_HAND.unpin : BY_HAND.pin,
});

export const retargeting = (toText: string): RewriteChange => ({
  toText: toText.trim(),
  because: BY_HAND.retarget,
});

const NOT_THE_SAME = "not the same intent, said by a person";

/** The rewrite as it will be once the server has heard. */
export function applied(view: RewriteView, said: Said): RewriteView {
  if (said === "not-the-same") return { ...view, state: "blocked", because: NOT_THE_SAME };
  const { state = view.state, pinned = view.pinned, toText = view.toText, because } = said;
  return { ...view, state, pinned, toText, because, edited: view.edited || toText !== view.toText };
}

/** What brings back the fields that `said` changes, as they are now. */
export function inverseOf(view: RewriteView, said: Said): RewriteChange {
  const { state, pinned, toText, because } = view;
  if (said === "not-the-same") return { state, because };
  return {
    ...(said.state === undefined ? {} : { state }),
    ...(said.pinned === undefined ? {} : { pinned }),
    ...(said.toText === undefined ? {} : { toText }),
    because,
  };
}

/** An act of the outbox that is not with the server yet. */
interface Waiting {
  readonly itemId: string;
  readonly said: Said;
}

/** A rewrite with everything on its way to the server applied, in order. */
export const withWaiting = (view: RewriteView, waiting: readonly Waiting[]): RewriteView =>
  waiting
    .filter(({ itemId }) => itemId === view.id)
    .reduce((now, { said }) => applied(now, said), view);

/** A row that stays in the list although the filter no longer lets it in: it was just acted on. */
export interface Kept {
  readonly view: RewriteView;
  /** The row it stood below; null at the top. */
  readonly below: string | null;
}

/**
 * The list under the hands: what the server lists, and among it, each where it stood, the rows acted on in this sitting.
 * Rows listed by the server win over kept ones.
 */
export function lineup(listed: readonly RewriteView[], kept: readonly Kept[]): RewriteView[] {
  const ids = new Set(listed.map(({ id }) => id));
  const missing = kept.filter(({ view }) => !ids.has(view.id));
  const rows = [...listed];
  for (const { view, below } of missing) {
    const at = below === null ? -1 : rows.findIndex(({ id }) => id === below);
    rows.splice(at + 1, 0, view);
  }
  return rows;
}

/** The row `step` away from the current one; the first without a current one, undefined at the ends. */
export function neighbour(
  rows: readonly RewriteView[],
  current: string | undefined,
  step: 1 | -1,
): RewriteView | undefined {
  const at = rows.findIndex(({ id }) => id === current);
  return at < 0 ? rows[0] : rows[at + step];
}
