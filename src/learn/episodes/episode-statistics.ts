import type { Episode } from "#core/episode.ts";
import { takeOvers } from "./take-overs.ts";

export interface EpisodeStatistics {
  readonly steps: number;
  /** Demonstrated, or taken over for real. */
  readonly humanSteps: number;
  readonly humanShare: number;
  /** Seconds of a person's hands on the robot. */
  readonly humanSeconds: number;
  /** Real ones. */
  readonly takeOvers: number;
  readonly recoverySteps: number;
  readonly correctionSteps: number;
  /** Stretches of consecutive steps of the segment. */
  readonly recoveries: number;
  readonly corrections: number;
}

export function episodeStatistics(episode: Episode): EpisodeStatistics {
  const { rows, controlHz } = episode;
  const real = takeOvers(episode).filter((takeOver) => takeOver.real);
  const own = real.map(({ start, end }) => rows.slice(start, end));
  const taken = own.reduce((sum, { length }) => sum + length, 0);
  const demonstrated = rows.filter(({ source }) => source === "demo").length;
  const humanSteps = taken + demonstrated;
  const [recoverySteps, recoveries] = segmentCounts(own, "recovery");
  const [correctionSteps, corrections] = segmentCounts(own, "correction");
  return {
    steps: rows.length,
    humanSteps,
    humanShare: humanSteps / rows.length,
    humanSeconds: humanSteps / controlHz,
    takeOvers: real.length,
    recoverySteps,
    correctionSteps,
    recoveries,
    corrections,
  };
}

/** Steps of a segment, and stretches of them. */
function segmentCounts(
  stretches: readonly Episode["rows"][],
  segment: "recovery" | "correction",
): [number, number] {
  let [steps, runs] = [0, 0];
  for (const rows of stretches)
    rows.forEach((row, i) => {
      if (row.segment !== segment) return;
      steps += 1;
      if (rows[i - 1]?.segment !== segment) runs += 1;
    });
  return [steps, runs];
}

export interface RoundStatistics {
  readonly round: number;
  readonly episodes: number;
  readonly successes: number;
  /** Finished the whole task with no real take-over and no demonstrated step. */
  readonly alone: number;
  readonly steps: number;
  readonly humanSteps: number;
  readonly humanShare: number;
  readonly humanSeconds: number;
  readonly takeOvers: number;
  readonly withRecovery: number;
  readonly withCorrection: number;
  readonly recoverySteps: number;
  readonly correctionSteps: number;
  /** Steps of correction for each of recovery (RaC: 1 to 2); null without recovery. */
  readonly correctionsPerRecovery: number | null;
}

/** One line a round, in order. Discarded episodes are left out. */
export function roundStatistics(episodes: readonly Episode[]): RoundStatistics[] {
  const rounds = new Map<number, Episode[]>();
  for (const episode of episodes) {
    if (episode.end === "discarded") continue;
    const list = rounds.get(episode.round);
    if (list === undefined) rounds.set(episode.round, [episode]);
    else list.push(episode);
  }
  return [...rounds].sort(([a], [b]) => a - b).map(([round, of]) => ({ round, ...summed(of) }));
}

function summed(episodes: readonly Episode[]): Omit<RoundStatistics, "round"> {
  const each = episodes.map((episode) => ({
    ...episodeStatistics(episode),
    success: episode.end === "success",
  }));
  const count = (test: (one: (typeof each)[number]) => boolean) => each.filter(test).length;
  const sum = (of: (one: EpisodeStatistics) => number) => each.reduce((t, one) => t + of(one), 0);
  const steps = sum((one) => one.steps);
  const humanSteps = sum((one) => one.humanSteps);
  const recoverySteps = sum((one) => one.recoverySteps);
  const correctionSteps = sum((one) => one.correctionSteps);
  return {
    episodes: episodes.length,
    successes: count(({ success }) => success),
    alone: count(({ success, humanSteps }) => success && humanSteps === 0),
    steps,
    humanSteps,
    humanShare: humanSteps / steps,
    humanSeconds: sum((one) => one.humanSeconds),
    takeOvers: sum((one) => one.takeOvers),
    withRecovery: count(({ recoverySteps }) => recoverySteps > 0),
    withCorrection: count(({ correctionSteps }) => correctionSteps > 0),
    recoverySteps,
    correctionSteps,
    correctionsPerRecovery: recoverySteps === 0 ? null : correctionSteps / recoverySteps,
  };
}
