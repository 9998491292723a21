import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { rememberProject } from "#web/app/current-project.ts";
import { Failure, Lines } from "#web/app/parts.tsx";
import { projectQuery } from "#web/app/queries.ts";
import { Drive } from "./drive.tsx";
import { Panels } from "./panels.tsx";
import { policiesQuery } from "./queries.ts";
import { Replay } from "./replay.tsx";
import css from "./robot.module.css";

/** A policy at work, or an episode of the past; beside it what came of all of them. */
export function Robot() {
  const { projectId, episodeId } = useParams({ from: "/p/$projectId/robot/{-$episodeId}" });
  const project = useQuery(projectQuery(projectId));
  const policies = useQuery(policiesQuery(projectId));
  // The external system is what this browser remembers.
  useEffect(() => rememberProject(projectId), [projectId]);
  const error = project.error ?? policies.error;
  if (error !== null)
    return (
      <Failure
        error={error}
        retry={() => void Promise.all([project.refetch(), policies.refetch()])}
        what="The robot's project could not be read"
      />
    );
  if (project.data === undefined || policies.data === undefined)
    return <Lines widths={[30, 90, 90]} />;
  const { task } = project.data.config;
  if (task.kind !== "episode")
    return (
      <Failure
        error={new Error(`"${project.data.name}" is a project of ${task.kind}s.`)}
        what="There is no robot in this project"
      />
    );
  const known = { projectId, schema: task.schema, policies: policies.data };
  return (
    <div className={css.screen}>
      <h1 className="hidden">{project.data.name}</h1>
      {episodeId === undefined ? (
        <Drive {...known} />
      ) : (
        <Replay key={episodeId} {...known} episodeId={episodeId} />
      )}
      <Panels {...known} episodeId={episodeId} />
    </div>
  );
}
