/**
 * A small world with a known truth: two classes, words that lean to one of them, a proposer that
 * knows few words.
 */
import { z } from "zod";
import type { Assessor, Learner, Proposer } from "#core/contracts.ts";
import { ItemId, ProposalId } from "#core/ids.ts";
import type { Document, Item } from "#core/item.ts";
import type { Rng } from "#core/rng.ts";
import type { PoolRow } from "#core/system.ts";
import { labelKind } from "#correct/label.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import { refitRows } from "#learn/refit.ts";

export const classes = ["no", "yes"] as const;
const WORDS = 60;
const WORDS_PER_ITEM = 10;
/** Share of the words the proposer knows the lean of. */
const KNOWN = 0.25;

export interface WordWorld {
  readonly items: readonly Item[];
  readonly gold: ReadonlyMap<string, string>;
  readonly proposer: Proposer<string>;
}

export function wordWorld(count: number, rng: Rng): WordWorld {
  const leans = Float64Array.from({ length: WORDS }, () => rng.normal());
  const chances = classes.map((_, k) =>
    leans.map((lean) => Math.exp((k === 1 ? lean : -lean) / 2)),
  );
  const known = leans.map((lean) => (rng.bernoulli(KNOWN) ? lean : 0));
  const gold = new Map<string, string>();
  const items = Array.from({ length: count }, (_, index): Item => {
    const id = ItemId.parse(`item-${index}`);
    const k = Number(rng.bernoulli(0.5));
    gold.set(id, classes[k] as string);
    const words = Array.from({ length: WORDS_PER_ITEM }, () =>
      rng.categorical(chances[k] as Float64Array),
    );
    return { id, input: { text: words.join(" "), fields: {} } };
  });
  return { items, gold, proposer: wordProposer(known) };
}

const tokensKept = new WeakMap<Document, readonly number[]>();
function tokens(input: Document): readonly number[] {
  const kept = tokensKept.get(input) ?? input.text.split(" ").map(Number);
  tokensKept.set(input, kept);
  return kept;
}

const sumOver = (input: Document, values: ArrayLike<number>): number =>
  tokens(input).reduce((sum, word) => sum + (values[word] as number), 0);

const wordProposer = (known: Float64Array): Proposer<string> => ({
  async *propose(items) {
    for (const { id, input } of items)
      yield {
        id: ProposalId.parse(`p-${id}`),
        itemId: id,
        source: { id: "few-words", kind: "scripted", version: "1" },
        output: sumOver(input, known) > 0 ? "yes" : "no",
      };
  },
});

const Body = z.strictObject({ leans: z.array(z.number()) });

/**
 * What a broken learner takes for its opposite: a sign lost in the corrections' reader, or
 * everywhere.
 */
export type Flipped = "none" | "corrections" | "all";

/**
 * Naive Bayes over the words of the pool, each item under its correction or, until there is one,
 * its proposal. The first lesson, from proposals alone, is always sound: there is something to
 * beat.
 */
export const wordLearner =
  ({ flipped }: { readonly flipped: Flipped }) =>
  (pool: readonly PoolRow<string>[]): Learner<string> => ({
    async learn(history, previous, ctx) {
      const { rows, learnedFrom } = refitRows(history, { kind: labelKind });
      const answers = new Map(rows.map(({ itemId, output }) => [itemId, output]));
      const counts = [new Float64Array(WORDS).fill(1), new Float64Array(WORDS).fill(1)];
      for (const { item, proposal } of pool) {
        const answer = answers.get(item.id);
        const reversed =
          flipped === "all" ? rows.length > 0 : flipped === "corrections" && answer !== undefined;
        const yes = ((answer ?? proposal.output) === "yes") !== reversed;
        const side = counts[Number(yes)] as Float64Array;
        for (const word of tokens(item.input)) side[word] = (side[word] as number) + 1;
      }
      const totals = counts.map((side) => side.reduce((sum, each) => sum + each, 0));
      const leans = Array.from({ length: WORDS }, (_, word) => {
        const [no, yes] = counts.map((side, k) => (side[word] as number) / (totals[k] as number));
        return Math.log((yes as number) / (no as number));
      });
      const parent = previous?.id ?? null;
      return {
        id: lessonIdOf("words", { parent, learnedFrom, seed: ctx.rng.path }),
        kind: "words",
        parent,
        learnedFrom: [...learnedFrom],
        code: "test/sim/word-world.ts",
        options: { flipped },
        seed: ctx.rng.path,
        summary: `Leans of ${WORDS} words from ${rows.length} corrections.`,
        body: { leans },
        atMs: ctx.clock.nowMs(),
      };
    },
  });

/** Suggests what the lesson's words say; accepts below a risk. */
export const wordAssessor =
  (acceptBelow: number) =>
  ({
    id: lessonId,
    body,
  }: {
    id: ReturnType<typeof lessonIdOf>;
    body: unknown;
  }): Assessor<string> => {
    const { leans } = Body.parse(body);
    return {
      async assess(proposals, items) {
        return proposals.map((proposal, index) => {
          const yes = 1 / (1 + Math.exp(-sumOver((items[index] as Item).input, leans)));
          const risk = proposal.output === "yes" ? 1 - yes : yes;
          return {
            proposalId: proposal.id,
            itemId: proposal.itemId,
            risk,
            suggestion: {
              output: yes > 0.5 ? "yes" : "no",
              probability: Math.max(yes, 1 - yes),
            },
            reasons: [],
            route: risk < acceptBelow ? "accept" : "ask",
            lessonId,
          };
        });
      },
    };
  };
