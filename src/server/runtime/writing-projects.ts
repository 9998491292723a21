/** Which projects hold documents that are revised, and what is set for them. */
import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import { DEPTH_DEFAULT } from "#core/revision.ts";
import { EXPLORE_SHARE, HIDE_BELOW } from "#systems/r3/session-pass.ts";
import { type Host, projectOf } from "./host.ts";

/** The system whose projects hold documents. */
const WRITING_SYSTEM = "r3";
const DEPTH_MAX = 20;

const Options = z.strictObject({
  /** Passes before a document is called done. */
  depthMax: z.int().min(1).max(DEPTH_MAX).default(DEPTH_DEFAULT),
  /** How far a rejection reaches within its document. */
  memory: z.enum(["context", "wide", "none"]).default("context"),
  /** Whether what was learned of the writer keeps edits from them. */
  filter: z.boolean().default(true),
  hideBelow: z.number().min(0).max(1).default(HIDE_BELOW),
  exploreShare: z.number().min(0).max(0.5).default(EXPLORE_SHARE),
});

export const hasDocuments = ({ task, assess }: ProjectConfig): boolean =>
  task.kind === "text" && assess.system === WRITING_SYSTEM;

/** @throws Problem `not-found`, or `conflict` for a project of another kind. */
export async function writingProject(host: Host, id: ProjectId): Promise<Project> {
  const project = await projectOf(host, id);
  const { name, task, assess } = project.config;
  if (hasDocuments(project.config)) return project;
  throw new Problem("conflict", `"${name}" is not a project of documents`, {
    expected: `a project of task kind text on ${WRITING_SYSTEM}`,
    got: `one of task kind ${task.kind} on ${assess.system}`,
  });
}

/** @throws Problem `bad-input` naming the option that is not one. */
export function writingOptions({ assess }: ProjectConfig): z.infer<typeof Options> {
  const options = Options.safeParse(assess.options);
  if (options.success) return options.data;
  throw badInput(options.error, assess.options);
}

/** Language tag of what people write in a project. */
export const languageOf = ({ task }: ProjectConfig): string =>
  task.kind === "text" ? task.schema.language : "en";
