import { ABSTAIN, type VoteMatrix } from "#assess/votes.ts";
import { assert } from "#core/assert.ts";
import type { Ctx } from "#core/contracts.ts";
import type { Proposal } from "#core/proposal.ts";
import type { Matrix } from "#num/matrix.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { type CompiledRules, compileRules } from "#propose/rules.ts";
import { mailRules } from "#worlds/corpora/mail-rules.ts";
import { loadMails, type Mail } from "#worlds/corpora/spam-assassin.ts";
import { featurise } from "./features.ts";
import { Options } from "./options.ts";
import { sourcesOf, votesOf } from "./sources.ts";
import { type StudyProposer, scripted } from "./study-proposer.ts";

/** F1 is stated for `spam`, which is class 0. */
export const CLASSES = ["spam", "ham"] as const;
export const POSITIVE = 0;
/**
 * Mails with a label, which only the proposer is trained on (and class balances are counted in).
 */
const LABELLED = 40;
const TRAIN_SHARE = 0.6;
const VALIDATION_SHARE = 0.1;
const FAST_MAILS = 640;

export interface MailWorld {
  readonly mails: readonly Mail[];
  /** Bare labels of the proposer, with the votes of all rules. */
  readonly proposals: readonly Proposal<string>[];
  readonly proposer: StudyProposer;
  readonly rules: CompiledRules;
  readonly ruleIds: readonly string[];
  /** [mails, rules + 1]; the proposer is the last source. */
  readonly votes: VoteMatrix;
  /** [mails] what the proposer said. */
  readonly proposed: Int16Array;
  /** [mails] the proposer's own probability of being right. */
  readonly confidence: Float64Array;
  /** [mails] for scoring and for arms that say so; nothing else may read it. */
  readonly gold: Int16Array;
  readonly features: Matrix;
  /** [classes] shares among the labelled mails, one more of each. */
  readonly balance: Float64Array;
  /** Mails left out since the proposer gave them no label. */
  readonly unanswered: number;
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

export interface WorldOptions {
  readonly fast: boolean;
  /** Default: the scripted proposer. */
  readonly proposer?: StudyProposer;
}

/** The mails, split anew: 40 labelled, then 60 / 10 / 30 of the rest that have an answer. */
export async function mailWorld(
  ctx: Ctx,
  { fast, proposer: given }: WorldOptions,
): Promise<MailWorld> {
  const corpus = await loadMails();
  const order = ctx.rng.split("mails").permutation(corpus.length);
  const drawn = Array.from(fast ? order.subarray(0, FAST_MAILS) : order, (i) => corpus[i] as Mail);
  const labelled = drawn.slice(0, LABELLED);
  const examples = labelled.map(({ input, gold }) => ({ input, label: gold }));
  const proposer = given ?? scripted(examples, CLASSES);
  const answers = await proposer.answer(drawn.slice(LABELLED), ctx);
  const answered = (_: unknown, i: number) => answers[i]?.label !== null;
  const mails = drawn.slice(LABELLED).filter(answered);
  const first = answers.filter(answered);
  const rules = compileRules(await mailRules());
  const ruleIds = rules.rules.map(({ id }) => id);
  const proposals = mails.map(
    (mail, i): Proposal<string> => ({
      id: proposalId(mail.id, proposer.source.id),
      itemId: mail.id,
      source: proposer.source,
      output: first[i]?.label ?? null,
      votes: rules.fires(mail.input).map((output, r) => ({ source: ruleIds[r] as string, output })),
    }),
  );
  const sources = sourcesOf(proposals, ruleIds);
  assert(sources.at(-1) === proposer.source.id, "the proposer is the last source");
  const votes = votesOf(proposals, sources, CLASSES);
  const { matrix } = await featurise(
    mails.map(({ input }) => input),
    Options.parse({}),
  );
  return {
    mails,
    proposals,
    proposer,
    rules,
    ruleIds,
    votes,
    proposed: Int16Array.from(proposals, ({ output }) => classOf(output)),
    confidence: Float64Array.from(first, ({ confidence }) => confidence),
    gold: Int16Array.from(mails, ({ gold }) => classOf(gold)),
    features: matrix,
    balance: balanceOf(labelled),
    unanswered: answers.length - first.length,
    ...split(mails.length),
  };
}

const labels: readonly string[] = CLASSES;

/** Class index of a label; an abstention for none, or one outside the set. */
export const classOf = (label: string | null): number =>
  label === null ? ABSTAIN : labels.indexOf(label);

/** [classes] shares among labelled mails, one more of each. */
function balanceOf(labelled: readonly Mail[]): Float64Array {
  const counts = new Float64Array(CLASSES.length).fill(1);
  for (const { gold } of labelled) counts[classOf(gold)] = (counts[classOf(gold)] as number) + 1;
  return counts.map((count) => count / (labelled.length + CLASSES.length));
}

function split(mails: number): Pick<MailWorld, "train" | "validation" | "test"> {
  const rows = Uint32Array.from({ length: mails }, (_, i) => i);
  const first = Math.floor(TRAIN_SHARE * mails);
  const second = Math.floor((TRAIN_SHARE + VALIDATION_SHARE) * mails);
  return {
    train: rows.subarray(0, first),
    validation: rows.subarray(first, second),
    test: rows.subarray(second),
  };
}
