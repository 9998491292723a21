import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { ProjectSummary } from "#core/views.ts";
import { projectsQuery } from "./queries.ts";

const KEY = "emend/project";

/** The project of the address, else the one last looked at, else the first. */
export function useCurrentProject(): ProjectSummary | undefined {
  const { projectId } = useParams({ strict: false });
  const { data: projects = [] } = useQuery(projectsQuery);
  const wanted = projectId ?? localStorage.getItem(KEY);
  return projects.find(({ id }) => id === wanted) ?? projects[0];
}

export const rememberProject = (id: string): void => localStorage.setItem(KEY, id);
