/** What a person says of the replies before them, and what is recorded of it. */
import type { ComparisonOutput } from "#core/comparison.ts";
import type { QuestionView } from "#core/comparison-views.ts";

/** Of a pair: which side won. Of a ranking: tiers of reply ids, best first. */
export type Judgement =
  | { readonly kind: "pair"; readonly verdict: "first" | "second" | "tie" | "both-bad" }
  | { readonly kind: "ranking"; readonly tiers: readonly (readonly string[])[] };

/** Letters of the replies, left to right: what they are called and the keys that choose them. */
const LETTERS = "ABCDEFGH";
export const letterOf = (side: number): string => LETTERS.charAt(side) || String(side + 1);

/** The record. `first` and `second` are the replies as shown, left and right. */
export function outputOf(
  { replies }: Pick<QuestionView, "replies">,
  judgement: Judgement,
  reasons: readonly string[],
): ComparisonOutput {
  if (judgement.kind === "ranking")
    return {
      kind: "ranking",
      tiers: judgement.tiers.map((tier) => [...tier]),
      reasons: [...reasons],
    };
  const [left, right] = replies;
  return {
    kind: "pair",
    first: left?.id ?? "",
    second: right?.id ?? "",
    verdict: judgement.verdict,
    reasons: [...reasons],
  };
}

/** A ranking in the making with one reply more: the next best, or as good as the last one. */
export function ranked(
  tiers: readonly (readonly string[])[],
  id: string,
  asGoodAsLast = false,
): readonly (readonly string[])[] {
  if (tiers.some((tier) => tier.includes(id))) return tiers;
  const last = tiers.at(-1);
  return asGoodAsLast && last !== undefined
    ? [...tiers.slice(0, -1), [...last, id]]
    : [...tiers, [id]];
}

/** A ranking without the reply that was ranked last. */
export function unranked(tiers: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const last = tiers.at(-1);
  if (last === undefined) return tiers;
  return last.length === 1 ? tiers.slice(0, -1) : [...tiers.slice(0, -1), last.slice(0, -1)];
}

/** What was said, in a few words: "A is better", "a tie", "B, then A and C". */
export function judgementText(
  { replies }: Pick<QuestionView, "replies">,
  judgement: Judgement,
): string {
  if (judgement.kind === "pair")
    return {
      first: `${letterOf(0)} is better`,
      second: `${letterOf(1)} is better`,
      tie: "a tie",
      "both-bad": "both bad",
    }[judgement.verdict];
  const name = (id: string) => letterOf(replies.findIndex((reply) => reply.id === id));
  return judgement.tiers.map((tier) => tier.map(name).join(" and ")).join(", then ");
}
