/** What the rounds of deployment show: how often it worked, and what it took of people. */
import type { Episode } from "#core/episode.ts";
import type { MemoryView, RoundsView, RoundView } from "#core/episode-views.ts";
import { ItemId, type ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import { classWeights } from "#learn/episodes/class-weights.ts";
import { episodeStatistics } from "#learn/episodes/episode-statistics.ts";
import { EVICTIONS, evict } from "#learn/episodes/eviction.ts";
import { type ClassCounts, classCounts, frameClasses } from "#learn/episodes/frame-classes.ts";
import { bootstrap } from "#measure/bootstrap.ts";
import { wilson } from "#measure/proportion.ts";
import { type Host, projectRng } from "./host.ts";
import { editedEpisodes } from "./robot-episodes.ts";
import { episodeSchema, robotProject } from "./robot-projects.ts";

const RESAMPLES = 999;

export const proportion = (metric: string, successes: number, n: number): Measurement => ({
  metric,
  value: n === 0 ? 0 : successes / n,
  interval: wilson(successes, n),
  n,
});

export async function roundsView(host: Host, id: ProjectId): Promise<RoundsView> {
  const { config } = await robotProject(host, id);
  const preWindow = { steps: episodeSchema(config).preWindow };
  const rounds = new Map<number, Episode[]>();
  const counts: ClassCounts[] = [];
  for await (const { episode } of editedEpisodes(host, id)) {
    const list = rounds.get(episode.round) ?? [];
    list.push(episode);
    rounds.set(episode.round, list);
    if (episode.end !== "discarded")
      counts.push(classCounts([frameClasses(episode, { preWindow })]));
  }
  const rng = projectRng(host, id).split("rounds");
  const weighed = weightsOf(counts);
  return {
    rounds: [...rounds]
      .sort(([a], [b]) => a - b)
      .map(([round, episodes]) => roundView(round, episodes, rng.split(round))),
    ...weighed,
  };
}

const NONE = { demo: 0, robot: 0, intervention: 0, "pre-intervention": 0 };

function weightsOf(each: readonly ClassCounts[]): Omit<RoundsView, "rounds"> {
  const counts = { ...NONE };
  for (const one of each)
    for (const key of ["demo", "robot", "intervention", "pre-intervention"] as const)
      counts[key] += one[key];
  if (each.length === 0)
    return { shares: NONE, weighted: NONE, weights: NONE, clipped: false, plain: true };
  const { shares, targets, weights, clipped, plain } = classWeights(counts);
  return { shares, weighted: targets, weights, clipped, plain };
}

function roundView(
  round: number,
  all: readonly Episode[],
  rng: Parameters<typeof bootstrap>[2]["rng"],
): RoundView {
  const episodes = all.filter(({ end }) => end !== "discarded");
  const each = episodes.map(episodeStatistics);
  const sum = (of: (one: (typeof each)[number]) => number) =>
    each.reduce((total, one) => total + of(one), 0);
  const succeeded = episodes.filter(({ end }) => end === "success").length;
  const alone = episodes.filter(
    ({ end }, k) => end === "success" && each[k]?.humanSteps === 0,
  ).length;
  return {
    round,
    policyIds: [...new Set(all.flatMap(({ policyId }) => (policyId === null ? [] : [policyId])))],
    episodes: episodes.length,
    discarded: all.length - episodes.length,
    steps: sum(({ steps }) => steps),
    takeOvers: sum(({ takeOvers }) => takeOvers),
    success: proportion("success", succeeded, episodes.length),
    autonomous: proportion("autonomous", alone, episodes.length),
    humanShare: humanShare(each, rng),
    humanSeconds: sum(({ humanSeconds }) => humanSeconds),
  };
}

/** Steps of people over all steps; episodes, not steps, were sampled, and so are resampled. */
function humanShare(
  each: readonly { readonly steps: number; readonly humanSteps: number }[],
  rng: Parameters<typeof bootstrap>[2]["rng"],
): Measurement {
  const n = each.length;
  const metric = "human-share";
  if (n === 0) return { metric, value: 0, interval: null, n };
  const ratio = (indices: ArrayLike<number>): number => {
    let [human, steps] = [0, 0];
    for (let k = 0; k < indices.length; k++) {
      const one = each[indices[k] as number]; // drawn from 0 to n - 1
      human += one?.humanSteps ?? 0;
      steps += one?.steps ?? 0;
    }
    return human / steps;
  };
  const { value, interval } = bootstrap(ratio, n, {
    rng,
    resamples: RESAMPLES,
    method: "percentile",
  });
  return { metric, value, interval: n === 1 ? null : interval, n };
}

/** What each strategy would let go of, before it is applied. */
export async function memoryView(host: Host, id: ProjectId, capacity: number): Promise<MemoryView> {
  await robotProject(host, id);
  const remembered: {
    id: string;
    round: number;
    humanShare: number;
    steps: number;
    humanSteps: number;
  }[] = [];
  for await (const { episode } of editedEpisodes(host, id)) {
    if (episode.end === "discarded") continue;
    const { steps, humanSteps, humanShare } = episodeStatistics(episode);
    remembered.push({ id: episode.id, round: episode.round, humanShare, steps, humanSteps });
  }
  const rng = projectRng(host, id).split("memory");
  return {
    episodes: remembered.length,
    capacity,
    strategies: EVICTIONS.map((strategy) => {
      const { kept, evicted } = evict(remembered, { capacity, strategy, rng });
      const stays = new Set(kept);
      const left = remembered.filter((one) => stays.has(one.id));
      const steps = left.reduce((sum, one) => sum + one.steps, 0);
      const human = left.reduce((sum, one) => sum + one.humanSteps, 0);
      return {
        strategy,
        evicted: evicted.map((one) => ItemId.parse(one)),
        kept: { steps, humanShare: steps === 0 ? 0 : human / steps },
      };
    }),
  };
}
