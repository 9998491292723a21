/** Examples that say the same thing become one: repeats are dropped, and where people differ the majority has it. */
import { hashOf } from "./conversation.ts";
import type { Drop, Example } from "./example.ts";

/** How far those who judged the same thing agree; counts, so that any coefficient can be had from them. */
export interface Agreement {
  /** Things that were judged more than once. */
  readonly judgedAgain: number;
  /** Pairs of judgements of one thing, and how many of them are the same. */
  readonly votePairs: number;
  readonly agreeing: number;
}

export interface Gathered {
  readonly examples: readonly Example[];
  readonly drops: readonly Drop[];
  readonly agreement: Agreement;
}

/** What an example is about, and what it says of it: of two replies, which; of one, whether it is good. */
function subjectOf(example: Example): readonly [subject: string, verdict: string] {
  switch (example.kind) {
    case "pair": {
      const [chosen, rejected] = [hashOf(example.chosen), hashOf(example.rejected)];
      return chosen < rejected
        ? [`${example.hash} ${chosen} ${rejected}`, "first"]
        : [`${example.hash} ${rejected} ${chosen}`, "second"];
    }
    case "labelled":
      return [`${example.hash} ${hashOf(example.completion)}`, `${example.label}`];
    case "principled":
      return [
        `${example.hash} ${hashOf(example.response)} ${example.principle}`,
        `${example.fulfilled}`,
      ];
    case "stepwise":
      return [
        `${example.hash} ${JSON.stringify(example.steps.map(({ text }) => text))}`,
        example.steps.map(({ right }) => (right ? "1" : "0")).join(""),
      ];
    case "demonstration":
      return [`${example.hash} ${hashOf(example.completion)}`, "good"];
    case "prompt":
      return [example.hash, "asked"];
  }
}

/** The verdict most gave; undefined where the first two are level. */
function majority(verdicts: ReadonlyMap<string, readonly Example[]>): string | undefined {
  const [first, second] = [...verdicts].sort(([, a], [, b]) => b.length - a.length);
  return first === undefined || first[1].length === second?.[1].length ? undefined : first[0];
}

/** Keeps the order of the examples; of those that say the same, the first stands. */
export function gather(examples: readonly Example[]): Gathered {
  const subjects = new Map<string, Map<string, Example[]>>();
  const drops: Drop[] = [];
  for (const example of examples) {
    const [subject, verdict] = subjectOf(example);
    const verdicts = subjects.get(subject) ?? new Map<string, Example[]>();
    subjects.set(subject, verdicts);
    const votes = verdicts.get(verdict);
    if (votes === undefined) verdicts.set(verdict, [example]);
    else votes.push(example);
  }
  const kept = new Set<Example>();
  let [judgedAgain, votePairs, agreeing] = [0, 0, 0];
  const pairsOf = (n: number) => (n * (n - 1)) / 2;
  for (const verdicts of subjects.values()) {
    const total = [...verdicts.values()].reduce((sum, votes) => sum + votes.length, 0);
    if (total > 1) judgedAgain++;
    votePairs += pairsOf(total);
    const winner = majority(verdicts);
    for (const [verdict, [first, ...others]] of verdicts) {
      agreeing += pairsOf(others.length + 1);
      if (first === undefined) continue;
      const reason =
        winner === undefined
          ? "as many said the opposite"
          : verdict === winner
            ? "said before"
            : "most said the opposite";
      if (verdict === winner) kept.add(first);
      else drops.push({ recordId: first.recordId, reason });
      for (const { recordId } of others) drops.push({ recordId, reason });
    }
  }
  return {
    examples: examples.filter((example) => kept.has(example)),
    drops,
    agreement: { judgedAgain, votePairs, agreeing },
  };
}
