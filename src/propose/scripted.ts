/**
 * The scripted proposer: stands in for a language model where none is at hand. Naive Bayes trained on a few labelled
 * documents, shown the subject and the first 200 characters only, that gives a bare label. Reports call it by this name.
 */
import { createHash } from "node:crypto";
import type { Proposer } from "#core/contracts.ts";
import type { Document, Item } from "#core/item.ts";
import type { Proposal, Source, Vote } from "#core/proposal.ts";
import { ok, type Result } from "#core/result.ts";
import {
  type MissingClass,
  type NaiveBayes,
  type NaiveBayesOptions,
  naiveBayesOf,
  trainNaiveBayes,
} from "./naive-bayes.ts";
import { proposalId } from "./proposal-id.ts";

export const SCRIPTED_TEXT_CHARS = 200;

/** What it is shown at first: the subject and the beginning of the text. */
export const glance = ({ text, fields }: Document): string =>
  `${fields.subject ?? ""}\n${text.slice(0, SCRIPTED_TEXT_CHARS)}`;

/** What it is shown when asked again: the subject and the whole text. */
const wholeOf = ({ text, fields }: Document): string => `${fields.subject ?? ""}\n${text}`;

/** How much a vote tells: log-odds for its label, nats. */
export type EvidenceLogOdds = (vote: Vote<string>) => number;

export interface ScriptedProposer extends Proposer<string> {
  readonly source: Source;
  readonly model: NaiveBayes;
  /** The bare label at a glance. */
  first(document: Document): string;
  /** Its own softmax at a glance: only for the arm that ranks by the proposer's confidence. */
  confidence(document: Document): number;
  /** Self-examination: the same question with the whole text. */
  reconsider(document: Document): string;
  /** Self-supervision: the whole text and every vote's log-odds added to its label. */
  reconsiderWithEvidence(
    document: Document,
    votes: readonly Vote<string>[],
    logOdds: EvidenceLogOdds,
  ): string;
}

export interface LabelledDocument {
  readonly input: Document;
  readonly label: string;
}

/** Trains on labelled documents at a glance: the same view it will answer from. */
export function scriptedProposer(
  examples: readonly LabelledDocument[],
  options: NaiveBayesOptions,
): Result<ScriptedProposer, MissingClass> {
  const texts = examples.map(({ input, label }) => ({ text: glance(input), label }));
  const trained = trainNaiveBayes(texts, options);
  return trained.ok ? ok(scriptedOf(trained.value)) : trained;
}

const argmax = (classes: readonly string[], scores: ArrayLike<number>): string => {
  let best = 0;
  for (let c = 1; c < classes.length; c++) if ((scores[c] ?? 0) > (scores[best] ?? 0)) best = c;
  return classes[best] as string; // classes are never empty: two or more were trained on
};

/** The proposer around a model trained before. */
export function scriptedOf(model: NaiveBayes): ScriptedProposer {
  const digest = createHash("sha256").update(JSON.stringify(model.toJSON())).digest("hex");
  const source: Source = { id: "scripted", kind: "scripted", version: digest.slice(0, 12) };
  const first = (document: Document) => model.classify(glance(document)).label;
  return {
    source,
    model,
    first,
    confidence: (document) => model.classify(glance(document)).probability,
    reconsider: (document) => model.classify(wholeOf(document)).label,
    reconsiderWithEvidence: (document, votes, logOdds) => {
      const scores = model.logPosterior(wholeOf(document));
      for (const vote of votes) {
        const c = vote.output === null ? -1 : model.classes.indexOf(vote.output);
        if (c >= 0) scores[c] = (scores[c] ?? 0) + logOdds(vote);
      }
      return argmax(model.classes, scores);
    },
    async *propose(items: readonly Item[], ctx): AsyncGenerator<Proposal<string>> {
      for (const [done, item] of items.entries()) {
        ctx.signal.throwIfAborted();
        const output = first(item.input);
        yield { id: proposalId(item.id, source.id), itemId: item.id, source, output };
        ctx.progress({ done: done + 1, total: items.length, label: "proposing" });
      }
    },
  };
}

/** A trained scripted proposer from the JSON of its model. */
export const scriptedFromJson = (json: ReturnType<NaiveBayes["toJSON"]>): ScriptedProposer =>
  scriptedOf(naiveBayesOf(json));
