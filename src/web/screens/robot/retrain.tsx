import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type FitInput, FitResult, type PolicyMethod } from "#core/episode-views.ts";
import type { JobView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { count, fixed } from "#web/app/format.ts";
import { useHotkeys } from "#web/app/hotkeys.ts";
import { Act, Failure } from "#web/app/parts.tsx";
import { jobsQuery, queryClient } from "#web/app/queries.ts";
import type { RobotProps } from "./drive.tsx";
import { episodesQuery, type TrainingPoint, trainingQuery } from "./queries.ts";
import css from "./robot.module.css";

const KIND = "fit-policy";

const METHODS: readonly { readonly id: PolicyMethod; readonly title: string }[] = [
  { id: "sirius", title: "Sirius: all steps, weighted by class" },
  { id: "rac", title: "RaC: demonstrations, recoveries, corrections" },
  { id: "iwr", title: "IWR: take-overs half of every batch" },
  { id: "human-only", title: "people's steps only" },
  { id: "bc", title: "all steps alike" },
];

/** Learning as a job: asked for here, followed live, stopped from here. */
export function Retrain({ projectId, schema, policies }: RobotProps) {
  const { data: jobs = [] } = useQuery(jobsQuery(projectId));
  const { data: page } = useQuery(episodesQuery(projectId));
  const [method, setMethod] = useState<PolicyMethod>(schema.protocol === "rac" ? "rac" : "sirius");
  const ask = useMutation({
    mutationFn: () =>
      post<{ jobId: string }>(path`/projects/${projectId}/policies`, {
        method,
      } satisfies Partial<FitInput>),
  });
  const stop = useMutation({ mutationFn: (id: string) => post<JobView>(path`/jobs/${id}/cancel`) });
  const job = jobs.find(({ kind }) => kind === KIND);
  const running = job?.state === "queued" || job?.state === "running" || ask.isPending;
  const done = job?.state === "done" ? job.id : undefined;
  // The external system is the server: what it learned has changed what it knows.
  useEffect(() => {
    if (done === undefined) return;
    for (const part of ["policies", "rounds", "lessons"])
      void queryClient.invalidateQueries({ queryKey: ["project", projectId, part] });
  }, [done, projectId]);
  const nothing = page?.total === 0;
  const start = () => {
    if (!running && !nothing) ask.mutate();
  };
  useHotkeys("Robot", [{ keys: ["t"], label: "Retrain on everything recorded", run: start }]);
  const error = ask.error ?? stop.error;
  return (
    <section className={css.part} aria-label="Retrain">
      <div className={css.fields}>
        <label className={css.field}>
          Learn by
          <select
            value={method}
            disabled={running}
            onChange={({ currentTarget: { value } }) =>
              setMethod(METHODS.find(({ id }) => id === value)?.id ?? "sirius")
            }
          >
            {METHODS.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {running && job !== undefined ? (
          <button type="button" className="button" onClick={() => stop.mutate(job.id)}>
            Cancel
          </button>
        ) : (
          <Act name="t" primary disabled={running || nothing} onAct={start}>
            Retrain
          </Act>
        )}
      </div>
      {error === null ? null : <Failure error={error} what="The policy was not retrained" />}
      {job === undefined ? (
        <p className="quiet">
          {nothing
            ? "Nothing is recorded yet: drive an episode, or import some."
            : "A new policy learns from everything recorded, and drives once it is proven better."}
        </p>
      ) : (
        <Progress job={job} policies={policies} />
      )}
    </section>
  );
}

function Progress({ job, policies }: { readonly job: JobView } & Pick<RobotProps, "policies">) {
  const { data: points = [] } = useQuery(trainingQuery(job.id));
  const { state, progress, error } = job;
  const running = state === "queued" || state === "running";
  return (
    <>
      {points.length > 1 ? <Loss points={points} /> : null}
      {running ? (
        <>
          <progress
            value={progress?.done ?? 0}
            max={Math.max(1, progress?.total ?? 1)}
            aria-label={`Retraining: ${progress?.label ?? "waiting"}`}
          />
          <p className="quiet">{progress?.label ?? "waiting for its turn"}</p>
        </>
      ) : null}
      {state === "failed" ? <p className={css.problem}>{error}</p> : null}
      {state === "cancelled" ? <p className="quiet">Retraining was cancelled.</p> : null}
      {state === "done" ? <Outcome job={job} policies={policies} /> : null}
    </>
  );
}

function Outcome({ job, policies }: { readonly job: JobView } & Pick<RobotProps, "policies">) {
  const result = FitResult.safeParse(job.result);
  if (!result.success) return null;
  const { lessonId, promoted, gate } = result.data;
  const policy = policies.policies.find((one) => one.lessonId === lessonId);
  return (
    <p role="status">
      <span className={promoted ? "chip learned" : "chip"}>
        {policy === undefined ? "new policy" : `policy v${policy.version}`}{" "}
        {promoted ? "drives now" : "held back"}
      </span>{" "}
      {gate}
    </p>
  );
}

const WIDTH = 300;
const HEIGHT = 44;

/** The loss so far, on a logarithm's scale, with its newest value. */
function Loss({ points }: { readonly points: readonly TrainingPoint[] }) {
  const last = points.at(-1);
  const logs = points.map(({ loss }) => Math.log(Math.max(1e-9, loss)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const d = points
    .map(({ step, steps }, i) => {
      const x = (WIDTH * step) / Math.max(1, steps);
      const y = HEIGHT * (1 - ((logs[i] ?? low) - low) / Math.max(1e-9, high - low));
      return `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join("");
  if (last === undefined) return null;
  return (
    <figure>
      <svg
        className={css.loss}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Training loss ${fixed(last.loss, 4)} after ${last.step} of ${last.steps} steps`}
      >
        <path d={d} />
      </svg>
      <figcaption className="quiet">
        loss <span className="learned">{fixed(last.loss, 4)}</span>, step {count(last.step)} of{" "}
        {count(last.steps)}
      </figcaption>
    </figure>
  );
}
