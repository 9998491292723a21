/**
 * Labels from any endpoint that speaks OpenAI's chat protocol, with structured output.
 *
 * Each item has an outcome of its own (`outcomes`): either a proposal, or a failure with the reason after the last
 * attempt, so that the item can wait for it. An answer outside the label set, or prose in place of JSON, is an
 * abstention with the words kept in `raw`.
 */
import { createHash } from "node:crypto";
import type { Ctx, Proposer } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import type { ItemId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import type { Proposal, Source, Vote } from "#core/proposal.ts";
import {
  type LlmClient,
  type LlmEndpoint,
  type LlmReply,
  llmClient,
  type Question,
} from "./llm-client.ts";
import {
  answerSchema,
  type EarlierAnswer,
  firstQuestion,
  LlmAnswer,
  type PromptOptions,
  selfExamination,
  selfSupervision,
} from "./llm-prompt.ts";
import { labelProbability } from "./logprobs.ts";
import { proposalId } from "./proposal-id.ts";

export interface LlmOptions extends LlmEndpoint {
  readonly classes: readonly string[];
  /** The task in the project's own words. */
  readonly instructions: string;
  /** Where the model's own confidence comes from; none by default. */
  readonly confidence?: "none" | "self-report" | "log-probabilities";
  readonly textCharsMax?: number;
  /** Items asked about at the same time. */
  readonly parallel?: number;
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

class LabelProposer implements LlmProposer {
  readonly source: Source;
  private readonly options: LlmOptions;
  private readonly prompt: PromptOptions;
  private readonly client: LlmClient;

  constructor(options: LlmOptions) {
    const { model, classes, instructions, confidence = "none" } = options;
    this.options = options;
    this.client = llmClient(options);
    this.prompt = {
      instructions,
      classes,
      selfReport: confidence === "self-report",
      textCharsMax: options.textCharsMax ?? 8_000,
    };
    // What the model was told is part of which source it is.
    const told = JSON.stringify([model, this.prompt, confidence]);
    const version = createHash("sha256").update(told).digest("hex").slice(0, 12);
    this.source = { id: `llm:${model}`, kind: "model", version };
  }

  private confidenceOf(answer: LlmAnswer, { text, body }: LlmReply<LlmAnswer>) {
    if (this.options.confidence === "self-report") return answer.confidence;
    if (this.options.confidence === "log-probabilities")
      return labelProbability(text, answer.label, body);
    return undefined;
  }

  private proposalOf(item: Item, reply: LlmReply<LlmAnswer>): Proposal<string> {
    const { answer } = reply;
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
    const form = {
      schema: answerSchema(this.prompt),
      parse: LlmAnswer,
      logprobs: this.options.confidence === "log-probabilities",
    };
    const result = await this.client.ask(question, form, item.id, ctx);
    const itemId = item.id;
    if (!result.ok) {
      const { reason, attempts } = result.error;
      return { kind: "failed", itemId, reason, attempts };
    }
    const reply = result.value;
    return {
      kind: "answered",
      itemId,
      proposal: this.proposalOf(item, reply),
      reason: reply.answer?.reason ?? null,
      attempts: reply.attempts,
    };
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

/** Throws a `Problem` when the address is none. */
export const llmProposer = (options: LlmOptions): LlmProposer => new LabelProposer(options);
