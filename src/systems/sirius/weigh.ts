import type { Episode } from "#core/episode.ts";
import {
  CLASS_TARGET,
  type ClassTarget,
  type ClassWeights,
  classWeights,
} from "#learn/episodes/class-weights.ts";
import {
  type ClassCounts,
  type ClassRules,
  classCounts,
  type FrameClass,
  frameClasses,
} from "#learn/episodes/frame-classes.ts";
import { iwrWeights } from "#learn/episodes/sampling.ts";
import { allRuns, trainingFrames } from "#learn/episodes/training-runs.ts";
import type { CloneData } from "#learn/imitation/clone-data.ts";

/**
 * `sirius`: the loss of a step is multiplied by its class's weight. `iwr`: steps of people are drawn
 * half of the time. `none`: plain cloning.
 */
export const WEIGHTINGS = ["sirius", "iwr", "none"] as const;
export type Weighting = (typeof WEIGHTINGS)[number];

export interface WeighOptions {
  readonly weighting: Weighting;
  readonly rules?: ClassRules;
  readonly target?: ClassTarget;
}

export interface Weighed {
  readonly data: CloneData;
  /** [frames] the class of each, in the order of the data. */
  readonly classes: readonly FrameClass[];
  readonly counts: ClassCounts;
  readonly weights: ClassWeights;
}

/** Every step of the episodes with what it is worth to a learner. */
export function weighFrames(
  episodes: readonly Episode[],
  { weighting, rules = {}, target = CLASS_TARGET }: WeighOptions,
): Weighed {
  const byEpisode = new Map(episodes.map((episode) => [episode, frameClasses(episode, rules)]));
  const runs = allRuns(episodes);
  const classes = runs.flatMap(
    ({ episode, start, end }) => byEpisode.get(episode)?.slice(start, end) ?? [],
  );
  const counts = classCounts([classes]);
  const weights = classWeights(counts, target);
  const weightOf = (episode: Episode, row: number): number => {
    const one = byEpisode.get(episode)?.[row];
    return one === undefined || weighting !== "sirius" ? 1 : weights.weights[one];
  };
  const frames = trainingFrames(runs, weightOf);
  const data = weighting === "iwr" ? { ...frames, sampling: iwrWeights(classes) } : frames;
  return { data, classes, counts, weights };
}
