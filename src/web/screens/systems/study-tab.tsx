import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { StudyReport } from "#core/study.ts";
import { path, post } from "#web/app/api.ts";
import { plural, short } from "#web/app/format.ts";
import { Empty, Failure } from "#web/app/parts.tsx";
import { jobQuery, queryClient } from "#web/app/queries.ts";
import { ArmsTable } from "./arms-table.tsx";
import { StudyCurves } from "./study-curves.tsx";
import css from "./system.module.css";

interface Props {
  readonly systemId: string;
  readonly report: StudyReport | null;
}

export function StudyTab({ systemId, report }: Props) {
  const [lit, setLit] = useState<string | null>(null);
  return (
    <div className={css.stack}>
      <RunAgain systemId={systemId} report={report} />
      {report === null ? (
        <Empty title="The study was not run yet">
          Run it above: it takes minutes, shows its progress, and ends in arms, curves and claims
          here. The same runs on the command line with <code>npx emend study {systemId}</code>.
        </Empty>
      ) : (
        <>
          <div className={css.two}>
            <ClaimsPanel report={report} />
            <PaperPanel report={report} />
          </div>
          <StudyCurves report={report} lit={lit} />
          <ArmsTable report={report} onLight={setLit} />
        </>
      )}
    </div>
  );
}

function RunAgain({ systemId, report }: Props) {
  const [seeds, setSeeds] = useState(report?.seeds.length ?? 5);
  const [fast, setFast] = useState(false);
  const [jobId, setJobId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () => post<{ jobId: string }>(path`/systems/${systemId}/study`, { seeds, fast }),
    onSuccess: (started) => setJobId(started.jobId),
  });
  return (
    <section className={css.panel} aria-label="Run the study">
      <form
        className={css.run}
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <label>
          Seeds{" "}
          <input
            type="number"
            min={1}
            max={100}
            value={seeds}
            onChange={(event) => setSeeds(event.currentTarget.valueAsNumber)}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={fast}
            onChange={(event) => setFast(event.currentTarget.checked)}
          />{" "}
          fast: the smallest run that exercises every arm
        </label>
        <button type="submit" className="button primary" disabled={start.isPending}>
          {report === null ? "Run the study" : "Run again"}
        </button>
        {report === null ? null : (
          <span className="quiet">
            shown: {plural(report.seeds.length, "seed")}
            {report.fast ? ", fast" : ""}, {short(report.cpuSeconds)} CPU seconds, commit{" "}
            <code>{report.commit.slice(0, 8)}</code>
          </span>
        )}
      </form>
      {start.error === null ? null : (
        <Failure error={start.error} what="The study could not be started" />
      )}
      {jobId === null ? null : <Running jobId={jobId} systemId={systemId} />}
    </section>
  );
}

/** The run as it goes, from live events; when it is done the report is read anew. */
function Running({ jobId, systemId }: { readonly jobId: string; readonly systemId: string }) {
  const { data: job } = useQuery(jobQuery(jobId));
  const cancel = useMutation({ mutationFn: () => post(path`/jobs/${jobId}/cancel`) });
  if (job === undefined) return null;
  const { state, progress, error } = job;
  const going = state === "queued" || state === "running";
  return (
    <div className={css.running} role="status">
      {going ? (
        <>
          <progress
            value={progress?.done ?? 0}
            max={Math.max(1, progress?.total ?? 1)}
            aria-label="Study"
          />
          <span className="quiet">
            {state === "queued" ? "waiting for a worker" : (progress?.label ?? "starting")}
          </span>
          <button type="button" className="button small" onClick={() => cancel.mutate()}>
            Cancel
          </button>
        </>
      ) : state === "done" ? (
        <>
          <span>Done.</span>
          <button
            type="button"
            className="button small"
            onClick={() => void queryClient.invalidateQueries({ queryKey: ["system", systemId] })}
          >
            Show the new report
          </button>
        </>
      ) : (
        <span>{error ?? `The run was ${state}.`}</span>
      )}
    </div>
  );
}

/** The paper's sentences made checkable: each with its figure, its interval and whether it holds. */
function ClaimsPanel({ report: { claims } }: { readonly report: StudyReport }) {
  const hold = claims.filter(({ holds }) => holds).length;
  return (
    <section className={css.panel} aria-label="Claims">
      <h2 className={css.title}>
        {hold} of {claims.length} claims hold
      </h2>
      <ul className={css.claims}>
        {claims.map(({ id, text, holds, value, interval, rule }) => (
          <li key={id} data-holds={holds}>
            <span className={css.verdict}>{holds ? "✓ holds" : "✕ does not hold"}</span>
            <div>
              <p>{text}</p>
              <p className="quiet">
                {short(value)} [{short(interval.low)}, {short(interval.high)}] · {rule}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PaperPanel({ report }: { readonly report: StudyReport }) {
  return (
    <section className={css.panel} aria-label="The paper beside this run">
      <h2 className={css.title}>The paper says</h2>
      <ul className={css.paper}>
        {report.paper.map(({ text, source }) => (
          <li key={text}>
            <p>{text}</p>
            <p className="quiet">{source}</p>
          </li>
        ))}
      </ul>
      <h2 className={css.title}>This run</h2>
      <dl className={css.facts}>
        {Object.entries(report.facts).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "number" ? short(value) : value}</dd>
          </div>
        ))}
        <div>
          <dt>command</dt>
          <dd>
            <code>{report.command}</code>
          </dd>
        </div>
      </dl>
    </section>
  );
}
