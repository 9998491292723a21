import type { Reason } from "#core/assessment.ts";
import type { Vote } from "#core/proposal.ts";

export interface ReasonsInput {
  /** The label assessed; null for an abstention. */
  readonly proposed: string | null;
  /** What the assessor itself would say. */
  readonly suggestion: { readonly output: string; readonly probability: number };
  /** Every source's vote on the item, abstentions included. */
  readonly votes: readonly Vote<string>[];
  /** Share of the say of each source. */
  readonly weights: Readonly<Record<string, number>>;
}

const percent = (p: number): string => `${(100 * p).toFixed(p > 0.99 || p < 0.01 ? 1 : 0)} %`;

/** Why an assessment came out as it did: the assessor first, then each voter by its weight. */
export function reasonsFor({ proposed, suggestion, votes, weights }: ReasonsInput): Reason[] {
  const voters = votes
    .filter((vote): vote is Vote<string> & { output: string } => vote.output !== null)
    .map((vote) => voteReason(vote, proposed, weights[vote.source]))
    .sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0) || a.from.localeCompare(b.from));
  return [assessorReason(proposed, suggestion), ...voters];
}

function assessorReason(
  proposed: string | null,
  { output, probability }: ReasonsInput["suggestion"],
): Reason {
  const said = `The harmoniser holds "${output}" right with probability ${percent(probability)}`;
  const text =
    proposed === null
      ? `No label was proposed. ${said}.`
      : `${said}, ${proposed === output ? "as proposed" : `against the proposed "${proposed}"`}.`;
  return { from: "harmoniser", text };
}

function voteReason(
  { source, output, because }: Vote<string> & { output: string },
  proposed: string | null,
  weight: number | undefined,
): Reason {
  const side = proposed === null ? "says" : output === proposed ? "agrees:" : "contradicts:";
  const why = because === undefined ? "" : ` ${sentence(because)}`;
  const text = `${source} ${side} "${output}".${why}`;
  return weight === undefined ? { from: source, text } : { from: source, text, weight };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
