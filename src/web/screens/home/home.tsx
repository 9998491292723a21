import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useSearch } from "@tanstack/react-router";
import type { ProjectSummary } from "#core/views.ts";
import { lastProject } from "#web/app/current-project.ts";
import { count } from "#web/app/format.ts";
import { Empty, Failure, Lines, Measured } from "#web/app/parts.tsx";
import {
  hasDocuments,
  hasEpisodes,
  hasQueue,
  hasRewrites,
  projectToOpen,
  screenOf,
} from "#web/app/project-screen.ts";
import { projectsQuery } from "#web/app/queries.ts";
import css from "./home.module.css";
import { NewProject } from "./new-project.tsx";

/** All projects, where they are asked for; else one is taken to the work: the project last looked at. */
export function Home() {
  const { all = false } = useSearch({ from: "/" });
  const { data: projects, error, refetch } = useQuery(projectsQuery);
  if (error !== null)
    return (
      <Failure error={error} retry={() => void refetch()} what="The projects could not be read" />
    );
  if (projects === undefined) return <Lines widths={[30, 80, 80]} />;
  const open = projectToOpen(projects, lastProject());
  if (open !== undefined && !all)
    return <Navigate to={screenOf(open)} params={{ projectId: open.id }} replace />;
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
  const queue = hasQueue(project);
  return (
    <div className={css.row}>
      <div>
        <h2>
          <Link to={queue ? "/p/$projectId" : screenOf(project)} params={{ projectId: id }}>
            {name}
          </Link>
        </h2>
        <p className="quiet">
          {hasDocuments(project) ? "documents revised in passes" : null}
          {hasRewrites(project) ? "rewrites mined from what users say again" : null}
          {hasEpisodes(project) ? "episodes of a robot, taken over and corrected" : null}
          {queue
            ? `${count(counts.items)} items, ${count(counts.answered)} answered, ${count(counts.accepted)} gone out without a person`
            : null}
        </p>
      </div>
      <p>
        {!queue ? null : error === null ? (
          <span className="quiet">error not measured yet</span>
        ) : (
          <>
            <span className="quiet">error </span>
            <Measured of={error} />
          </>
        )}
      </p>
      <Link to={screenOf(project)} params={{ projectId: id }} className="button">
        {queue ? `Review ${count(counts.open)}` : "Open"}{" "}
        <span className="hidden">{queue ? `of ${name}` : name}</span>
      </Link>
    </div>
  );
}
