/** Which projects compare replies, and how their prompts and replies are read. */
import type { ComparisonSchema, Message } from "#core/comparison.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import { brief } from "#worlds/language/brief.ts";
import { END, tokensOf } from "#worlds/language/tokens.ts";
import { type Host, projectOf } from "./host.ts";

export const hasComparisons = ({ task }: Pick<ProjectConfig, "task">): boolean =>
  task.kind === "comparison";

/** @throws Problem `conflict` for a project of another kind. */
export function comparisonSchema({ name, task }: ProjectConfig): ComparisonSchema {
  if (task.kind === "comparison") return task.schema;
  throw new Problem("conflict", `"${name}" is not a project of comparisons`, {
    expected: "a project of task kind comparison",
    got: `one of task kind ${task.kind}`,
  });
}

/** @throws Problem `not-found`, or `conflict` for a project of another kind. */
export async function comparisonProject(
  host: Pick<Host, "store">,
  id: ProjectId,
): Promise<{ project: Project; schema: ComparisonSchema }> {
  const project = await projectOf(host, id);
  return { project, schema: comparisonSchema(project.config) };
}

/** A model reads what trunk features are of from a world. @throws Problem `bad-input`. */
export function checkComparisonSchema({ read, world }: ComparisonSchema): void {
  if (read !== "trunk" || world !== null) return;
  throw new Problem("bad-input", "There is no policy to read replies with", {
    expected: 'a world, such as "brief", or "read" of "text" or "rewards"',
    got: '"read": "trunk" and no world',
    at: { field: "task.schema.world" },
  });
}

/** A conversation as one text: what a reply continues. */
export const textOfPrompt = (prompt: readonly Message[]): string =>
  prompt.map(({ content }) => content).join("\n");

/**
 * Tokens of a prompt of the world.
 *
 * @throws Problem `bad-input` for a word it does not know, or another length.
 */
export function worldPrompt(text: string): number[] {
  const tokens = tokensOf(text);
  if (tokens.length === brief.promptTokens) return tokens;
  throw new Problem("bad-input", "The prompt is not one of this world", {
    expected: `${brief.promptTokens} words, such as "<s> 3 1 4 1 5 9 b e - polite |"`,
    got: `${tokens.length} words: ${quoted(text)}`,
    at: { field: "prompt" },
  });
}

/**
 * Tokens of a reply of the world; what is written after its end is refused.
 *
 * @throws Problem `bad-input` for a word it does not know, an empty reply or one that is too long.
 */
export function worldReply(text: string): Uint8Array {
  const tokens = tokensOf(text);
  const end = tokens.indexOf(END);
  const fits =
    tokens.length > 0 &&
    tokens.length <= brief.replyTokensMax &&
    (end < 0 || end === tokens.length - 1);
  if (fits) return Uint8Array.from(tokens);
  throw new Problem("bad-input", "The reply does not fit the world's context", {
    expected: `1 to ${brief.replyTokensMax} words, "." the last of them if it is there`,
    got: `${tokens.length} words: ${quoted(text)}`,
    at: { field: "replies" },
  });
}
