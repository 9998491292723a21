import { assert } from "#core/assert.ts";
import type { Route } from "#core/assessment.ts";
import type { Rng } from "#core/rng.ts";

/** How an item comes before a person, with the probability it had of doing so. */
export interface Draw {
  /** Drawn to audit what would have gone out unseen. */
  readonly audit: boolean;
  /** 1 for what is asked anyway; the audit share for what was accepted. */
  readonly propensity: number;
  /** False: shown without proposal or suggestion, to measure how much they are leaned on. */
  readonly suggestionShown: boolean;
}

/**
 * Whether an item is audited and whether it is shown blind. Both depend on the seed and the item's
 * id alone: the same again after a restart, in another order, on another machine, so that nobody
 * can pick what is audited, themselves included.
 */
export function draw(
  { itemId, route }: { readonly itemId: string; readonly route: Route },
  how: { readonly rng: Rng; readonly auditShare: number; readonly blindShare: number },
): Draw {
  const { rng, auditShare, blindShare } = how;
  assert(auditShare >= 0 && auditShare <= 1, "the audit share is a probability");
  assert(blindShare >= 0 && blindShare <= 1, "the blind share is a probability");
  const accepted = route === "accept";
  const audit = accepted && rng.split(`audit/${itemId}`).uniform() < auditShare;
  return {
    audit,
    propensity: audit ? auditShare : 1,
    suggestionShown: rng.split(`blind/${itemId}`).uniform() >= blindShare,
  };
}

/**
 * The place of an audit in the queue, as a number in [0, 1): that share of the asked items comes
 * before it. Uniform and independent of risk, so that whatever stretch of the queue a budget
 * reaches holds a random sample of the accepted items.
 */
export const auditPlace = (itemId: string, rng: Rng): number =>
  rng.split(`audit-place/${itemId}`).uniform();

/** The queue with its audits mixed in at their places. The order among the asked is kept. */
export function mixAudits<T extends { readonly id: string }>(
  asked: readonly T[],
  audits: readonly T[],
  rng: Rng,
): T[] {
  const placed = audits
    .map((audit) => ({ audit, place: auditPlace(audit.id, rng) }))
    .sort((a, b) => a.place - b.place || (a.audit.id < b.audit.id ? -1 : 1));
  const mixed: T[] = [];
  let next = 0;
  for (const { audit, place } of placed) {
    const before = Math.floor(place * (asked.length + 1));
    while (next < before) mixed.push(asked[next++] as T);
    mixed.push(audit);
  }
  mixed.push(...asked.slice(next));
  return mixed;
}

/**
 * The rank key that puts an audit at its place in a queue ordered by a key, higher first.
 * `keys`: keys of the asked items, highest first; none: the place itself.
 */
export function auditKey(place: number, keys: ArrayLike<number>): number {
  assert(place >= 0 && place < 1, "a place is a share of the queue");
  if (keys.length === 0) return 1 - place;
  return keys[Math.min(Math.floor(place * (keys.length + 1)), keys.length - 1)] as number;
}
