import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { rememberProject } from "#web/app/current-project.ts";
import { Failure, Lines } from "#web/app/parts.tsx";
import { projectQuery } from "#web/app/queries.ts";
import { LANGUAGE_VIEWS, type LanguageView } from "#web/app/search.ts";
import { Compare } from "./compare.tsx";
import { Data } from "./data.tsx";
import { Judges } from "./judges.tsx";
import css from "./language.module.css";
import { Scores } from "./scores.tsx";
import { Train } from "./train.tsx";

const WORDS: Readonly<Record<LanguageView, string>> = {
  compare: "Compare",
  scores: "Scores",
  train: "Train",
  judges: "Judges",
  data: "Data",
};
const ROUTE = "/p/$projectId/language";

/** Replies compared, a reward learned from that, a policy improved against it. */
export function Language() {
  const { projectId } = useParams({ from: ROUTE });
  const { view = "compare" } = useSearch({ from: ROUTE });
  const { data: project, error, refetch } = useQuery(projectQuery(projectId));

  // The external system is what this browser remembers.
  useEffect(() => rememberProject(projectId), [projectId]);

  if (error !== null)
    return <Failure error={error} retry={() => void refetch()} what="No such project here" />;
  if (project === undefined) return <Lines widths={[30, 100, 80]} />;
  const { task } = project.config;
  if (task.kind !== "comparison")
    return (
      <Failure
        error={new Error(`"${project.name}" holds no replies to compare.`)}
        what="This project is of another kind"
      />
    );
  return (
    <div className={css.screen} data-view={view}>
      <h1 className="hidden">
        {WORDS[view]}: {project.name}
      </h1>
      <nav className={css.tabs} aria-label="Parts of the language lab">
        {LANGUAGE_VIEWS.map((one) => (
          <Link
            key={one}
            to={ROUTE}
            params={{ projectId }}
            search={one === "compare" ? {} : { view: one }}
            aria-current={one === view ? "page" : undefined}
            activeProps={{}}
            data-chosen={one === view}
          >
            {WORDS[one]}
          </Link>
        ))}
      </nav>
      {view === "compare" ? (
        <Compare key={projectId} projectId={projectId} schema={task.schema} />
      ) : view === "train" ? (
        <Train projectId={projectId} />
      ) : view === "scores" ? (
        <Scores projectId={projectId} world={task.schema.world !== null} />
      ) : view === "judges" ? (
        <Judges projectId={projectId} />
      ) : (
        <Data projectId={projectId} world={task.schema.world !== null} />
      )}
    </div>
  );
}
