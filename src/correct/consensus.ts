import { assert } from "#core/assert.ts";

/** One reviewer's label for an item. */
export interface Answer {
  readonly by: string;
  readonly label: string;
}

/** What the reviewers of one item have settled, if they have. */
export type Consensus =
  | { readonly kind: "settled"; readonly label: string; readonly probability: number }
  /** One more answer is wanted; `leading` is null while nobody has answered. */
  | { readonly kind: "open"; readonly leading: string | null; readonly probability: number }
  /** As many as may be asked have answered, and it is still not clear: somebody decides. */
  | { readonly kind: "adjudicate"; readonly leading: string; readonly probability: number };

/** Skill of a reviewer nobody has measured: right nine times in ten, worth ten judged items. */
const SKILL_PRIOR = { right: 9, judged: 10 };

/** Posterior mean of the share of right answers; `judged` of them were checked. */
export function skillOf({ right, judged }: { readonly right: number; readonly judged: number }) {
  assert(right >= 0 && right <= judged, "right answers are some of those judged");
  return (SKILL_PRIOR.right + right) / (SKILL_PRIOR.judged + judged);
}

/**
 * Probability of each class given the answers, under Dawid and Skene's (1979) model with one number
 * per reviewer: right with probability `skill`, else any other class alike. [classes], in their
 * order.
 */
export function classPosterior(
  answers: readonly Answer[],
  how: {
    readonly classes: readonly string[];
    readonly skill: (by: string) => number;
    /** [classes]; absent: all alike. */
    readonly prior?: ArrayLike<number>;
  },
): Float64Array {
  const { classes, skill, prior } = how;
  const logs = Float64Array.from(classes, (_, k) => Math.log(prior?.[k] ?? 1 / classes.length));
  for (const { by, label } of answers) {
    const right = skill(by);
    assert(right > 0 && right < 1, "a skill is strictly between 0 and 1");
    const wrong = (1 - right) / (classes.length - 1);
    for (const [k, each] of classes.entries())
      logs[k] = (logs[k] as number) + Math.log(each === label ? right : wrong);
  }
  const top = Math.max(...logs);
  const masses = logs.map((log) => Math.exp(log - top));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

/**
 * Whether an item has answers enough: settled when the likeliest class passes `settleAbove`. A
 * reviewer's latest answer is the one that counts; `answers` are in the order they came.
 */
export function consensus(
  answers: readonly Answer[],
  how: {
    readonly classes: readonly string[];
    readonly skill?: (by: string) => number;
    readonly prior?: ArrayLike<number>;
    readonly settleAbove?: number;
    readonly answersMax?: number;
  },
): Consensus {
  const { classes, settleAbove = 0.95, answersMax = 5 } = how;
  const skill = how.skill ?? (() => skillOf({ right: 0, judged: 0 }));
  const latest = [...new Map(answers.map((answer) => [answer.by, answer])).values()];
  const posterior = classPosterior(latest, { ...how, skill });
  const probability = Math.max(...posterior);
  const leading = classes[posterior.indexOf(probability)];
  assert(leading !== undefined, "there is at least one class");
  if (latest.length === 0) return { kind: "open", leading: null, probability };
  if (probability >= settleAbove) return { kind: "settled", label: leading, probability };
  return latest.length >= answersMax
    ? { kind: "adjudicate", leading, probability }
    : { kind: "open", leading, probability };
}
