import { assert } from "#core/assert.ts";
import type { Correction } from "#core/correction.ts";
import type { CorrectionId, ItemId } from "#core/ids.ts";
import { advanceRound, firstRound, type Round, type RoundEvent } from "./round.ts";
import { advance, asked, type Turn, type TurnEvent } from "./turn.ts";

/** Everything that happens to a loop: to one of its items, or to its lessons. */
export type LoopEvent<O> =
  | { readonly on: "item"; readonly itemId: ItemId; readonly event: TurnEvent<O> }
  | { readonly on: "lessons"; readonly event: RoundEvent };

/** Where a loop stands: the fold of its events. Owned by whoever folds; grows in place. */
export interface LoopState<O> {
  readonly turns: Map<ItemId, Turn<O>>;
  round: Round;
}

export const emptyLoop = <O>(refitEvery: number): LoopState<O> => ({
  turns: new Map(),
  round: firstRound(refitEvery),
});

export function applyEvent<O>(state: LoopState<O>, event: LoopEvent<O>): void {
  if (event.on === "lessons") state.round = advanceRound(state.round, event.event);
  else state.turns.set(event.itemId, advance(turnOf(state, event.itemId), event.event));
}

/** An item nothing has happened to is asked, no more. */
export const turnOf = <O>(state: LoopState<O>, itemId: ItemId): Turn<O> =>
  state.turns.get(itemId) ?? asked;

/** The state a log leads to. */
export function replay<O>(events: Iterable<LoopEvent<O>>, refitEvery: number): LoopState<O> {
  const state = emptyLoop<O>(refitEvery);
  for (const event of events) applyEvent(state, event);
  return state;
}

/**
 * The door corrections come in by. Delivery may repeat and reorder; what passes is each correction
 * once, and an undo never before what it takes back.
 */
export class Intake<O> {
  readonly taken = new Map<CorrectionId, Correction<O>>();
  private readonly early = new Map<CorrectionId, Correction<O>[]>();

  /**
   * What may be applied now, in order: nothing, the correction, or it and what had waited for it.
   */
  take(correction: Correction<O>): Correction<O>[] {
    if (this.taken.has(correction.id)) return [];
    const { undoes } = correction;
    if (undoes !== undefined && !this.taken.has(undoes)) {
      const waiting = this.early.get(undoes) ?? [];
      if (!waiting.some(({ id }) => id === correction.id))
        this.early.set(undoes, [...waiting, correction]);
      return [];
    }
    this.taken.set(correction.id, correction);
    const waited = this.early.get(correction.id) ?? [];
    this.early.delete(correction.id);
    return [correction, ...waited.flatMap((each) => this.take(each))];
  }

  /**
   * What a correction that passed means to the lessons. A chain of undos ends at an answer, which
   * an odd number of them takes back and an even number brings again.
   */
  meaning(correction: Correction<O>): RoundEvent {
    let root = correction;
    let stands = true;
    while (root.undoes !== undefined) {
      const undone = this.taken.get(root.undoes);
      assert(undone !== undefined, "an undo passes after what it takes back");
      root = undone;
      stands = !stands;
    }
    return { kind: stands ? "corrected" : "undone", correctionId: root.id };
  }
}
