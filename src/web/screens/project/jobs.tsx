import { useMutation, useQuery } from "@tanstack/react-query";
import type { JobView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { ago, count } from "#web/app/format.ts";
import { Empty } from "#web/app/parts.tsx";
import { jobsQuery } from "#web/app/queries.ts";
import css from "./project.module.css";

const SHOWN = 6;

/** Long work of this project, live. */
export function Jobs({ projectId }: { readonly projectId: string }) {
  const { data: jobs = [] } = useQuery(jobsQuery(projectId));
  return (
    <section className={css.panel} id="jobs" aria-label="Jobs">
      <header>
        <h2>Jobs</h2>
      </header>
      {jobs.length === 0 ? (
        <Empty title="Nothing is running">
          Imports, refits and assessments show their progress here.
        </Empty>
      ) : (
        <ul className={css.list}>
          {jobs.slice(0, SHOWN).map((job) => (
            <li key={job.id}>
              <Job job={job} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** One job: what it does, how far it is, and the way to stop it or go on. */
export function Job({ job }: { readonly job: JobView }) {
  const act = useMutation({
    mutationFn: (how: "cancel" | "resume") => post<JobView>(path`/jobs/${job.id}/${how}`),
  });
  const { kind, state, progress, error, createdAtMs } = job;
  const running = state === "queued" || state === "running";
  return (
    <div className={css.job}>
      <span>
        <strong>{kind}</strong>{" "}
        <span className={state === "failed" ? "chip danger" : "chip"}>{state}</span>{" "}
        <span className="quiet">{ago(createdAtMs, Date.now())}</span>
      </span>
      {running ? (
        <button type="button" className="button small" onClick={() => act.mutate("cancel")}>
          Cancel
        </button>
      ) : state === "failed" || state === "cancelled" ? (
        <button type="button" className="button small" onClick={() => act.mutate("resume")}>
          Resume
        </button>
      ) : null}
      {running && progress !== null ? (
        <>
          <progress
            value={progress.done}
            max={Math.max(1, progress.total)}
            aria-label={`${kind}: ${progress.label}`}
          />
          <span className="quiet">
            {progress.label}, {count(progress.done)} of {count(progress.total)}
          </span>
        </>
      ) : null}
      {error === null ? null : <p role="alert">{error}</p>}
    </div>
  );
}
