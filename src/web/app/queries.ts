/** Everything read from the server, by key: screens ask here, live events refresh here. */
import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import type { ReviewOrder } from "#core/project.ts";
import type {
  CaseView,
  JobView,
  LessonView,
  Overview,
  ProjectDetail,
  ProjectSummary,
  QueuePage,
  QueueRow,
  SystemDetail,
  SystemRow,
} from "#core/views.ts";
import { ApiProblem, get, path, query } from "./api.ts";

const QUEUE_PAGE_ROWS = 200;
const RETRIES_MAX = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Live events say when something changed; until then what is here is right.
      staleTime: Number.POSITIVE_INFINITY,
      retry: (failures, error) =>
        failures < RETRIES_MAX && error instanceof ApiProblem && error.passing,
      refetchOnWindowFocus: false,
    },
  },
});

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => get<{ projects: ProjectSummary[] }>("/projects", signal),
  select: ({ projects }) => projects,
});

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "detail"],
    queryFn: ({ signal }) => get<ProjectDetail>(path`/projects/${id}`, signal),
  });

export const overviewQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "overview"],
    queryFn: ({ signal }) => get<Overview>(path`/projects/${id}/overview`, signal),
  });

export const lessonsQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "lessons"],
    queryFn: ({ signal }) => get<{ lessons: LessonView[] }>(path`/projects/${id}/lessons`, signal),
    select: ({ lessons }) => lessons,
  });

export const queueQuery = (id: string, order: ReviewOrder, state: QueueRow["state"]) =>
  infiniteQueryOptions({
    queryKey: ["project", id, "queue", order, state],
    queryFn: ({ signal, pageParam }) =>
      get<QueuePage>(
        path`/projects/${id}/queue` +
          query({ order, state, limit: QUEUE_PAGE_ROWS, cursor: pageParam }),
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

export const caseQuery = (projectId: string, itemId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "case", itemId],
    queryFn: ({ signal }) => get<CaseView>(path`/projects/${projectId}/cases/${itemId}`, signal),
  });

export const jobsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["jobs", projectId],
    queryFn: ({ signal }) => get<{ jobs: JobView[] }>(`/jobs${query({ projectId })}`, signal),
    select: ({ jobs }) => jobs,
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: ({ signal }) => get<JobView>(path`/jobs/${id}`, signal),
  });

export const systemsQuery = queryOptions({
  queryKey: ["systems"],
  queryFn: ({ signal }) => get<{ systems: SystemRow[] }>("/systems", signal),
  select: ({ systems }) => systems,
});

export const systemQuery = (id: string) =>
  queryOptions({
    queryKey: ["system", id],
    queryFn: ({ signal }) => get<SystemDetail>(path`/systems/${id}`, signal),
  });

/** What is left in a project's queue. Never fetched by itself: answers and live events carry it. */
export const leftQuery = (id: string) =>
  queryOptions<number>({ queryKey: ["left", id], queryFn: () => 0, enabled: false });

export const minutesLeftQuery = (id: string) =>
  queryOptions<number | null>({
    queryKey: ["minutes-left", id],
    queryFn: () => null,
    enabled: false,
  });

export const untilRefitQuery = (id: string) =>
  queryOptions<number>({ queryKey: ["until-refit", id], queryFn: () => 0, enabled: false });
