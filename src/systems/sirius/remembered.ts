import type { Episode } from "#core/episode.ts";
import type { ClassWeights } from "#learn/episodes/class-weights.ts";
import { episodeStatistics } from "#learn/episodes/episode-statistics.ts";
import type { Remembered } from "#learn/episodes/eviction.ts";

/** What a person should know of the weights. */
export function weightWarnings({ clipped, plain }: ClassWeights): string[] {
  return [
    ...(plain
      ? ["There is nothing to weigh people's steps against: plain cloning, every weight 1."]
      : []),
    ...(clipped
      ? [
          "More than the target leaves room for is demonstrations: the policy's own steps weigh 0, and the rest was scaled to 1.",
        ]
      : []),
  ];
}

/** What a memory goes by. */
export const rememberedOf = (episode: Episode): Remembered => ({
  id: episode.id,
  round: episode.round,
  humanShare: episodeStatistics(episode).humanShare,
});
