import { ABSTAIN, type VoteMatrix } from "#assess/votes.ts";
import { assert } from "#core/assert.ts";
import type { Proposal } from "#core/proposal.ts";
import { unwrap } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import type { Matrix } from "#num/matrix.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { compileRules } from "#propose/rules.ts";
import { type ScriptedProposer, scriptedProposer } from "#propose/scripted.ts";
import { mailRules } from "#worlds/corpora/mail-rules.ts";
import { loadMails, type Mail } from "#worlds/corpora/spam-assassin.ts";
import { featurise } from "./features.ts";
import { Options } from "./options.ts";
import { sourcesOf, votesOf } from "./sources.ts";

/** F1 is stated for `spam`, which is class 0. */
export const CLASSES = ["spam", "ham"] as const;
export const POSITIVE = 0;
/** Mails with a label, which only the proposer is trained on (and class balances are counted in). */
const LABELLED = 40;
const TRAIN_SHARE = 0.6;
const VALIDATION_SHARE = 0.1;
const FAST_MAILS = 640;

export interface MailWorld {
  readonly mails: readonly Mail[];
  /** Bare labels of the scripted proposer, with the votes of all rules. */
  readonly proposals: readonly Proposal<string>[];
  readonly proposer: ScriptedProposer;
  readonly ruleIds: readonly string[];
  /** [mails, rules + 1]; the proposer is the last source. */
  readonly votes: VoteMatrix;
  /** [mails] what the proposer said. */
  readonly proposed: Int16Array;
  /** [mails] for scoring and for arms that say so; nothing else may read it. */
  readonly gold: Int16Array;
  readonly features: Matrix;
  /** [classes] shares among the labelled mails, one more of each. */
  readonly balance: Float64Array;
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** The mails, split anew: 40 labelled, then 60 / 10 / 30 of the rest. */
export async function mailWorld(
  rng: Rng,
  { fast }: { readonly fast: boolean },
): Promise<MailWorld> {
  const corpus = await loadMails();
  const order = rng.split("mails").permutation(corpus.length);
  const mails = Array.from(fast ? order.subarray(0, FAST_MAILS) : order, (i) => corpus[i] as Mail);
  const labelled = mails.slice(0, LABELLED);
  const proposer = unwrap(
    scriptedProposer(
      labelled.map(({ input, gold }) => ({ input, label: gold })),
      { classes: [...CLASSES] },
    ),
  );
  const rules = compileRules(await mailRules());
  const ruleIds = rules.rules.map(({ id }) => id);
  const proposals = mails.map(
    (mail): Proposal<string> => ({
      id: proposalId(mail.id, proposer.source.id),
      itemId: mail.id,
      source: proposer.source,
      output: proposer.first(mail.input),
      votes: rules.fires(mail.input).map((output, r) => ({ source: ruleIds[r] as string, output })),
    }),
  );
  const sources = sourcesOf(proposals, ruleIds);
  assert(sources.at(-1) === proposer.source.id, "the proposer is the last source");
  const votes = votesOf(proposals, sources, CLASSES);
  const index = new Map<string, number>(CLASSES.map((label, c) => [label, c]));
  const classOf = (label: string | null) => index.get(label ?? "") ?? ABSTAIN;
  const { matrix } = await featurise(
    mails.map(({ input }) => input),
    Options.parse({}),
  );
  const balance = new Float64Array(CLASSES.length).fill(1 / (LABELLED + CLASSES.length));
  for (const { gold } of labelled)
    balance[classOf(gold)] = (balance[classOf(gold)] as number) + 1 / (LABELLED + CLASSES.length);
  return {
    mails,
    proposals,
    proposer,
    ruleIds,
    votes,
    proposed: Int16Array.from(proposals, ({ output }) => classOf(output)),
    gold: Int16Array.from(mails, ({ gold }) => classOf(gold)),
    features: matrix,
    balance,
    ...split(mails.length),
  };
}

function split(mails: number): Pick<MailWorld, "train" | "validation" | "test"> {
  const rest = mails - LABELLED;
  const rows = Uint32Array.from({ length: rest }, (_, i) => LABELLED + i);
  const first = Math.floor(TRAIN_SHARE * rest);
  const second = Math.floor((TRAIN_SHARE + VALIDATION_SHARE) * rest);
  return {
    train: rows.subarray(0, first),
    validation: rows.subarray(first, second),
    test: rows.subarray(second),
  };
}
