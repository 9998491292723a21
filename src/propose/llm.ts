/**
 * Labels from any endpoint that speaks OpenAI's chat protocol, with structured output.
 *
 * Each item has an outcome of its own (`outcomes`): either a proposal, or a failure with the reason after the last
 * attempt, so that the item can wait for it. An answer outside the label set, or prose in place of JSON, is an
 * abstention with the words kept in `raw`.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleepMs } from "node:timers/promises";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, NoObjectGeneratedError, Output } from "ai";
import { z } from "zod";
import type { Ctx, Proposer } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import type { ItemId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import type { Proposal, Source, Vote } from "#core/proposal.ts";
import { err, ok, type Result } from "#core/result.ts";
import {
  answerSchema,
  type EarlierAnswer,
  firstQuestion,
  LlmAnswer,
  type PromptOptions,
  type Question,
  selfExamination,
  selfSupervision,
} from "./llm-prompt.ts";
import { labelProbability } from "./logprobs.ts";
import { proposalId } from "./proposal-id.ts";
import { type AttemptFailure, type RetryPolicy, withRetries } from "./retry.ts";

export interface LlmOptions {
  /** Up to and with the version: `https://host/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly classes: readonly string[];
  /** The task in the project's own words. */
  readonly instructions: string;
  /** Where the model's own confidence comes from; none by default. */
  readonly confidence?: "none" | "self-report" | "log-probabilities";
  /** False for servers that know JSON mode and no schemas. */
  readonly jsonSchema?: boolean;
  readonly textCharsMax?: number;
  /** One attempt, milliseconds. */
  readonly timeoutMs?: number;
  /** Items asked about at the same time. */
  readonly parallel?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** How a wait is sat out; tests pass their own. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type LlmOutcome =
  | {
      readonly kind: "answered";
      readonly itemId: ItemId;
      readonly proposal: Proposal<string>;
      /** The model's own reason, a sentence. */
      readonly reason: string | null;
      readonly attempts: number;
    }
  | {
      readonly kind: "failed";
      readonly itemId: ItemId;
      /** Why the item must wait, a sentence. */
      readonly reason: string;
      readonly attempts: number;
    };

export interface LlmProposer extends Proposer<string> {
  readonly source: Source;
  /** One outcome for each item, in the order of the items. */
  outcomes(items: readonly Item[], ctx: Ctx): AsyncGenerator<LlmOutcome>;
  /** Self-examination: asks again with its own answer put to it. */
  reconsider(item: Item, earlier: EarlierAnswer, ctx: Ctx): Promise<LlmOutcome>;
  /** Self-supervision: the same, with the evidence of every rule that voted. */
  reconsiderWithEvidence(
    item: Item,
    earlier: EarlierAnswer,
    votes: readonly Vote<string>[],
    ctx: Ctx,
  ): Promise<LlmOutcome>;
}

const RETRY: RetryPolicy = {
  attempts: 5,
  firstWaitMs: 500,
  waitMsMax: 30_000,
  askedWaitMsMax: 120_000,
};
/** A model that answers prose once may answer JSON the next time; one that does so twice is believed. */
const PROSE_ATTEMPTS = 2;
const REASON_CHARS_MAX = 500;

/** What a server said, with what it said it in. */
interface Reply {
  readonly text: string;
  readonly body: unknown;
}

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
function parseAnswer(text: string): LlmAnswer | undefined {
  const bare = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(text)?.[1] ?? text;
  try {
    const parsed = LlmAnswer.safeParse(JSON.parse(bare));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

class LlmClient implements LlmProposer {
  readonly source: Source;
  private readonly options: LlmOptions;
  private readonly prompt: PromptOptions;
  private readonly policy: RetryPolicy;
  private readonly timeoutMs: number;
  private readonly model: ReturnType<ReturnType<typeof createOpenAICompatible>>;

  constructor(options: LlmOptions) {
    const { baseUrl, model, apiKey, classes, instructions, confidence = "none" } = options;
    this.options = options;
    this.policy = { ...RETRY, ...options.retry };
    this.timeoutMs = options.timeoutMs ?? 60_000;
    this.prompt = {
      instructions,
      classes,
      selfReport: confidence === "self-report",
      textCharsMax: options.textCharsMax ?? 8_000,
    };
    this.model = createOpenAICompatible({
      name: "llm",
      baseURL: baseUrl.replace(/\/+$/, ""),
      supportsStructuredOutputs: options.jsonSchema ?? true,
      ...(apiKey === undefined ? {} : { apiKey }),
    })(model);
    // What the model was told is part of which source it is.
    const told = JSON.stringify([model, this.prompt, confidence]);
    const version = createHash("sha256").update(told).digest("hex").slice(0, 12);
    this.source = { id: `llm:${model}`, kind: "model", version };
  }

  private async reply({ system, turns }: Question, ctx: Ctx): Promise<Reply> {
    const logprobs = this.options.confidence === "log-probabilities";
    const structured = this.options.jsonSchema ?? true;
    try {
      const result = await generateText({
        model: this.model,
        system,
        messages: turns.map(({ role, content }) => ({ role, content })),
        output: structured
          ? Output.object({ schema: jsonSchema(answerSchema(this.prompt)), name: "answer" })
          : Output.json(),
        temperature: 0,
        maxRetries: 0,
        abortSignal: AbortSignal.any([ctx.signal, AbortSignal.timeout(this.timeoutMs)]),
        ...(logprobs ? { providerOptions: { llm: { logprobs: true } } } : {}),
      });
      return { text: result.text, body: result.response.body };
    } catch (error) {
      // The server spoke the protocol and the model did not answer in JSON: that is a reply too.
      if (NoObjectGeneratedError.isInstance(error) && error.text !== undefined)
        return { text: error.text, body: undefined };
      throw error;
    }
  }

  private async attempt(
    question: Question,
    number: number,
    ctx: Ctx,
  ): Promise<Result<Reply, AttemptFailure>> {
    try {
      const reply = await this.reply(question, ctx);
      if (parseAnswer(reply.text) === undefined && number < PROSE_ATTEMPTS)
        return err({ reason: "The model did not answer in JSON", again: true });
      return ok(reply);
    } catch (error) {
      ctx.signal.throwIfAborted();
      const failure = failureOf(error, this.timeoutMs, ctx.clock.nowMs());
      return err({ ...failure, reason: this.withoutKey(failure.reason) });
    }
  }

  /** Some servers quote the key they refuse. */
  private withoutKey(text: string): string {
    const { apiKey } = this.options;
    return apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
  }

  private confidenceOf(answer: LlmAnswer, { text, body }: Reply): number | undefined {
    if (this.options.confidence === "self-report") return answer.confidence;
    if (this.options.confidence === "log-probabilities")
      return labelProbability(text, answer.label, body);
    return undefined;
  }

  private proposalOf(item: Item, reply: Reply): Proposal<string> {
    const answer = parseAnswer(reply.text);
    const inSet = answer !== undefined && this.options.classes.includes(answer.label);
    const confidence = inSet ? this.confidenceOf(answer, reply) : undefined;
    return {
      id: proposalId(item.id, `${this.source.id}@${this.source.version}`),
      itemId: item.id,
      source: this.source,
      output: inSet ? answer.label : null,
      ...(confidence === undefined ? {} : { confidence }),
      raw: reply.text,
    };
  }

  private async ask(item: Item, question: Question, ctx: Ctx): Promise<LlmOutcome> {
    const sleep =
      this.options.sleep ??
      (async (ms: number, signal: AbortSignal) => {
        await sleepMs(ms, undefined, { signal });
      });
    const result = await withRetries((number) => this.attempt(question, number, ctx), this.policy, {
      rng: ctx.rng.split(`backoff/${item.id}`),
      signal: ctx.signal,
      sleep,
    });
    const itemId = item.id;
    if (!result.ok) {
      const { reason, attempts } = result.error;
      return { kind: "failed", itemId, reason, attempts };
    }
    const { value, attempts } = result.value;
    const reason = parseAnswer(value.text)?.reason ?? null;
    return { kind: "answered", itemId, proposal: this.proposalOf(item, value), reason, attempts };
  }

  async *outcomes(items: readonly Item[], ctx: Ctx): AsyncGenerator<LlmOutcome> {
    const parallel = Math.max(1, this.options.parallel ?? 4);
    const asked: Promise<LlmOutcome>[] = [];
    const askNext = (item: Item | undefined) => {
      if (item === undefined) return;
      const outcome = this.ask(item, firstQuestion(item.input, this.prompt), ctx);
      // It is awaited in its turn; until then a failure must not end the process.
      outcome.catch(() => undefined);
      asked.push(outcome);
    };
    for (const item of items.slice(0, parallel)) askNext(item);
    for (let done = 0; done < items.length; done++) {
      ctx.signal.throwIfAborted();
      const outcome = await asked.shift();
      askNext(items[done + parallel]);
      if (outcome !== undefined) yield outcome;
      ctx.progress({ done: done + 1, total: items.length, label: `asking ${this.options.model}` });
    }
  }

  /** Proposals alone, in order. What failed is thrown at the end, when all the others have been given. */
  async *propose(items: readonly Item[], ctx: Ctx): AsyncGenerator<Proposal<string>> {
    const failed: Extract<LlmOutcome, { kind: "failed" }>[] = [];
    for await (const outcome of this.outcomes(items, ctx))
      if (outcome.kind === "answered") yield outcome.proposal;
      else failed.push(outcome);
    const [first] = failed;
    if (first !== undefined)
      throw new Problem("unavailable", `${failed.length} of ${items.length} items got no answer`, {
        got: first.reason,
        hint: `They wait, and can be asked about again: ${failed
          .slice(0, 5)
          .map(({ itemId }) => itemId)
          .join(", ")}.`,
      });
  }

  reconsider(item: Item, earlier: EarlierAnswer, ctx: Ctx): Promise<LlmOutcome> {
    return this.ask(item, selfExamination(item.input, earlier, this.prompt), ctx);
  }

  reconsiderWithEvidence(
    item: Item,
    earlier: EarlierAnswer,
    votes: readonly Vote<string>[],
    ctx: Ctx,
  ): Promise<LlmOutcome> {
    return this.ask(item, selfSupervision(item.input, earlier, votes, this.prompt), ctx);
  }
}

const BaseUrl = z.url({ protocol: /^https?$/ });

/** Throws a `Problem` when the address is none. */
export function llmProposer(options: LlmOptions): LlmProposer {
  if (!BaseUrl.safeParse(options.baseUrl).success)
    throw new Problem("bad-input", "The address of the model's endpoint is not one", {
      expected: "http:// or https:// with the version, such as http://127.0.0.1:8080/v1",
      got: options.baseUrl,
    });
  return new LlmClient(options);
}
