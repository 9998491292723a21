import { z } from "zod";
import { linkCards, siblingCards } from "#assess/structure-cards.ts";
import { TreeCheck, treeChecks } from "#assess/tree-checks.ts";
import { defineOperation } from "#core/operation.ts";
import { TreeNode } from "#core/tree.ts";
import {
  featured,
  PairCorrector,
  pairProbabilities,
  placeStudies,
} from "#learn/pair-corrector/corrector.ts";
import { riskOfPairs } from "#learn/pair-corrector/risk.ts";
import { pairTopicOf } from "#learn/pair-corrector/topic.ts";
import { exampleCorrector, exampleStudies, exampleTree } from "./example.ts";
import { checkPlacements, distinctStudies, StudyRow, textOfStudy } from "./rows.ts";

export const ReassessInput = z.strictObject({
  tree: TreeNode,
  studies: z.array(StudyRow),
  corrector: PairCorrector.describe("what `chime.train-corrector` gave back"),
  decoding: z
    .enum(["closure", "strict", "none"])
    .default("closure")
    .describe("how pairs become placements"),
});
export type ReassessInput = z.infer<typeof ReassessInput>;

const PairRow = z.strictObject({
  study: z.string(),
  category: z.string(),
  placed: z.boolean(),
  /** What the corrector would do. */
  suggestion: z.enum(["keep", "place", "remove"]),
  /** That it belongs. */
  probability: z.number(),
  /** That the corrector itself is wrong here: 0.5 where it cannot tell. */
  doubt: z.number(),
});

export const ReassessOutput = z.strictObject({
  /** All pairs, suggestions first, then those it is least sure of. */
  pairs: z.array(PairRow),
  /** Whether a category is a topic of its parent, the most doubtful link first. */
  links: z.array(
    z.strictObject({
      category: z.string(),
      parent: z.string(),
      /** An aspect its words are more like. */
      rather: z.string().nullable(),
      doubt: z.number(),
    }),
  ),
  /** Whether siblings belong side by side; `odd` may be a topic of another of them. */
  siblings: z.array(
    z.strictObject({
      parent: z.string().nullable(),
      children: z.array(z.string()),
      odd: z.string(),
      doubt: z.number(),
    }),
  ),
  checks: z.array(TreeCheck),
});
export type ReassessOutput = z.infer<typeof ReassessOutput>;

export const reassess = defineOperation({
  id: "chime.reassess",
  summary: "What a learned corrector would place elsewhere, and which pairs to look at next",
  input: ReassessInput,
  output: ReassessOutput,
  example: { tree: exampleTree, studies: [...exampleStudies], corrector: exampleCorrector },
  async run({ tree, studies, corrector, decoding }): Promise<ReassessOutput> {
    checkPlacements(tree, studies);
    const { kept } = distinctStudies(studies);
    const topic = pairTopicOf(
      tree,
      kept.map((study) => ({ id: study.id, text: textOfStudy(study) })),
    );
    const seen = featured(topic);
    const probabilities = pairProbabilities(corrector, seen);
    const wanted = placeStudies(corrector, seen, decoding);
    const doubts = riskOfPairs(probabilities, corrector.thresholds[decoding]);
    const k = topic.categories.length;
    const pairs = Array.from(probabilities, (probability, p): z.infer<typeof PairRow> => {
      const placed = topic.proposed[p] === 1;
      const isWanted = wanted[p] === 1;
      return {
        study: topic.studies[Math.floor(p / k)]?.id ?? "",
        category: topic.categories[p % k]?.id ?? "",
        placed,
        suggestion: placed === isWanted ? "keep" : isWanted ? "place" : "remove",
        probability,
        doubt: doubts[p] ?? 0.5,
      };
    });
    const isKept = ({ suggestion }: z.infer<typeof PairRow>) => Number(suggestion === "keep");
    return {
      pairs: pairs.sort((a, b) => isKept(a) - isKept(b) || b.doubt - a.doubt),
      links: linkCards(topic),
      siblings: siblingCards(topic).map((card) => ({ ...card, children: [...card.children] })),
      checks: treeChecks(tree, { members: kept.map(({ id }) => id) }),
    };
  },
});
