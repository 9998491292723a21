/** The order that a comparison puts replies in, and how far two orders are apart. */
import { type ComparisonOutput, repliesNamed, type Verdict } from "#core/comparison.ts";

/** How far two verdicts on the same two replies are apart: a metric, in [0, 1]. */
const APART: Readonly<Record<Verdict, Readonly<Record<Verdict, number>>>> = {
  first: { first: 0, second: 1, tie: 0.5, "both-bad": 0.75 },
  second: { first: 1, second: 0, tie: 0.5, "both-bad": 0.75 },
  tie: { first: 0.5, second: 0.5, tie: 0, "both-bad": 0.25 },
  "both-bad": { first: 0.75, second: 0.75, tie: 0.25, "both-bad": 0 },
};

/** One reply above another. */
export interface Preference {
  readonly chosen: string;
  readonly rejected: string;
}

/** What an output says of each two of its replies, better ones first. Of replies as good as each other it says nothing. */
export function preferences(output: ComparisonOutput): Preference[] {
  if (output.kind === "pair") {
    const { first, second, verdict } = output;
    if (verdict === "first") return [{ chosen: first, rejected: second }];
    return verdict === "second" ? [{ chosen: second, rejected: first }] : [];
  }
  return output.tiers.flatMap((tier, at) =>
    output.tiers
      .slice(at + 1)
      .flatMap((lower) =>
        tier.flatMap((chosen) => lower.map((rejected) => ({ chosen, rejected }))),
      ),
  );
}

/** Tier of each reply, 0 the best. */
const tiersOf = (tiers: readonly (readonly string[])[]): Map<string, number> =>
  new Map(tiers.flatMap((tier, at) => tier.map((id) => [id, at] as const)));

type Pair = Extract<ComparisonOutput, { kind: "pair" }>;
type Ranking = Extract<ComparisonOutput, { kind: "ranking" }>;

function pairDistance(a: Pair, b: Pair): number {
  if (a.first === b.first) return APART[a.verdict][b.verdict];
  const turned = preferences(b)[0]?.chosen;
  const verdict = turned === undefined ? b.verdict : turned === a.first ? "first" : "second";
  return APART[a.verdict][verdict];
}

/**
 * Share of pairs of replies in the opposite order, a pair that only one of the two ties counting half
 * (Fagin et al. 2006, the Kendall distance with penalty 1/2).
 */
function rankingDistance(a: Ranking, b: Ranking): number {
  const [inA, inB] = [tiersOf(a.tiers), tiersOf(b.tiers)];
  const ids = [...inA.keys()];
  let apart = 0;
  for (let i = 1; i < ids.length; i++)
    for (let j = 0; j < i; j++) {
      const lead = (tiers: Map<string, number>) =>
        Math.sign((tiers.get(ids[i] ?? "") ?? 0) - (tiers.get(ids[j] ?? "") ?? 0));
      apart += Math.abs(lead(inA) - lead(inB)) / 2;
    }
  return apart / ((ids.length * (ids.length - 1)) / 2);
}

const sameReplies = (a: ComparisonOutput, b: ComparisonOutput): boolean => {
  const [inA, inB] = [repliesNamed(a).sort(), repliesNamed(b).sort()];
  return inA.length === inB.length && inA.every((id, at) => id === inB[at]);
};

/** In [0, 1]; null for outputs about other replies, or of the other form. */
export function orderDistance(a: ComparisonOutput, b: ComparisonOutput): number | null {
  if (!sameReplies(a, b)) return null;
  if (a.kind === "pair" && b.kind === "pair") return pairDistance(a, b);
  if (a.kind !== "ranking" || b.kind !== "ranking") return null;
  // One reply has no order: such rankings are the same.
  return repliesNamed(a).length < 2 ? 0 : rankingDistance(a, b);
}

/** Pairs of replies whose order an edit changes; at least 1, for another verdict or reason. */
export function ordersChanged(from: ComparisonOutput | null, to: ComparisonOutput | null): number {
  const said = (output: ComparisonOutput | null) =>
    new Set(
      output === null
        ? []
        : preferences(output).map(({ chosen, rejected }) => `${chosen}\n${rejected}`),
    );
  const [before, after] = [said(from), said(to)];
  const gone = [...before].filter((pair) => !after.has(pair)).length;
  const come = [...after].filter((pair) => !before.has(pair)).length;
  return Math.max(1, gone, come);
}
