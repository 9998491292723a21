import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { CompareResult, type PolicyView } from "#core/episode-views.ts";
import type { JobView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { ago, plural } from "#web/app/format.ts";
import { Empty, Failure, Measured } from "#web/app/parts.tsx";
import { jobQuery, queryClient } from "#web/app/queries.ts";
import { reviewer } from "#web/app/reviewer.ts";
import type { RobotProps } from "./drive.tsx";
import css from "./robot.module.css";
import { SideBySide } from "./side-by-side.tsx";

/** What was learned, newest first: which drives, and the way forward and back. */
export function PoliciesPanel({ projectId, policies, schema }: RobotProps) {
  const act = useMutation({
    mutationFn: ({ id, how }: { id: string; how: "promote" | "roll-back" }) =>
      post(path`/projects/${projectId}/lessons/${id}/${how}`, {}, { "X-Reviewer": reviewer() }),
    onSuccess: () => {
      for (const part of ["policies", "lessons"])
        void queryClient.invalidateQueries({ queryKey: ["project", projectId, part] });
    },
  });
  const { policies: all } = policies;
  if (all.length === 0)
    return (
      <Empty title="No policy yet">
        The first is learned from demonstrations: drive some episodes, then retrain.
      </Empty>
    );
  return (
    <>
      {act.error === null ? null : (
        <Failure error={act.error} what="The policy in force did not change" />
      )}
      <ul className={css.list} aria-label="Policies">
        {all.map((policy) => (
          <Policy
            key={policy.lessonId}
            policy={policy}
            busy={act.isPending}
            onAct={(how) => act.mutate({ id: policy.lessonId, how })}
          />
        ))}
      </ul>
      {all.length < 2 ? null : (
        <Compare projectId={projectId} policies={all} worldId={schema.world} />
      )}
    </>
  );
}

function Policy({
  policy,
  busy,
  onAct,
}: {
  readonly policy: PolicyView;
  readonly busy: boolean;
  readonly onAct: (how: "promote" | "roll-back") => void;
}) {
  const { lessonId, version, status, method, kind, episodes, corrections } = policy;
  const { success, change, gate, atMs } = policy;
  const earlier = status === "retired";
  return (
    <li>
      <div className={`${css.row} ${css.spread}`}>
        <span className={css.row}>
          <Link
            from="/p/$projectId/robot/{-$episodeId}"
            search={(others) => ({ ...others, policy: lessonId })}
          >
            v{version}
          </Link>
          <span className={status === "in-force" ? "chip learned" : "chip"}>
            {status.replace("-", " ")}
          </span>
        </span>
        {status === "in-force" ? null : (
          <button
            type="button"
            className="button small"
            disabled={busy}
            onClick={() => onAct(earlier ? "roll-back" : "promote")}
            aria-label={`${earlier ? "Roll back to" : "Promote"} policy ${version}`}
          >
            {earlier ? "Roll back to" : "Promote"}
          </button>
        )}
      </div>
      <div className={css.row}>
        {success === null ? (
          <span className="quiet">not measured</span>
        ) : (
          <span>
            alone <Measured of={success} />
          </span>
        )}
        {change === null ? null : (
          <span className="learned">
            change <Measured of={change} unit="points" n={false} />
          </span>
        )}
      </div>
      <p className="quiet">
        {method}, {kind}, from {plural(episodes, "episode")} and {plural(corrections, "take-over")},{" "}
        {ago(atMs, Date.now())}
        {gate === null ? "" : `; ${gate}`}
      </p>
    </li>
  );
}

/** Two policies on the same starts: watched, and counted on a hundred. */
function Compare({
  projectId,
  policies,
  worldId,
}: {
  readonly projectId: string;
  readonly policies: readonly PolicyView[];
  readonly worldId: string;
}) {
  const [chosen, setChosen] = useState<{ a?: string; b?: string }>({});
  const [watched, setWatched] = useState(false);
  const a = policies.find(({ lessonId }) => lessonId === chosen.a) ?? policies[1];
  const b = policies.find(({ lessonId }) => lessonId === chosen.b) ?? policies[0];
  const ask = useMutation({
    mutationFn: () =>
      post<{ jobId: string }>(path`/projects/${projectId}/policies/compare`, {
        a: a?.lessonId,
        b: b?.lessonId,
      }),
  });
  if (a === undefined || b === undefined) return null;
  const pick = (side: "a" | "b", value: PolicyView) => (
    <label className={css.field}>
      {side === "a" ? "Old" : "New"}
      <select
        value={value.lessonId}
        onChange={({ currentTarget }) => setChosen({ ...chosen, [side]: currentTarget.value })}
      >
        {policies.map(({ lessonId, version }) => (
          <option key={lessonId} value={lessonId}>
            v{version}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section className={css.part} aria-label="Compare">
      <h3>Old and new on the same starts</h3>
      <div className={css.fields}>
        {pick("a", a)}
        {pick("b", b)}
        <button type="button" className="button" onClick={() => setWatched(!watched)}>
          {watched ? "Close" : "Watch both"}
        </button>
        <button
          type="button"
          className="button"
          disabled={ask.isPending || a === b}
          onClick={() => ask.mutate()}
        >
          Measure on 100
        </button>
      </div>
      {watched ? (
        <SideBySide
          key={`${a.lessonId}/${b.lessonId}`}
          projectId={projectId}
          worldId={worldId}
          policies={[a, b]}
        />
      ) : null}
      {ask.error === null ? null : <Failure error={ask.error} what="They were not compared" />}
      {ask.data === undefined ? null : <Compared jobId={ask.data.jobId} names={[a, b]} />}
    </section>
  );
}

function Compared({
  jobId,
  names: [a, b],
}: {
  readonly jobId: string;
  readonly names: readonly [PolicyView, PolicyView];
}) {
  const { data: job } = useQuery(jobQuery(jobId));
  const stop = useMutation({ mutationFn: () => post<JobView>(path`/jobs/${jobId}/cancel`) });
  if (job === undefined) return null;
  const { state, progress, error } = job;
  if (state === "failed") return <p className={css.problem}>{error}</p>;
  if (state === "cancelled") return <p className="quiet">Measuring was cancelled.</p>;
  const result = CompareResult.safeParse(job.result);
  if (state !== "done" || !result.success)
    return (
      <div className={css.row}>
        <progress
          value={progress?.done ?? 0}
          max={Math.max(1, progress?.total ?? 1)}
          aria-label={`Comparing: ${progress?.label ?? "waiting"}`}
        />
        <button type="button" className="button small" onClick={() => stop.mutate()}>
          Cancel
        </button>
      </div>
    );
  const { difference, onlyA, onlyB } = result.data;
  return (
    <div role="status">
      <p>
        v{a.version} <Measured of={result.data.a} /> · v{b.version} <Measured of={result.data.b} />
      </p>
      <p className="learned">
        v{b.version} minus v{a.version}: <Measured of={difference} unit="points" />
      </p>
      <p className="quiet">
        starts only v{a.version} solved: {onlyA}; only v{b.version}: {onlyB}
      </p>
    </div>
  );
}
