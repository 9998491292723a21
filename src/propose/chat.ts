/** Replies of any endpoint that speaks OpenAI's chat protocol, in its own words. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, RetryError } from "ai";
import type { Message } from "#core/comparison.ts";
import { Problem } from "#core/errors.ts";
import type { LlmEndpoint } from "./llm-client.ts";

export interface ChatPolicy {
  /** Name of the model, as the endpoint knows it. */
  readonly model: string;
  /** One sampled reply. @throws Problem `unavailable` when the endpoint does not answer. */
  reply(
    prompt: readonly Message[],
    how: { readonly temperature: number; readonly signal: AbortSignal },
  ): Promise<string>;
}

const TIMEOUT_MS = 60_000;
const RETRIES = 2;
const REASON_CHARS_MAX = 500;

/** Roles a chat model is asked in; what a tool said is told as the user's. */
const roleOf = (role: Message["role"]): "system" | "user" | "assistant" =>
  role === "developer" ? "system" : role === "tool" ? "user" : role;

export function chatPolicy(endpoint: LlmEndpoint): ChatPolicy {
  const { baseUrl, model, apiKey, timeoutMs = TIMEOUT_MS } = endpoint;
  const chat = createOpenAICompatible({
    name: "llm",
    baseURL: baseUrl.replace(/\/+$/, ""),
    ...(apiKey === undefined ? {} : { apiKey }),
  })(model);
  return {
    model,
    async reply(prompt, { temperature, signal }) {
      try {
        const { text } = await generateText({
          model: chat,
          messages: prompt.map(({ role, content }) => ({ role: roleOf(role), content })),
          temperature,
          maxRetries: RETRIES,
          abortSignal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        return text;
      } catch (error) {
        signal.throwIfAborted();
        throw unavailable(error, apiKey);
      }
    },
  };
}

function unavailable(error: unknown, apiKey: string | undefined): Problem {
  const last = RetryError.isInstance(error) ? error.lastError : error;
  const status = APICallError.isInstance(last) ? last.statusCode : undefined;
  const said = (last instanceof Error ? last.message : String(last)).slice(0, REASON_CHARS_MAX);
  const answered = status === undefined ? "cannot be reached" : `answered ${status}`;
  return new Problem("unavailable", `The model's endpoint ${answered}`, {
    // Some servers quote the key they refuse.
    got: apiKey === undefined || apiKey === "" ? said : said.replaceAll(apiKey, "[key]"),
  });
}
