import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useSearch } from "@tanstack/react-router";
import type { ProjectSummary } from "#core/views.ts";
import { count } from "#web/app/format.ts";
import { Empty, Failure, Lines, Measured } from "#web/app/parts.tsx";
import { projectsQuery } from "#web/app/queries.ts";
import css from "./home.module.css";
import { NewProject } from "./new-project.tsx";

/** All projects. With only one there is nothing to choose, and one is taken to its Inbox. */
export function Home() {
  const { all = false } = useSearch({ from: "/" });
  const { data: projects, error, refetch } = useQuery(projectsQuery);
  if (error !== null)
    return (
      <Failure error={error} retry={() => void refetch()} what="The projects could not be read" />
    );
  if (projects === undefined) return <Lines widths={[30, 80, 80]} />;
  const only = projects.length === 1 ? projects[0] : undefined;
  if (only !== undefined && !all)
    return <Navigate to="/p/$projectId/inbox/{-$itemId}" params={{ projectId: only.id }} replace />;
  return (
    <div className={css.page}>
      <h1>Projects</h1>
      {projects.length === 0 ? (
        <Empty title="No project yet">Make one below: a name, the labels, and a file.</Empty>
      ) : (
        <ul className={css.list}>
          {projects.map((project) => (
            <li key={project.id}>
              <Row project={project} />
            </li>
          ))}
        </ul>
      )}
      <NewProject />
    </div>
  );
}

function Row({ project }: { readonly project: ProjectSummary }) {
  const { id, name, counts, error } = project;
  return (
    <div className={css.row}>
      <div>
        <h2>
          <Link to="/p/$projectId" params={{ projectId: id }}>
            {name}
          </Link>
        </h2>
        <p className="quiet">
          {count(counts.items)} items, {count(counts.answered)} answered, {count(counts.accepted)}{" "}
          gone out without a person
        </p>
      </div>
      <p>
        {error === null ? (
          <span className="quiet">error not measured yet</span>
        ) : (
          <>
            <span className="quiet">error </span>
            <Measured of={error} />
          </>
        )}
      </p>
      <Link to="/p/$projectId/inbox/{-$itemId}" params={{ projectId: id }} className="button">
        Review {count(counts.open)} <span className="hidden">of {name}</span>
      </Link>
    </div>
  );
}
