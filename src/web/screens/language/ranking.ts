/** Members of an ensemble as one score, and the order that gives: worked out in the page, as the slider moves. */
import type { AggregateQuery } from "#core/comparison-views.ts";

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * One score of the members' standardised ones; null of none. `wco` is the worst member, `uwo` the mean less λ times the
 * population variance (Coste et al. 2024, eqs. 2 and 3).
 */
export function scoreOf(
  members: readonly number[],
  { aggregate, lambda }: AggregateQuery,
): number | null {
  if (members.length === 0) return null;
  const mean = meanOf(members);
  if (aggregate === "mean") return mean;
  if (aggregate === "wco") return Math.min(...members);
  return mean - lambda * meanOf(members.map((member) => (member - mean) ** 2));
}

export interface Ranked<R> {
  readonly reply: R;
  readonly score: number | null;
  /** Population s.d. of the members. */
  readonly spread: number;
  /** Places gained on the order by the mean; negative where it fell. */
  readonly moved: number;
}

/** Replies best first; those of one score keep their order. */
export function rankedReplies<R extends { readonly members: readonly number[] }>(
  replies: readonly R[],
  how: AggregateQuery,
): Ranked<R>[] {
  const places = (by: AggregateQuery) =>
    replies.toSorted((a, b) => (scoreOf(b.members, by) ?? 0) - (scoreOf(a.members, by) ?? 0));
  const before = places({ ...how, aggregate: "mean" });
  return places(how).map((reply, place) => ({
    reply,
    score: scoreOf(reply.members, how),
    spread: Math.sqrt(
      reply.members.length === 0
        ? 0
        : meanOf(reply.members.map((member) => (member - meanOf(reply.members)) ** 2)),
    ),
    moved: before.indexOf(reply) - place,
  }));
}
