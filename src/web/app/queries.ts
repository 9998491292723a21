/** Everything read from the server, by key: screens ask here, live events refresh here. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import type {
  CandidatePage,
  ComparisonOverview,
  ComparisonProgress,
  TrainingList,
} from "#core/comparison-views.ts";
import type { ReviewOrder } from "#core/project.ts";
import type { DocumentSummary, DocumentView, FilterView } from "#core/revision.ts";
import type { RewriteDetail, RewritePage, RewriteState, RewriteView } from "#core/rewrite.ts";
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
const REWRITES_PAGE_ROWS = 200;
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

export const documentsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "documents"],
    queryFn: ({ signal }) =>
      get<{ documents: DocumentSummary[] }>(path`/projects/${projectId}/documents`, signal),
    select: ({ documents }) => documents,
  });

/** A document is read anew whenever it is opened: what was done to it since is not in the cache. */
export const documentQuery = (projectId: string, documentId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "document", documentId],
    queryFn: ({ signal }) =>
      get<DocumentView>(path`/projects/${projectId}/documents/${documentId}`, signal),
    staleTime: 0,
    gcTime: 0,
    structuralSharing: false,
  });

/** The latest version of a document a live event spoke of. Never fetched by itself. */
export const documentSeenQuery = (documentId: string) =>
  queryOptions<number>({
    queryKey: ["document-seen", documentId],
    queryFn: () => 0,
    enabled: false,
  });

export const versionTextQuery = (projectId: string, documentId: string, version: number) =>
  queryOptions({
    queryKey: ["document-version", projectId, documentId, version],
    queryFn: ({ signal }) =>
      get<{ text: string }>(
        path`/projects/${projectId}/documents/${documentId}/versions/${version}`,
        signal,
      ),
    select: ({ text }) => text,
  });

export const filterQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "filter"],
    queryFn: ({ signal }) => get<FilterView>(path`/projects/${projectId}/writing-filter`, signal),
  });

export const rewritesQuery = (id: string, state: RewriteState | undefined, q: string) =>
  infiniteQueryOptions({
    queryKey: ["project", id, "rewrites", state ?? "", q],
    queryFn: ({ signal, pageParam }) =>
      get<RewritePage>(
        path`/projects/${id}/rewrites` +
          query({ state, q, limit: REWRITES_PAGE_ROWS, cursor: pageParam }),
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

/** How rewriting fares in the whole project: what comes with every page, without holding on to one. */
export const rewritingQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "rewriting"],
    queryFn: ({ signal }) =>
      get<RewritePage>(path`/projects/${id}/rewrites` + query({ limit: 1 }), signal),
    select: ({ totals, winLoss, defects, turns, minedAtMs }) => ({
      totals,
      winLoss,
      defects,
      turns,
      minedAtMs,
    }),
  });

export const rewriteQuery = (projectId: string, ruleId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "rewrite", ruleId],
    queryFn: ({ signal }) =>
      get<RewriteDetail>(path`/projects/${projectId}/rewrites/${ruleId}`, signal),
  });

/** A list of more pages is not read anew by itself: its reader is asked. */
const REREAD_PAGES_MAX = 5;

/** Something changed the rewrites: short lists are read anew, long ones become stale. */
export function rereadRewrites(client: QueryClient, projectId: string): void {
  const queryKey = ["project", projectId, "rewrites"];
  for (const refetchType of ["active", "none"] as const)
    void client.invalidateQueries({
      queryKey,
      refetchType,
      predicate: ({ state }) => {
        const pages = (state.data as InfiniteData<RewritePage> | undefined)?.pages.length ?? 0;
        return pages <= REREAD_PAGES_MAX === (refetchType === "active");
      },
    });
}

/** A rewrite as the server just answered it, wherever it is shown. */
export function putRewrite(projectId: string, view: RewriteView): void {
  queryClient.setQueriesData<InfiniteData<RewritePage>>(
    { queryKey: ["project", projectId, "rewrites"] },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          rewrites: page.rewrites.map((old) => (old.id === view.id ? view : old)),
        })),
      },
  );
  queryClient.setQueryData(
    rewriteQuery(projectId, view.id).queryKey,
    (detail) => detail && { ...detail, rewrite: view },
  );
}

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

/** Where a person's comparing stands. Never fetched by itself: answers carry it. */
export const progressQuery = (projectId: string) =>
  queryOptions<ComparisonProgress>({
    queryKey: ["comparison-progress", projectId],
    queryFn: () => ({ left: 0, compared: 0, untilRefit: 0 }),
    enabled: false,
  });

export const comparisonsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "comparisons"],
    queryFn: ({ signal }) =>
      get<ComparisonOverview>(path`/projects/${projectId}/comparisons/overview`, signal),
  });

const CANDIDATES_PAGE = 12;

/** Prompts with their scored replies. How members become one score is the page's own business. */
export const candidatesQuery = (projectId: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "candidates", q],
    queryFn: ({ signal, pageParam }) =>
      get<CandidatePage>(
        path`/projects/${projectId}/candidates` +
          query({ q, limit: CANDIDATES_PAGE, cursor: pageParam }),
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

export const trainingQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "training"],
    queryFn: ({ signal }) => get<TrainingList>(path`/projects/${projectId}/training`, signal),
  });
