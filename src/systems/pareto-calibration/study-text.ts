import { SCALARISERS } from "#assess/scalarisers.ts";
import type { ArmInfo, Comparison, PaperFigure } from "#core/study.ts";

/** The arms in the order they are printed, what is claimed of them, and what the authors report. */
export const arms: readonly ArmInfo[] = [
  ...SCALARISERS.flatMap((scalariser): ArmInfo[] => [
    {
      id: `polar-${scalariser}-weak`,
      title: `POLAR, ${scalariser}, stopped by weak votes`,
      role: "method",
    },
    {
      id: `polar-${scalariser}-gold`,
      title: `POLAR, ${scalariser}, stopped by gold`,
      role: "method",
    },
  ]),
  { id: "polar-linear-max-eig", title: "POLAR, linear, weights by MaxEig", role: "method" },
  { id: "polar-linear-min-var", title: "POLAR, linear, weights by MinVar", role: "method" },
  { id: "majority", title: "Majority vote", role: "baseline" },
  { id: "weighted-vote", title: "Vote weighted by accuracy, from agreement", role: "baseline" },
  { id: "triplet", title: "Triplet label model (FlyingSquid)", role: "baseline" },
  { id: "em-fixed", title: "EM label model, even balance, clipped accuracies", role: "baseline" },
  { id: "em-free", title: "EM label model with everything learned (a warning)", role: "ablation" },
  { id: "distilled", title: "Harmonizer on the proposer alone (LLM-distilled)", role: "ablation" },
  { id: "own-confidence", title: "The proposer's own softmax", role: "baseline" },
  { id: "polar-linear-shuffled", title: "POLAR on votes dealt to other mails", role: "control" },
  { id: "random", title: "Random risk", role: "control" },
  { id: "oracle", title: "Risk that knows what is wrong", role: "bound" },
  { id: "first-answer", title: "First answers of the proposer", role: "baseline" },
  { id: "self-examination", title: "Asked again above risk 0.5, whole mail", role: "method" },
  {
    id: "self-supervision",
    title: "Asked again above risk 0.5, whole mail and rule evidence",
    role: "method",
  },
  { id: "self-examination-everything", title: "Every mail asked again", role: "ablation" },
  {
    id: "self-supervision-everything",
    title: "Every mail asked again with rule evidence",
    role: "ablation",
  },
  { id: "review-polar", title: "A person reviews by POLAR risk", role: "method" },
  { id: "review-own-confidence", title: "A person reviews by own confidence", role: "baseline" },
  { id: "review-random", title: "A person reviews at random", role: "control" },
  { id: "loop-cost", title: "The loop: review by risk, refit, gate", role: "method" },
  { id: "loop-random-order", title: "The loop, reviewing at random", role: "baseline" },
  { id: "loop-shuffled", title: "The loop with answers for other mails", role: "control" },
];

const main = "polar-linear-weak";

const detects = (against: string, than: string): Comparison => ({
  id: `detects-better-than-${against}`,
  text: `POLAR risk tells wrong answers from right ones better than ${than} (AUROC).`,
  metric: "auroc",
  arm: main,
  against,
  expect: { above: 0 },
});

export const claims: readonly Comparison[] = [
  detects("own-confidence", "the proposer's own confidence"),
  detects("majority", "a majority vote"),
  detects("weighted-vote", "an accuracy-weighted vote"),
  detects("triplet", "a triplet label model"),
  detects("distilled", "a harmonizer distilled from the proposer alone"),
  detects("polar-linear-shuffled", "the same fit on shuffled votes"),
  {
    id: "review-20-beats-own-confidence",
    text: "After reviewing the riskiest 20 %, POLAR leaves less error than the proposer's own confidence.",
    metric: "error-after-20",
    arm: main,
    against: "own-confidence",
    expect: { below: 0 },
  },
  {
    id: "review-20-beats-weighted-vote",
    text: "After reviewing the riskiest 20 %, POLAR leaves less error than an accuracy-weighted vote.",
    metric: "error-after-20",
    arm: main,
    against: "weighted-vote",
    expect: { below: 0 },
  },
  {
    id: "person-20-beats-own-confidence",
    text: "The same holds with a person who slips, tires and leans on what is shown.",
    metric: "error-after-20",
    arm: "review-polar",
    against: "review-own-confidence",
    expect: { below: 0 },
  },
  {
    id: "r2-beats-majority",
    text: "Risk follows the real error more closely than under a majority vote (R2 over bins).",
    metric: "r2",
    arm: main,
    against: "majority",
    expect: { above: 0 },
  },
  {
    id: "ece-beats-majority",
    text: "POLAR risk is better calibrated than that of a majority vote (ECE).",
    metric: "ece",
    arm: main,
    against: "majority",
    expect: { below: 0 },
  },
  {
    id: "ece-beats-weighted-vote",
    text: "POLAR risk is better calibrated than that of an accuracy-weighted vote (ECE).",
    metric: "ece",
    arm: main,
    against: "weighted-vote",
    expect: { below: 0 },
  },
  {
    id: "square-beats-linear-ece",
    text: "The square scalariser calibrates better than the linear one on a linear harmonizer (ECE).",
    metric: "ece",
    arm: "polar-square-weak",
    against: main,
    expect: { below: 0 },
  },
  {
    id: "square-beats-linear-r2",
    text: "The square scalariser follows the error more closely than the linear one on a linear harmonizer (R2).",
    metric: "r2",
    arm: "polar-square-weak",
    against: main,
    expect: { above: 0 },
  },
  {
    id: "gold-not-needed",
    text: "Stopping by gold labels gains less than 0.01 AUROC over stopping by weak votes.",
    metric: "auroc",
    arm: "polar-linear-gold",
    against: main,
    expect: { below: 0.01 },
  },
  {
    id: "self-examination-helps",
    text: "Asking again above risk 0.5 (self-examination) makes answers more accurate.",
    metric: "accuracy",
    arm: "self-examination",
    against: "first-answer",
    expect: { above: 0 },
  },
  {
    id: "evidence-helps",
    text: "Rule evidence in the second question (self-supervision) helps beyond self-examination.",
    metric: "accuracy",
    arm: "self-supervision",
    against: "self-examination",
    expect: { above: 0 },
  },
  {
    id: "asking-only-risky-is-better",
    text: "Asking again only where the risk is high beats asking everything again (self-supervision).",
    metric: "accuracy",
    arm: "self-supervision",
    against: "self-supervision-everything",
    expect: { above: 0 },
  },
  {
    id: "free-balance-collapses",
    text: "A label model that learns its class balance from one-class rules labels worse than one that is given it.",
    metric: "accuracy",
    arm: "em-free",
    against: "em-fixed",
    expect: { below: 0 },
  },
  {
    id: "loop-learns",
    text: "Corrections of a tenth of the training mails, refitted, improve error detection on fresh mails (AUROC).",
    metric: "auroc",
    arm: "loop-cost",
    against: main,
    expect: { above: 0 },
  },
  {
    id: "loop-learns-labels",
    text: "They also make the harmonizer's own labels more accurate on fresh mails.",
    metric: "accuracy",
    arm: "loop-cost",
    against: main,
    expect: { above: 0 },
  },
  {
    id: "loop-needs-right-answers",
    text: "The loop learns from what the answers say: with answers meant for other mails it does worse.",
    metric: "accuracy",
    arm: "loop-shuffled",
    against: "loop-cost",
    expect: { below: 0 },
  },
];

export const paper: readonly PaperFigure[] = [
  {
    text: "Risk scores are highly correlated with the real error rate.",
    source: "[seed] abstract",
  },
  {
    text: "Mean over 4 tasks x 3 LLMs, fine-tuned BERT: square ECE 0.0458, R2 0.9366; linear 0.0625, 0.9273; 2-norm 0.0549, 0.9003; max 0.0711, 0.8260.",
    source: "[repo notebook]",
  },
  {
    text: "MLP harmonizer: linear ECE 0.0555, R2 0.9392; square 0.0974, 0.9188.",
    source: "[repo notebook]",
  },
  {
    text: "Linear harmonizer: linear ECE 0.0641, R2 0.9360; square 0.1072, 0.9020.",
    source: "[repo notebook]",
  },
  {
    text: "ECE of Snorkel about 0.164, of a majority vote about 0.247, LLM-distilled about 0.122.",
    source: "[repo notebook, averages computed from its tables]",
  },
  {
    text: "GPT-4 on SMS, ECE / R2: POLAR 0.0144 / 0.980, Snorkel 0.2435 / 0.089, majority vote 0.588 / 0.091, distilled 0.0127 / 0.977.",
    source: "[repo notebook]",
  },
  {
    text: "Dynamic prompting lifts GPT-3 past the best weak supervision, and GPT-4 past the best supervised results on hard sets.",
    source: "[seed] abstract",
  },
];
