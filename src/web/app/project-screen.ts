import type { ProjectSummary } from "#core/views.ts";

/** Which screen a project opens on: each kind of work has a place of its own. */
export function screenOf(project: Pick<ProjectSummary, "system" | "taskKind">) {
  if (hasDocuments(project)) return "/p/$projectId/writing/{-$documentId}" as const;
  if (hasRewrites(project)) return "/p/$projectId/rewrites/{-$ruleId}" as const;
  if (hasComparisons(project)) return "/p/$projectId/language" as const;
  if (hasEpisodes(project)) return "/p/$projectId/robot/{-$episodeId}" as const;
  return "/p/$projectId/inbox/{-$itemId}" as const;
}

/** Whether a project has a queue of labels, and so an Inbox and figures. */
export const hasQueue = ({ taskKind }: Pick<ProjectSummary, "taskKind">): boolean =>
  taskKind === "label";

export const hasDocuments = ({ system }: Pick<ProjectSummary, "system">): boolean =>
  system === "r3";

export const hasRewrites = ({ system }: Pick<ProjectSummary, "system">): boolean =>
  system === "markov-reformulation";

export const hasComparisons = ({ taskKind }: Pick<ProjectSummary, "taskKind">): boolean =>
  taskKind === "comparison";

export const hasEpisodes = ({ taskKind }: Pick<ProjectSummary, "taskKind">): boolean =>
  taskKind === "episode";

/** The project to open when none is named: the one last looked at, else the first with a queue, else the first. */
export const projectToOpen = <P extends Pick<ProjectSummary, "id" | "taskKind">>(
  projects: readonly P[],
  lastId: string | null,
): P | undefined =>
  projects.find(({ id }) => id === lastId) ?? projects.find(hasQueue) ?? projects[0];
