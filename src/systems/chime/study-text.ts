import type { ArmInfo, Comparison, PaperFigure } from "#core/study.ts";

/** The arms in the order they are printed, what is claimed of them, and what the authors report. */
export const arms: readonly ArmInfo[] = [
  { id: "proposer", title: "The drafted tree as it came", role: "baseline" },
  { id: "best-sibling", title: "Every study to the most similar sibling", role: "baseline" },
  { id: "corrector", title: "Corrector of 50 topics, strict aggregation", role: "method" },
  { id: "corrector-25", title: "Corrector of 25 topics", role: "method" },
  { id: "corrector-10", title: "Corrector of 10 topics", role: "method" },
  { id: "corrector-5", title: "Corrector of 5 topics", role: "method" },
  { id: "closure", title: "Corrector of 50 topics, closure decoding", role: "method" },
  { id: "closure-25", title: "Corrector of 25 topics, closure", role: "method" },
  { id: "closure-10", title: "Corrector of 10 topics, closure", role: "method" },
  { id: "closure-5", title: "Corrector of 5 topics, closure", role: "method" },
  { id: "not-aggregated", title: "Corrector, each pair by itself", role: "ablation" },
  { id: "boosted", title: "Boosted trees, strict", role: "method" },
  { id: "boosted-closure", title: "Boosted trees, closure", role: "method" },
  { id: "mlp", title: "Small net, strict", role: "method" },
  { id: "mlp-closure", title: "Small net, closure", role: "method" },
  { id: "no-proposal", title: "Corrector that does not see the proposal", role: "ablation" },
  { id: "no-tree", title: "Corrector that does not see who else is placed", role: "ablation" },
  { id: "ask-risky", title: "Riskiest pairs asked, closure", role: "method" },
  { id: "ask-random", title: "Random pairs asked, closure", role: "baseline" },
  { id: "link-cards", title: "Links in order of doubt", role: "method" },
  { id: "sibling-cards", title: "Sets of siblings in order of doubt", role: "method" },
  { id: "shuffled", title: "Corrector taught answers to other pairs", role: "control" },
];

const better = (
  id: string,
  text: string,
  arm: string,
  against: string,
  metric = "f1",
): Comparison => ({ id, text, metric, arm, against, expect: { above: 0 } });

/** The gain that the authors report. */
const PAPER_GAIN = 0.126;

export const claims: readonly Comparison[] = [
  better(
    "corrector-beats-proposer",
    "Learned from 50 corrected topics, the corrector places studies of unseen subjects better than the drafts have them.",
    "corrector",
    "proposer",
  ),
  {
    id: "gain-of-the-paper",
    text: "By 12.6 points of F1 or more, as in the paper.",
    metric: "f1",
    arm: "corrector",
    against: "proposer",
    expect: { above: PAPER_GAIN },
  },
  better(
    "corrector-beats-best-sibling",
    "And better than sending every study to the most similar sibling.",
    "corrector",
    "best-sibling",
  ),
  better(
    "closure-beats-best-sibling",
    "With closure decoding it is better than the most similar sibling.",
    "closure",
    "best-sibling",
  ),
  better(
    "closure-beats-strict",
    "Closure decoding places better than strict aggregation.",
    "closure",
    "corrector",
  ),
  {
    id: "strict-costs-recall",
    text: "Strict aggregation finds less than pairs judged one by one.",
    metric: "recall",
    arm: "corrector",
    against: "not-aggregated",
    expect: { below: 0 },
  },
  better(
    "more-topics-help",
    "Fifty corrected topics teach more than ten.",
    "corrector",
    "corrector-10",
  ),
  better(
    "ten-topics-help",
    "Ten corrected topics are enough to beat the drafts, with closure decoding.",
    "closure-10",
    "proposer",
  ),
  {
    id: "five-topics-do-not",
    text: "Five corrected topics with strict aggregation gain less than five points.",
    metric: "f1",
    arm: "corrector-5",
    against: "proposer",
    expect: { below: 0.05 },
  },
  better(
    "proposal-helps",
    "What the proposer said helps the corrector.",
    "corrector",
    "no-proposal",
  ),
  better("tree-helps", "Who else is placed where helps the corrector.", "corrector", "no-tree"),
  better(
    "boosted-beats-logistic",
    "Boosted trees place better than a logistic corrector.",
    "boosted-closure",
    "closure",
  ),
  better(
    "needs-right-answers",
    "A corrector taught answers to other pairs places worse.",
    "corrector",
    "shuffled",
  ),
  better(
    "risk-saves-corrections",
    "After as many answers, asking the riskiest pairs teaches more than asking random ones.",
    "ask-risky",
    "ask-random",
  ),
  {
    id: "link-doubt-tells",
    text: "A link that is wrong is doubted more than one that is right.",
    metric: "auroc",
    arm: "link-cards",
    expect: { above: 0.5 },
  },
  {
    id: "sibling-doubt-tells",
    text: "Siblings of unequal depth, or from elsewhere, are doubted more than others.",
    metric: "auroc",
    arm: "sibling-cards",
    expect: { above: 0.5 },
  },
];

export const paper: readonly PaperFigure[] = [
  {
    text: "2,174 hierarchies of 472 topics, 100 corrected by experts; the corrector improves study assignment by 12.6 F1.",
    source: "[seed] abstract",
  },
  {
    text: "474 raw outputs: about 11,700 categories, 5 aspects most often, 2.4 siblings on average; about 13 % of parent-child edges hold a claim the parent does not; 4.9 % of categories cite nothing; at least 4.9 % of claims are cited nowhere.",
    source: "[repo data] recomputed",
  },
];
