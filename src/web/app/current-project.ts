import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { ProjectSummary } from "#core/views.ts";
import { projectToOpen } from "./project-screen.ts";
import { projectsQuery } from "./queries.ts";

const KEY = "emend/project";

/** The project this browser looked at last, as far as it knows. */
export const lastProject = (): string | null => localStorage.getItem(KEY);

export const rememberProject = (id: string): void => localStorage.setItem(KEY, id);

/** The project of the address, else the one last looked at, else the first with a queue. */
export function useCurrentProject(): ProjectSummary | undefined {
  const { projectId } = useParams({ strict: false });
  const { data: projects = [] } = useQuery(projectsQuery);
  return projectToOpen(projects, projectId ?? lastProject());
}

/** Where a screen that not every project has leads: to the project at hand if it has one, else to the first that has. */
export function useProjectWith(
  has: (project: ProjectSummary) => boolean,
): ProjectSummary | undefined {
  const current = useCurrentProject();
  const { data: projects = [] } = useQuery(projectsQuery);
  return current !== undefined && has(current) ? current : projects.find(has);
}
