import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { path, post } from "#web/app/api.ts";
import { rememberProject } from "#web/app/current-project.ts";
import { count } from "#web/app/format.ts";
import { useHotkeys } from "#web/app/hotkeys.ts";
import { ArrowIcon } from "#web/app/icons.tsx";
import { Empty, Failure, Key, Lines } from "#web/app/parts.tsx";
import { lessonsQuery, overviewQuery, projectQuery } from "#web/app/queries.ts";
import { Data } from "./data.tsx";
import { ErrorChart } from "./error-chart.tsx";
import { Figures } from "./figures.tsx";
import { Gates } from "./gates.tsx";
import { Jobs } from "./jobs.tsx";
import { Lessons } from "./lessons.tsx";
import css from "./project.module.css";
import { ReliabilityChart, RiskCoverageChart } from "./risk-charts.tsx";
import { RulesTable } from "./rules-table.tsx";
import { Steps } from "./steps.tsx";

export function ProjectScreen() {
  const { projectId } = useParams({ from: "/p/$projectId" });
  const { data: project, error: missing, refetch } = useQuery(projectQuery(projectId));
  const { data: overview, error, refetch: again } = useQuery(overviewQuery(projectId));
  const { data: lessons = [] } = useQuery(lessonsQuery(projectId));
  const refit = useMutation({
    mutationFn: () => post<{ jobId: string }>(path`/projects/${projectId}/refit`),
  });
  const { hash } = window.location;

  // The external systems: what this browser remembers, and the place in the page the address names.
  useEffect(() => rememberProject(projectId), [projectId]);
  const there = overview !== undefined && lessons.length > 0;
  useEffect(() => {
    if (there && hash !== "") document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [there, hash]);

  useHotkeys("Project", [
    { keys: ["r"], label: "Learn now from the corrections so far", run: () => refit.mutate() },
  ]);

  if (missing !== null)
    return <Failure error={missing} retry={() => void refetch()} what="No such project here" />;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div>
          <h1>{project?.name ?? " "}</h1>
          {project === undefined ? null : (
            <p className="quiet">
              {count(project.counts.items)} items: {count(project.counts.answered)} answered by
              people, {count(project.counts.accepted)} gone out without one,{" "}
              {count(project.counts.open)} open
              {project.counts.waiting === 0 ? "" : `, ${count(project.counts.waiting)} waiting`}.
              {project.config.task.kind === "label"
                ? ` Answers: ${project.config.task.schema.classes.join(", ")}; positive: ${project.config.task.schema.positive}.`
                : null}
            </p>
          )}
        </div>
        <div className={css.acts}>
          <button
            type="button"
            className="button"
            disabled={refit.isPending}
            onClick={() => refit.mutate()}
          >
            Learn now <Key name="r" />
          </button>
          <Link
            to="/p/$projectId/inbox/{-$itemId}"
            params={{ projectId }}
            className="button primary"
          >
            Review <ArrowIcon size={14} />
          </Link>
        </div>
      </header>
      {refit.error === null ? null : (
        <Failure error={refit.error} what="Learning could not be started" />
      )}
      {project?.counts.items === 0 ? (
        <Empty title="This project has no items yet">
          Import a file below. Its rows are assessed at once, and the riskiest come first.
        </Empty>
      ) : error !== null ? (
        <Failure error={error} retry={() => void again()} what="The figures could not be read" />
      ) : overview === undefined ? (
        <Skeleton />
      ) : (
        <>
          <Figures overview={overview} />
          <ErrorChart overview={overview} lessons={lessons} />
          <div className={css.two}>
            <RiskCoverageChart points={overview.riskCoverage} />
            <ReliabilityChart bins={overview.reliability} />
          </div>
          <RulesTable rules={overview.rules} />
          <div className={css.two}>
            <Steps steps={overview.steps} />
            <Gates gates={overview.gates} auditsLeft={overview.auditsLeft} />
          </div>
          <Lessons projectId={projectId} lessons={lessons} />
        </>
      )}
      <div className={css.two}>
        <Jobs projectId={projectId} />
        <Data projectId={projectId} />
      </div>
    </div>
  );
}

/** The shape of the figures and the curve to come. */
function Skeleton() {
  return (
    <div role="status" aria-label="Loading the figures" className={css.waiting}>
      <div className={css.figures}>
        {["error", "unreviewed", "time", "rate"].map((figure) => (
          <div key={figure} className={css.figure}>
            <Lines widths={[40, 60, 80]} />
          </div>
        ))}
      </div>
      <div className={css.panel} style={{ height: 360 }}>
        <Lines widths={[40, 24]} />
      </div>
    </div>
  );
}
