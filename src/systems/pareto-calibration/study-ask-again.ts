import { voteRows } from "#assess/votes.ts";
import { accuraciesFromAgreement } from "#assess/weighted-vote.ts";
import type { Vote } from "#core/proposal.ts";
import { askAgain } from "./ask-again.ts";
import type { Judgement } from "./study-arms.ts";
import { CLASSES, type MailWorld } from "./study-world.ts";

/** Answers [test] after dynamic prompting, and the share of mails asked again. */
export interface AskedAgain {
  readonly answers: Int16Array;
  readonly calls: number;
}

const EVERYTHING = -1;

/**
 * The scripted proposer asked again: with the whole body (self-examination), and with the rules' votes beside it as
 * log-odds (self-supervision). Each only where the risk is above one half, and, as ablation, on every mail.
 * Rule accuracies come from agreement among the sources; gold is not looked at.
 */
export function askAgainArms(world: MailWorld, { risk }: Judgement): Record<string, AskedAgain> {
  const { test, mails, proposer, proposals } = world;
  const accuracies = accuraciesFromAgreement(voteRows(world.votes, world.train));
  const logOdds = new Map(
    world.ruleIds.map((id, j) => {
      const accuracy = Math.min(0.95, Math.max(0.05, accuracies[j] as number));
      return [id, Math.log(accuracy / (1 - accuracy))];
    }),
  );
  const weigh = ({ source }: Vote<string>) => logOdds.get(source) ?? 0;
  const first = Int16Array.from(test, (i) => world.proposed[i] as number);
  const classes: readonly string[] = CLASSES;
  const document = (row: number) => (mails[test[row] as number] as MailWorld["mails"][0]).input;
  const examine = (row: number) => classes.indexOf(proposer.reconsider(document(row)));
  const supervise = (row: number) => {
    const votes = proposals[test[row] as number]?.votes ?? [];
    return classes.indexOf(proposer.reconsiderWithEvidence(document(row), votes, weigh));
  };
  const ask = (again: (row: number) => number, above?: number): AskedAgain => {
    const asked = askAgain({ risk, first, again, ...(above !== undefined && { above }) });
    return { answers: asked.answers, calls: asked.calls / first.length };
  };
  return {
    "first-answer": { answers: first, calls: 0 },
    "self-examination": ask(examine),
    "self-supervision": ask(supervise),
    "self-examination-everything": ask(examine, EVERYTHING),
    "self-supervision-everything": ask(supervise, EVERYTHING),
  };
}
