import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { LlmEndpoint } from "./llm-client.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const Env = z.object({
  EMEND_LLM_BASE_URL: z.url({ protocol: /^https?$/ }),
  EMEND_LLM_MODEL: z.string().min(1).default("default"),
  EMEND_LLM_API_KEY: z.string().min(1).optional(),
});

/**
 * The language model that the environment names.
 *
 * @throws Problem `unavailable` when it names none.
 */
export function endpointFromEnv(env: Environment): LlmEndpoint {
  const parsed = Env.safeParse(env);
  if (!parsed.success)
    throw new Problem("unavailable", "No language model is configured", {
      expected: "EMEND_LLM_BASE_URL to be an address such as http://127.0.0.1:8080/v1",
      hint: "EMEND_LLM_MODEL and EMEND_LLM_API_KEY are read too.",
    });
  const { EMEND_LLM_BASE_URL: baseUrl, EMEND_LLM_API_KEY: apiKey } = parsed.data;
  return {
    baseUrl,
    model: parsed.data.EMEND_LLM_MODEL,
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** The same for a study, asked for by name: thousands of calls are not made because an endpoint happens to be set. */
export const studyEndpoint = (env: Environment): LlmEndpoint | undefined =>
  env.EMEND_STUDY_PROPOSER === "llm" ? endpointFromEnv(env) : undefined;
