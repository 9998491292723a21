import type { Assessment } from "#core/assessment.ts";
import type { PoolRow } from "#core/system.ts";

/** How one voting source did on the items looked at. Counts, so that intervals can be made from them. */
export interface SourceRow {
  readonly source: string;
  /** Items it votes on. */
  readonly votes: number;
  /** Votes another source, the proposer included, contradicts. */
  readonly contradicted: number;
  /** Votes where another rule votes too. */
  readonly shared: number;
  /** Votes on items a person answered, and those of them that were right. */
  readonly judged: number;
  readonly right: number;
  /** Sum over its votes of the probability, under the lesson, that the vote is right. */
  readonly expectedRight: number;
}

export interface SourceTable {
  readonly items: number;
  readonly sources: readonly SourceRow[];
}

/**
 * Coverage, conflicts and accuracy of every source that votes.
 *
 * @param rows [n] items with the votes on them; `assessments` [n] what the lesson in force says of each.
 * @param answers the label a person gave, by item.
 */
export function sourceTable({
  rows,
  assessments,
  answers,
  classes,
}: {
  readonly rows: readonly PoolRow<string>[];
  readonly assessments: readonly Assessment<string>[];
  readonly answers: ReadonlyMap<string, string>;
  readonly classes: number;
}): SourceTable {
  const table = new Map<string, { -readonly [K in keyof SourceRow]: SourceRow[K] }>();
  rows.forEach(({ item, proposal }, index) => {
    const cast = (proposal.votes ?? []).filter(({ output }) => output !== null);
    const answer = answers.get(item.id);
    const suggestion = assessments[index]?.suggestion;
    for (const { source, output } of cast) {
      const row = table.get(source) ?? emptyRow(source);
      table.set(source, row);
      row.votes += 1;
      const others = cast.filter((vote) => vote.source !== source);
      if (others.length > 0) row.shared += 1;
      const contradicts = (other: string | null) => other !== null && other !== output;
      if (contradicts(proposal.output) || others.some((vote) => contradicts(vote.output)))
        row.contradicted += 1;
      if (answer !== undefined) {
        row.judged += 1;
        if (answer === output) row.right += 1;
      }
      if (suggestion !== undefined)
        row.expectedRight +=
          suggestion.output === output
            ? suggestion.probability
            : (1 - suggestion.probability) / (classes - 1);
    }
  });
  return { items: rows.length, sources: [...table.values()] };
}

const emptyRow = (source: string) => ({
  source,
  votes: 0,
  contradicted: 0,
  shared: 0,
  judged: 0,
  right: 0,
  expectedRight: 0,
});
