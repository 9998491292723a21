/** Which projects hold rewrites, and what is set for them. */
import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import { MineOptions } from "#systems/markov-reformulation/options.ts";

/** The system whose projects hold rewrites. */
export const REWRITES_SYSTEM = "markov-reformulation";

const RewriteOptions = MineOptions.extend({
  holdOut: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe("share of users a live rewrite leaves alone, so that what it does is known"),
});
type RewriteOptions = z.infer<typeof RewriteOptions>;

export const hasRewrites = ({ task, assess }: ProjectConfig): boolean =>
  task.kind === "text" && assess.system === REWRITES_SYSTEM;

/** @throws Problem `conflict` for a project of another kind. */
export function rewriteProject(project: Project): Project {
  if (hasRewrites(project.config)) return project;
  throw new Problem("conflict", `"${project.config.name}" is not a project of rewrites`, {
    expected: `a project of task kind text on ${REWRITES_SYSTEM}`,
    got: `one of task kind ${project.config.task.kind} on ${project.config.assess.system}`,
  });
}

/** @throws Problem `bad-input` naming the option. */
export function rewriteOptions({ assess }: ProjectConfig): RewriteOptions {
  const options = RewriteOptions.safeParse(assess.options);
  if (options.success) return options.data;
  throw badInput(options.error, assess.options);
}
