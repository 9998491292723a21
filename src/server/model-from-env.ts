import { z } from "zod";
import { badInput } from "#core/errors.ts";
import type { ProjectConfig } from "#core/project.ts";
import { type LlmProposer, llmProposer } from "#propose/llm.ts";

const Env = z.object({
  EMEND_LLM_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  EMEND_LLM_MODEL: z.string().min(1).optional(),
  EMEND_LLM_API_KEY: z.string().min(1).optional(),
});

/**
 * The model a server proposes with, from its environment; none without an address. The key stays in the closure:
 * it is in no log, no answer and no database.
 *
 * @throws Problem when the address is not one.
 */
export function modelFromEnv(
  env: NodeJS.ProcessEnv,
): ((config: ProjectConfig) => LlmProposer) | undefined {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw badInput(parsed.error, env);
  const { EMEND_LLM_BASE_URL: baseUrl, EMEND_LLM_API_KEY: apiKey } = parsed.data;
  if (baseUrl === undefined) return undefined;
  const model = parsed.data.EMEND_LLM_MODEL ?? "default";
  return ({ name, task }) =>
    llmProposer({
      baseUrl,
      model,
      ...(apiKey === undefined ? {} : { apiKey }),
      classes: task.schema.classes,
      instructions: `Label the item. The task is called ${JSON.stringify(name)}.`,
    });
}
