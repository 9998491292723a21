/** What the Robot screen reads of the server. */
import { queryOptions } from "@tanstack/react-query";
import type { Episode } from "#core/episode.ts";
import type {
  EpisodeDetail,
  EpisodePage,
  MemoryView,
  PolicyView,
  RoundsView,
} from "#core/episode-views.ts";
import { type Familiarity, fitFamiliarity } from "#learn/episodes/familiarity.ts";
import { parsePolicy } from "#propose/policy/model.ts";
import { get, path, query } from "#web/app/api.ts";
import { queryClient } from "#web/app/queries.ts";
import { tabWorld } from "./worlds.ts";

const PAGE_EPISODES = 100;
/** Demonstrations that tell what is familiar: more make it no clearer, and each is read. */
const DEMONSTRATIONS_MAX = 16;

export interface Policies {
  readonly policies: readonly PolicyView[];
  readonly inForce: string | null;
}

export const policiesQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "policies"],
    queryFn: ({ signal }) => get<Policies>(path`/projects/${id}/policies`, signal),
  });

/** A policy never changes, so it is read once. */
export const modelQuery = (id: string, lessonId: string) =>
  queryOptions({
    queryKey: ["policy-model", id, lessonId],
    queryFn: async ({ signal }) =>
      parsePolicy(await get<unknown>(path`/projects/${id}/policies/${lessonId}/model`, signal)),
  });

export const roundsQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "rounds"],
    queryFn: ({ signal }) => get<RoundsView>(path`/projects/${id}/rounds`, signal),
  });

export const memoryQuery = (id: string, capacity: number) =>
  queryOptions({
    queryKey: ["project", id, "memory", capacity],
    queryFn: ({ signal }) =>
      get<MemoryView>(path`/projects/${id}/episode-memory` + query({ capacity }), signal),
  });

export const episodesQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "episodes"],
    queryFn: ({ signal }) =>
      get<EpisodePage>(path`/projects/${id}/episodes` + query({ limit: PAGE_EPISODES }), signal),
  });

export const episodeQuery = (id: string, episodeId: string) =>
  queryOptions({
    queryKey: ["project", id, "episode", episodeId],
    queryFn: ({ signal }) =>
      get<EpisodeDetail>(path`/projects/${id}/episodes/${episodeId}`, signal),
  });

/** The demonstrations, as far as they tell what is familiar. */
export const demonstrationsQuery = (id: string, world: string) =>
  queryOptions({
    queryKey: ["project", id, "demonstrations", world],
    queryFn: async ({ signal }) => {
      const page = await get<EpisodePage>(
        path`/projects/${id}/episodes` +
          query({ round: 0, discarded: "false", limit: DEMONSTRATIONS_MAX }),
        signal,
      );
      const own = page.episodes.filter(
        (one) => one.world === world && one.humanSteps === one.steps,
      );
      const read = own.map((one) =>
        get<EpisodeDetail>(path`/projects/${id}/episodes/${one.id}`, signal),
      );
      return (await Promise.all(read)).map(({ episode }) => episode);
    },
  });

/** Null where demonstrations are too few to tell. */
export function familiarityOf(demonstrations: readonly Episode[]): Familiarity | null {
  try {
    return fitFamiliarity(demonstrations);
  } catch {
    return null;
  }
}

/** Each world runs once in a tab: an engine of megabytes is not loaded twice. */
export const worldQuery = (worldId: string) =>
  queryOptions({
    queryKey: ["tab-world", worldId],
    queryFn: async () => {
      const known = tabWorld(worldId);
      if (known === undefined) throw new Error(`There is no world "${worldId}" in this page`);
      return { ...known, world: await known.open() };
    },
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });

/** One point of a loss curve while a policy is learned. */
export interface TrainingPoint {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** The loss so far of a job that learns a policy. Never fetched by itself: live events carry it. */
export const trainingQuery = (jobId: string) =>
  queryOptions<readonly TrainingPoint[]>({
    queryKey: ["policy-training", jobId],
    queryFn: () => [],
    enabled: false,
  });

export function rereadEpisodes(projectId: string): void {
  for (const part of ["episodes", "episode", "rounds", "memory", "demonstrations"])
    void queryClient.invalidateQueries({ queryKey: ["project", projectId, part] });
}
