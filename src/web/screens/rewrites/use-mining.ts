import { useMutation, useQuery } from "@tanstack/react-query";
import type { JobView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { jobsQuery } from "#web/app/queries.ts";

const KIND = "mine";

export interface Mining {
  /** The latest mining of this project, running or over; undefined before the first. */
  readonly job: JobView | undefined;
  readonly running: boolean;
  readonly error: Error | null;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** Mining as a job: asked for here, followed live, stopped from here. */
export function useMining(projectId: string): Mining {
  const { data: jobs = [] } = useQuery(jobsQuery(projectId));
  const ask = useMutation({
    mutationFn: () => post<{ jobId: string }>(path`/projects/${projectId}/mine`),
  });
  const stop = useMutation({ mutationFn: (id: string) => post<JobView>(path`/jobs/${id}/cancel`) });
  const job = jobs.find(({ kind }) => kind === KIND);
  const running = job?.state === "queued" || job?.state === "running";
  return {
    job,
    running: running || ask.isPending,
    error: ask.error ?? stop.error,
    start: () => {
      if (!running && !ask.isPending) ask.mutate();
    },
    cancel: () => {
      if (job !== undefined && running) stop.mutate(job.id);
    },
  };
}
