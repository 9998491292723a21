import { voteRows } from "#assess/votes.ts";
import { accuraciesFromAgreement } from "#assess/weighted-vote.ts";
import type { Ctx } from "#core/contracts.ts";
import type { Item } from "#core/item.ts";
import { askAgain } from "./ask-again.ts";
import type { Judgement } from "./study-arms.ts";
import type { WeighedVote } from "./study-proposer.ts";
import { CLASSES, classOf, type MailWorld } from "./study-world.ts";

/** Answers [test] after dynamic prompting, and the share of mails asked again. */
export interface AskedAgain {
  readonly answers: Int16Array;
  readonly calls: number;
}

/** Every risk is above it. */
const EVERYTHING = -1;
/** A rule is never believed to be always right. */
const ACCURACY_RANGE = [0.05, 0.95] as const;

/**
 * The proposer asked again: with more of the mail or its own answer before it (self-examination),
 * and with the rules' votes beside that (self-supervision). Each only where the risk is above one
 * half, and, as ablation, on every mail.
 */
export async function askAgainArms(
  world: MailWorld,
  { risk }: Judgement,
  ctx: Ctx,
): Promise<Record<string, AskedAgain>> {
  const { test, mails, proposer, rules } = world;
  const logOdds = logOddsOfRules(world);
  const first = Int16Array.from(test, (i) => world.proposed[i] as number);
  const mailAt = (row: number): Item => {
    const { id, input } = mails[test[row] as number] as MailWorld["mails"][0];
    return { id, input };
  };
  const saidAt = (row: number) => CLASSES[first[row] as number] ?? null;
  const examine = async (row: number) =>
    classOf(await proposer.examine(mailAt(row), saidAt(row), ctx));
  const supervise = async (row: number) => {
    const mail = mailAt(row);
    const votes = rules
      .vote(mail.input)
      .map((vote): WeighedVote => ({ ...vote, logOdds: logOdds.get(vote.source) ?? 0 }));
    return classOf(await proposer.supervise(mail, saidAt(row), votes, ctx));
  };
  const ask = async (
    again: (row: number) => Promise<number>,
    above?: number,
  ): Promise<AskedAgain> => {
    const asked = await askAgain({ risk, first, again, ...(above !== undefined && { above }) });
    return { answers: asked.answers, calls: asked.calls / first.length };
  };
  return {
    "first-answer": { answers: first, calls: 0 },
    "self-examination": await ask(examine),
    "self-supervision": await ask(supervise),
    "self-examination-everything": await ask(examine, EVERYTHING),
    "self-supervision-everything": await ask(supervise, EVERYTHING),
  };
}

/** What a rule's vote tells, from agreement among the sources: gold is not looked at. */
function logOddsOfRules({ votes, train, ruleIds }: MailWorld): ReadonlyMap<string, number> {
  const accuracies = accuraciesFromAgreement(voteRows(votes, train));
  const [low, high] = ACCURACY_RANGE;
  return new Map(
    ruleIds.map((id, j) => {
      const accuracy = Math.min(high, Math.max(low, accuracies[j] as number));
      return [id, Math.log(accuracy / (1 - accuracy))];
    }),
  );
}
