import { labelSchema, type ProjectConfig } from "#core/project.ts";
import { type ChatPolicy, chatPolicy } from "#propose/chat.ts";
import { endpointFromEnv } from "#propose/endpoint-from-env.ts";
import { type LlmProposer, llmProposer } from "#propose/llm.ts";
import { llmReviser } from "#propose/revise/llm.ts";
import type { EditProposer } from "#propose/revise/proposer.ts";

/**
 * The model a server proposes with, from its environment; none without an address. The key stays in the closure:
 * it is in no log, no answer and no database.
 *
 * @throws Problem when the address is not one.
 */
export function modelFromEnv(
  env: NodeJS.ProcessEnv,
): ((config: ProjectConfig) => LlmProposer) | undefined {
  if (env.EMEND_LLM_BASE_URL === undefined) return undefined;
  const endpoint = endpointFromEnv(env);
  return (config) =>
    llmProposer({
      ...endpoint,
      classes: labelSchema(config).classes,
      instructions: `Label the item. The task is called ${JSON.stringify(config.name)}.`,
    });
}

/** The model that revises texts, at the same address. @throws Problem when it is not one. */
export const reviserFromEnv = (env: NodeJS.ProcessEnv): EditProposer | undefined =>
  env.EMEND_LLM_BASE_URL === undefined ? undefined : llmReviser(endpointFromEnv(env));

/** The model whose replies are compared, at the same address. @throws Problem when it is not one. */
export const chatFromEnv = (env: NodeJS.ProcessEnv): ChatPolicy | undefined =>
  env.EMEND_LLM_BASE_URL === undefined ? undefined : chatPolicy(endpointFromEnv(env));
