import type { Ctx } from "#core/contracts.ts";
import type { Document, Item } from "#core/item.ts";
import type { Source, Vote } from "#core/proposal.ts";
import { unwrap } from "#core/result.ts";
import { studyEndpoint } from "#propose/endpoint-from-env.ts";
import { type LlmOutcome, llmProposer } from "#propose/llm.ts";
import { type LabelledDocument, scriptedProposer } from "#propose/scripted.ts";

export interface FirstAnswer {
  /** Null where it gave none: the mail is then left out of the study. */
  readonly label: string | null;
  /** Its own probability of being right; read by the arm that ranks by it, and by no other. */
  readonly confidence: number;
}

/** Whose answers the study is about. */
export interface StudyProposer {
  readonly source: Source;
  /** What a report calls it. */
  readonly title: string;
  /** One answer for each mail, in order. */
  answer(mails: readonly Item[], ctx: Ctx): Promise<FirstAnswer[]>;
  /** Asked again: with its own answer put to it. */
  examine(mail: Item, first: string | null, ctx: Ctx): Promise<string | null>;
  /** Asked again: with what every rule says, too. */
  supervise(
    mail: Item,
    first: string | null,
    votes: readonly WeighedVote[],
    ctx: Ctx,
  ): Promise<string | null>;
}

/**
 * A vote with what it tells, log-odds for its label, nats: a language model weighs words by itself.
 */
export interface WeighedVote extends Vote<string> {
  readonly logOdds: number;
}

/**
 * Naive Bayes on the labelled mails, seeing little of each: stands in where no model is configured.
 */
export function scripted(
  labelled: readonly LabelledDocument[],
  classes: readonly string[],
): StudyProposer {
  const model = unwrap(scriptedProposer(labelled, { classes: [...classes] }));
  const look = ({ input }: Item<Document>): FirstAnswer => ({
    label: model.first(input),
    confidence: model.confidence(input),
  });
  return {
    source: model.source,
    title: "scripted proposer",
    answer: async (mails) => mails.map(look),
    examine: async ({ input }) => model.reconsider(input),
    supervise: async ({ input }, _first, votes) => {
      const logOdds = new Map(votes.map((vote) => [vote.source, vote.logOdds]));
      return model.reconsiderWithEvidence(input, votes, ({ source }) => logOdds.get(source) ?? 0);
    },
  };
}

/**
 * A language model, zero-shot, where the environment asks for one. Every seed then asks it about
 * every mail.
 */
export function llmFromEnv(
  env: Readonly<Record<string, string | undefined>>,
  classes: readonly string[],
): StudyProposer | undefined {
  const endpoint = studyEndpoint(env);
  if (endpoint === undefined) return undefined;
  const model = llmProposer({
    ...endpoint,
    classes,
    instructions: "Label the mail as spam or ham (wanted mail).",
    confidence: "log-probabilities",
  });
  const labelOf = (outcome: LlmOutcome) =>
    outcome.kind === "answered" ? outcome.proposal.output : null;
  return {
    source: model.source,
    title: `${endpoint.model}, zero-shot`,
    async answer(mails, ctx) {
      const answers: FirstAnswer[] = [];
      for await (const outcome of model.outcomes(mails, ctx)) {
        const stated = outcome.kind === "answered" ? outcome.proposal.confidence : undefined;
        answers.push({ label: labelOf(outcome), confidence: stated ?? UNSTATED });
      }
      return answers;
    },
    examine: async (mail, output, ctx) => labelOf(await model.reconsider(mail, { output }, ctx)),
    supervise: async (mail, output, votes, ctx) =>
      labelOf(await model.reconsiderWithEvidence(mail, { output }, votes, ctx)),
  };
}

/**
 * The confidence of a model that states none: the same for every answer, so that it ranks nothing.
 */
const UNSTATED = 0.5;
