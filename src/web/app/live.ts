/** The server's live events, folded into the query cache so that no screen ever polls. */
import type { QueryClient } from "@tanstack/react-query";
import type { JobView, LearningStep, LiveEvent, Overview } from "#core/views.ts";
import { documentSeenQuery, rereadRewrites, trainingQuery } from "./queries.ts";

const KINDS = [
  "corrected",
  "queue-changed",
  "learning",
  "project-changed",
  "document-changed",
  "rewrites-changed",
  "episodes-changed",
  "policy-training",
  "comparisons-changed",
  "training",
  "job",
] as const;

export interface Live {
  readonly connected: boolean;
  /** The latest learning step of each project that came while this page was open. */
  readonly steps: Readonly<Record<string, LearningStep>>;
}

let state: Live = { connected: false, steps: {} };
const listeners = new Set<() => void>();

function change(next: Partial<Live>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

export const live = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): Live => state,
  dismiss(projectId: string): void {
    const { [projectId]: _gone, ...steps } = state.steps;
    change({ steps });
  },
};

/** What a reward model or a policy in force changes. */
const LANGUAGE = ["comparisons", "candidates", "training"] as const;

function refresh(client: QueryClient, projectId: string, parts: readonly string[]): void {
  for (const part of parts)
    void client.invalidateQueries({ queryKey: ["project", projectId, part] });
}

function takeJob(client: QueryClient, job: JobView): void {
  client.setQueryData(["job", job.id], job);
  for (const key of [job.projectId ?? "", ""]) {
    const listKey = ["jobs", key];
    const list = client.getQueryData<{ jobs: JobView[] }>(listKey);
    if (list === undefined) continue;
    const others = list.jobs.filter(({ id }) => id !== job.id);
    const known = others.length < list.jobs.length;
    const jobs = known ? list.jobs.map((old) => (old.id === job.id ? job : old)) : [job, ...others];
    client.setQueryData(listKey, { jobs });
  }
}

/** New points of a run's curves go to those there are; the end of a run brings a new policy, so all is read again. */
function takeTraining(client: QueryClient, event: LiveEvent & { readonly kind: "training" }): void {
  const { projectId, runId, state, step, points } = event;
  const key = trainingQuery(projectId).queryKey;
  const list = client.getQueryData(key);
  const known = list?.runs.some(({ id }) => id === runId) ?? false;
  if (list !== undefined && known)
    client.setQueryData(key, {
      ...list,
      runs: list.runs.map((run) =>
        run.id === runId
          ? { ...run, state, step, points: [...run.points, ...unseen(run.points, points)] }
          : run,
      ),
    });
  // Checkpoints, notes and lessons do not come with the event.
  void client.invalidateQueries({ queryKey: key });
}

/** Points that are not there yet: the list may have been read after some of them were made. */
function unseen<P extends { readonly step: number }>(
  there: readonly P[],
  points: readonly P[],
): P[] {
  const last = there.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
  return points.filter(({ step }) => step > last);
}

export function take(client: QueryClient, event: LiveEvent): void {
  switch (event.kind) {
    case "corrected":
      client.setQueryData(["left", event.projectId], event.left);
      return;
    case "queue-changed":
      client.setQueryData(["left", event.projectId], event.left);
      refresh(client, event.projectId, ["queue"]);
      return;
    case "learning": {
      change({ steps: { ...state.steps, [event.projectId]: event.step } });
      const key = ["project", event.projectId, "overview"];
      const overview = client.getQueryData<Overview>(key);
      if (overview !== undefined)
        client.setQueryData(key, { ...overview, steps: [event.step, ...overview.steps] });
      refresh(client, event.projectId, ["overview", "lessons"]);
      void client.invalidateQueries({ queryKey: ["projects"] });
      return;
    }
    case "project-changed":
      refresh(client, event.projectId, ["detail", "overview", "lessons", "queue", ...LANGUAGE]);
      void client.invalidateQueries({ queryKey: ["projects"] });
      return;
    case "document-changed":
      client.setQueryData(documentSeenQuery(event.documentId).queryKey, event.version);
      refresh(client, event.projectId, ["documents", "filter"]);
      return;
    case "rewrites-changed":
      refresh(client, event.projectId, ["rewriting", "rewrite", "lessons"]);
      rereadRewrites(client, event.projectId);
      return;
    case "episodes-changed":
      refresh(client, event.projectId, [
        "episodes",
        "episode",
        "rounds",
        "memory",
        "demonstrations",
      ]);
      return;
    case "policy-training": {
      const { jobId, step, steps, loss } = event;
      const key = ["policy-training", jobId];
      const points = client.getQueryData<readonly object[]>(key) ?? [];
      client.setQueryData(key, [...points, { step, steps, loss }]);
      return;
    }
    case "comparisons-changed":
      refresh(client, event.projectId, ["comparisons", "compared", "candidates"]);
      return;
    case "training":
      takeTraining(client, event);
      return;
    case "job":
      takeJob(client, event.job);
  }
}

/** Listens until told to stop. The browser reconnects by itself; what was missed meanwhile is read again. */
export function listen(client: QueryClient): () => void {
  const source = new EventSource("/api/v1/events");
  let missed = false;
  source.onopen = () => {
    change({ connected: true });
    if (missed) void client.invalidateQueries();
    missed = false;
  };
  source.onerror = () => {
    missed = true;
    change({ connected: false });
  };
  for (const kind of KINDS)
    source.addEventListener(kind, (message) => {
      const event = JSON.parse(message.data) as LiveEvent;
      if (event.kind === kind) take(client, event);
    });
  return () => source.close();
}
