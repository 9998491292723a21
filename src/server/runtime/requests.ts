/** What is asked of the job queue: the kinds of long work, what each is handed, and when it is wanted. */
import { z } from "zod";
import { ItemId, ProjectId } from "#core/ids.ts";
import { labelSchema } from "#core/project.ts";
import { nextRoundCommand } from "#loop/round.ts";
import { hasComparisons } from "./comparison-projects.ts";
import { type Host, projectOf } from "./host.ts";
import type { ProjectState } from "./state.ts";

export const AssessJob = z.strictObject({
  projectId: ProjectId,
  /** `new`: items without a case. `all`: everything not answered, after a new lesson or config. */
  scope: z.enum(["new", "all"]),
});
export type AssessScope = z.infer<typeof AssessJob>["scope"];

/** Puts items through the lesson in force. */
export const askForAssessment = (
  { jobs }: Pick<Host, "jobs">,
  projectId: ProjectId,
  scope: AssessScope = "all",
): Promise<string> =>
  jobs.enqueue("assess", { projectId, scope }, { projectId, key: `${projectId}/${scope}` });

export const RefitJob = z.strictObject({ projectId: ProjectId });

const enqueueRefit = ({ jobs }: Pick<Host, "jobs">, projectId: ProjectId): Promise<string> =>
  jobs.enqueue("refit", { projectId }, { projectId, key: projectId });

/** Wants a refit when the round says so: enough fresh corrections, or a candidate a crash left unjudged. */
export async function refitIfDue(host: Host, id: ProjectId): Promise<ProjectState> {
  const state = await host.states.of(id);
  if (nextRoundCommand(state.round).run !== "gather") await enqueueRefit(host, id);
  return state;
}

/** A person wants to see now what the corrections so far have taught. */
export async function askForRefit(host: Host, id: ProjectId): Promise<string> {
  const { config } = await projectOf(host, id);
  if (!hasComparisons(config)) labelSchema(config);
  await host.states.of(id);
  host.states.step(id, { kind: "refit-asked" });
  return enqueueRefit(host, id);
}

export const ReviseJob = z.strictObject({ projectId: ProjectId, documentId: ItemId });

/** Asks the proposers for the next pass over a document. */
export const askForEdits = (
  { jobs }: Pick<Host, "jobs">,
  { projectId, documentId }: z.infer<typeof ReviseJob>,
  pass: number,
): Promise<string> =>
  jobs.enqueue(
    "revise",
    { projectId, documentId },
    { projectId, key: `${projectId}/${documentId}/${pass}` },
  );

export const StudyJob = z.strictObject({
  system: z.string(),
  seeds: z.int().positive().optional(),
  fast: z.boolean().optional(),
});

/** Seeds of a study a browser may ask for at once. */
export const STUDY_SEEDS_MAX = 50;

/** Runs a study; the same one asked for twice runs once. */
export const askForStudy = (
  { jobs }: Pick<Host, "jobs">,
  study: z.infer<typeof StudyJob>,
): Promise<string> => jobs.enqueue("study", study, { key: study.system });
