import { z } from "zod";
import { copiedSources } from "#assess/source-weights.ts";
import { ABSTAIN, mostProbable, type SourceStatistics, type VoteMatrix } from "#assess/votes.ts";
import type { Fit } from "./fit.ts";

export const SourceReport = z.strictObject({
  coverage: z.number(),
  /** Share of its votes that the harmoniser's label agrees with; null without votes. */
  agreement: z.number().nullable(),
  /** Share of the say, summing to 1 over the sources. */
  weight: z.number(),
  overlap: z.number(),
  conflicts: z.number(),
});
export type SourceReport = z.infer<typeof SourceReport>;

interface Sources {
  readonly sources: readonly string[];
  readonly statistics: SourceStatistics;
  readonly fit: Fit;
  readonly votes: VoteMatrix;
}

export function perSource({
  sources,
  votes,
  statistics,
  fit,
  probabilities,
}: Sources & { readonly probabilities: Float64Array }): Record<string, SourceReport> {
  const best = mostProbable(probabilities, votes.classes);
  return Object.fromEntries(
    sources.map((source, j) => {
      let voted = 0;
      let agreed = 0;
      for (let i = 0; i < votes.items; i++) {
        const vote = votes.votes[i * votes.sources + j];
        if (vote === ABSTAIN) continue;
        voted++;
        if (vote === best[i]) agreed++;
      }
      return [
        source,
        {
          coverage: statistics.coverage[j] as number,
          agreement: voted === 0 ? null : agreed / voted,
          weight: fit.weights[j] as number,
          overlap: statistics.overlap[j] as number,
          conflicts: statistics.conflicts[j] as number,
        },
      ];
    }),
  );
}

/** What a person should know before they trust the risks. */
export function warningsOf({
  sources,
  own,
  statistics,
  fit,
  labels,
  classes,
}: Sources & {
  /** Sources that propose. */
  readonly own: ReadonlySet<string>;
  readonly labels: readonly number[];
  readonly classes: readonly string[];
}): string[] {
  const warnings: string[] = [];
  const voters = sources.filter((source, j) => !own.has(source) && statistics.coverage[j] !== 0);
  if (voters.length === 0)
    warnings.push(
      "No rule fires on any item: the harmoniser only imitates the proposer, and risk reflects how hard that is.",
    );
  for (const [j, source] of sources.entries()) {
    if (own.has(source)) continue;
    if (statistics.coverage[j] === 0) warnings.push(`"${source}" never votes.`);
    if (statistics.coverage[j] === 1 && statistics.polarity[j]?.length === 1)
      warnings.push(
        `"${source}" votes "${classes[statistics.polarity[j]?.[0] ?? 0]}" on every item: it tells none apart, yet keeps its weight.`,
      );
  }
  for (const { a, b, correlation } of copiedSources(fit.correlation))
    warnings.push(
      `"${sources[a]}" and "${sources[b]}" say the same (gradient correlation ${correlation.toFixed(2)}): reweight "min-var" gives copies one voice.`,
    );
  for (const [c, label] of classes.entries())
    if (labels.some((proposed) => proposed !== ABSTAIN) && !labels.includes(c))
      warnings.push(`"${label}" is never proposed.`);
  return warnings;
}
