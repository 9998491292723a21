import { ABSTAIN, type VoteMatrix, voteMatrix } from "#assess/votes.ts";
import type { Proposal } from "#core/proposal.ts";

/** The column of what people said: one more source, heavier than the others. */
export const CORRECTIONS = "corrections";

/**
 * A proposal's own vote and the votes that came with it, by source. Labels outside the set are left
 * out.
 */
function labelsBySource(proposal: Proposal<string>): Map<string, string> {
  const said = new Map<string, string>();
  for (const { source, output } of proposal.votes ?? [])
    if (output !== null) said.set(source, output);
  if (proposal.output !== null) said.set(proposal.source.id, proposal.output);
  return said;
}

/** Every source heard of: `first` in their order, then the others by name. */
export function sourcesOf(
  proposals: readonly Proposal<string>[],
  first: readonly string[],
): string[] {
  const others = new Set<string>();
  for (const proposal of proposals) {
    for (const { source } of proposal.votes ?? []) others.add(source);
    if (proposal.output !== null) others.add(proposal.source.id);
  }
  for (const id of first) others.delete(id);
  return [...first, ...[...others].sort()];
}

/**
 * [proposals, sources] what each source says of each item; a label outside the set is an
 * abstention.
 */
export function votesOf(
  proposals: readonly Proposal<string>[],
  sources: readonly string[],
  classes: readonly string[],
): VoteMatrix {
  const index = new Map(classes.map((label, c) => [label, c]));
  const rows = proposals.map((proposal) => {
    const said = labelsBySource(proposal);
    return sources.map((source) => index.get(said.get(source) ?? "") ?? ABSTAIN);
  });
  return voteMatrix(rows, sources.length, classes.length);
}
