/**
 * One question to any endpoint that speaks OpenAI's chat protocol, with structured output and bounded retries: what
 * every proposer that asks a language model shares.
 */
import { setTimeout as sleepMs } from "node:timers/promises";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, NoObjectGeneratedError, Output } from "ai";
import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import { type AttemptFailure, type GaveUp, type RetryPolicy, withRetries } from "./retry.ts";

export interface LlmEndpoint {
  /** Up to and with the version: `https://host/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
  /** False for servers that know JSON mode and no schemas. */
  readonly jsonSchema?: boolean;
  /** One attempt, milliseconds. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** How a wait is sat out; tests pass their own. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}

export interface Question {
  readonly system: string;
  readonly turns: readonly Turn[];
}

/** How an answer is asked for and told from prose. */
interface AnswerForm<T> {
  readonly schema: Parameters<typeof jsonSchema>[0];
  readonly parse: z.ZodType<T>;
  /** Whether the server is asked for the probabilities of its tokens. */
  readonly logprobs?: boolean;
  /** Default 0: what it is surest of. */
  readonly temperature?: number;
}

/** What a server said; `answer` is undefined where it is not in the form, to the last attempt. */
export interface LlmReply<T> {
  readonly answer: T | undefined;
  readonly text: string;
  readonly body: unknown;
  readonly attempts: number;
}

export interface LlmClient {
  /** `label` names the question in the randomness of the waits. Throws when `ctx.signal` says so. */
  ask<T>(
    question: Question,
    form: AnswerForm<T>,
    label: string,
    ctx: Ctx,
  ): Promise<Result<LlmReply<T>, GaveUp>>;
}

const RETRY: RetryPolicy = {
  attempts: 5,
  firstWaitMs: 500,
  waitMsMax: 30_000,
  askedWaitMsMax: 120_000,
};
const TIMEOUT_MS = 60_000;
/** A model that answers prose once may answer JSON the next time; one that does so twice is believed. */
const PROSE_ATTEMPTS = 2;
const REASON_CHARS_MAX = 500;

/** `Retry-After` in milliseconds: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** HTTP statuses under which the same request may work later. 200: the body was not the protocol's. */
const mayWorkLater = (status: number): boolean =>
  status === 200 || status === 408 || status === 409 || status === 429 || status >= 500;

function failureOf(error: unknown, timeoutMs: number, nowMs: number): AttemptFailure {
  if (APICallError.isInstance(error)) {
    const { statusCode: status, responseHeaders } = error;
    const said = error.message.slice(0, REASON_CHARS_MAX);
    if (status === undefined)
      return { reason: `The endpoint cannot be reached: ${said}`, again: true };
    const waitMs = retryAfterMs(responseHeaders?.["retry-after"], nowMs);
    return {
      reason: `The endpoint answered ${status}: ${said}`,
      again: mayWorkLater(status),
      waitMs,
    };
  }
  if (error instanceof DOMException && error.name === "TimeoutError")
    return { reason: `The endpoint did not answer within ${timeoutMs / 1_000} s`, again: true };
  const said = error instanceof Error ? error.message : String(error);
  return { reason: `The endpoint's answer is not understood: ${said}`, again: true };
}

/** The answer in a reply, also when a model wraps its JSON in a code fence. */
function parseAnswer<T>(text: string, schema: z.ZodType<T>): T | undefined {
  const bare = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(text)?.[1] ?? text;
  try {
    const parsed = schema.safeParse(JSON.parse(bare));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

const BaseUrl = z.url({ protocol: /^https?$/ });

/** Throws a `Problem` when the address is none. */
export function llmClient(endpoint: LlmEndpoint): LlmClient {
  const { baseUrl, model, apiKey } = endpoint;
  if (!BaseUrl.safeParse(baseUrl).success)
    throw new Problem("bad-input", "The address of the model's endpoint is not one", {
      expected: "http:// or https:// with the version, such as http://127.0.0.1:8080/v1",
      got: baseUrl,
    });
  const structured = endpoint.jsonSchema ?? true;
  const timeoutMs = endpoint.timeoutMs ?? TIMEOUT_MS;
  const chat = createOpenAICompatible({
    name: "llm",
    baseURL: baseUrl.replace(/\/+$/, ""),
    supportsStructuredOutputs: structured,
    ...(apiKey === undefined ? {} : { apiKey }),
  })(model);

  async function reply<T>({ system, turns }: Question, form: AnswerForm<T>, ctx: Ctx) {
    try {
      const result = await generateText({
        model: chat,
        system,
        messages: turns.map(({ role, content }) => ({ role, content })),
        output: structured
          ? Output.object({ schema: jsonSchema(form.schema), name: "answer" })
          : Output.json(),
        temperature: form.temperature ?? 0,
        maxRetries: 0,
        abortSignal: AbortSignal.any([ctx.signal, AbortSignal.timeout(timeoutMs)]),
        ...(form.logprobs ? { providerOptions: { llm: { logprobs: true } } } : {}),
      });
      return { text: result.text, body: result.response.body };
    } catch (error) {
      // The server spoke the protocol and the model did not answer in JSON: that is a reply too.
      if (NoObjectGeneratedError.isInstance(error) && error.text !== undefined)
        return { text: error.text, body: undefined };
      throw error;
    }
  }

  /** Some servers quote the key they refuse. */
  const withoutKey = (text: string): string =>
    apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");

  return {
    async ask(question, form, label, ctx) {
      const attempt = async (number: number) => {
        try {
          const said = await reply(question, form, ctx);
          const answer = parseAnswer(said.text, form.parse);
          if (answer === undefined && number < PROSE_ATTEMPTS)
            return err({ reason: "The model did not answer in JSON", again: true });
          return ok({ ...said, answer });
        } catch (error) {
          ctx.signal.throwIfAborted();
          const failure = failureOf(error, timeoutMs, ctx.clock.nowMs());
          return err({ ...failure, reason: withoutKey(failure.reason) });
        }
      };
      const sleep = endpoint.sleep ?? sleepUnlessAborted;
      const policy = { ...RETRY, ...endpoint.retry };
      const rng = ctx.rng.split(`backoff/${label}`);
      const result = await withRetries(attempt, policy, { rng, signal: ctx.signal, sleep });
      return result.ok ? ok({ ...result.value.value, attempts: result.value.attempts }) : result;
    },
  };
}

const sleepUnlessAborted = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleepMs(ms, undefined, { signal });
};
