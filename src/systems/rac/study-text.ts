import type { ArmInfo, Comparison, PaperFigure } from "#core/study.ts";
import { armOf, CELL_NAMES, CELLS, type Cell, type CellName } from "./study-cells.ts";
import type { PlanName } from "./study-rounds.ts";

const NAMES: Readonly<
  Record<PlanName, { readonly title: string; readonly role: ArmInfo["role"] }>
> = {
  demos: { title: "full demonstrations", role: "baseline" },
  hg: { title: "HG-DAgger: free corrections, hands back", role: "baseline" },
  "rule-2": { title: "rule 2 only: free corrections, then ends", role: "ablation" },
  "rule-1": { title: "rule 1 only: recovers, corrects, hands back", role: "ablation" },
  rac: { title: "RaC", role: "method" },
  "no-recovery": { title: "RaC, recoveries not learned from", role: "ablation" },
  "with-policy": { title: "RaC, the policy's steps learned from too", role: "ablation" },
  shuffled: { title: "RaC, what the person did dealt out at random", role: "control" },
};

const armsOf = (cell: CellName): ArmInfo[] => {
  const { title, plans }: Cell = CELLS[cell];
  const prefix = title === "" ? "" : `${title}: `;
  return [
    {
      id: armOf(cell, "initial"),
      title: `${prefix}before any round`,
      role: cell === "control" ? ("control" as const) : ("baseline" as const),
    },
    ...plans.map((name) => ({
      id: armOf(cell, name),
      title: `${prefix}${NAMES[name].title}`,
      role: cell === "control" ? ("control" as const) : NAMES[name].role,
    })),
  ];
};

/** In the order they are printed. */
export const arms: readonly ArmInfo[] = CELL_NAMES.filter((cell) => cell !== "mujoco").flatMap(
  armsOf,
);

const beats = (cell: CellName, arm: PlanName, against: PlanName | "initial", text: string) => ({
  id: `${armOf(cell, arm)}-beats-${against}`,
  text,
  metric: "success",
  arm: armOf(cell, arm),
  against: armOf(cell, against),
  expect: { above: 0 },
});

const inCell = (cell: CellName): Comparison[] => {
  const { title }: Cell = CELLS[cell];
  const where = title === "" ? "" : `${title}: `;
  return [
    beats(
      cell,
      "rac",
      "hg",
      `${where}RaC succeeds more often than HG-DAgger for the same human steps.`,
    ),
    beats(
      cell,
      "rac",
      "demos",
      `${where}RaC succeeds more often than full demonstrations for the same human steps.`,
    ),
  ];
};

/** Less than this is no difference that a team would notice. */
const SMALL = 0.1;

/** Written down before the first run. */
export const claims: readonly Comparison[] = [
  ...inCell("main"),
  beats("main", "rac", "rule-2", "RaC succeeds more often than with rule 2 only."),
  beats("main", "rac", "rule-1", "RaC succeeds more often than with rule 1 only."),
  beats("main", "rac", "no-recovery", "Without its recoveries RaC succeeds less often."),
  beats("main", "rac", "with-policy", "Learning from the policy's own steps too costs success."),
  beats(
    "main",
    "rac",
    "shuffled",
    "What the person did matters: dealt out at random it is worth less.",
  ),
  {
    id: "demos-stay-flat",
    text: `Full demonstrations for the same human steps add less than ${SMALL} to where all started.`,
    metric: "success",
    arm: "demos",
    against: "initial",
    expect: { below: SMALL },
  },
  {
    id: "rac-tries-again",
    text: "RaC's policy tries again more often than HG-DAgger's.",
    metric: "recoveries",
    arm: "rac",
    against: "hg",
    expect: { above: 0 },
  },
  {
    id: "trying-again-is-worth-it",
    text: "At one fixed policy of RaC, roll-outs that end at the first recovery succeed less often than those that may go on.",
    metric: "gain-of-trying-again",
    arm: "rac",
    expect: { above: 0 },
  },
  {
    id: "a-fourth-try-is-worth-it",
    text: "At one fixed policy of RaC, roll-outs that end at the third recovery succeed less often than those that may go on.",
    metric: "gain-past-the-third",
    arm: "rac",
    expect: { above: 0 },
  },
  {
    id: "a-third-is-recovery",
    text: "In RaC's rounds a third or more of a person's steps is recovery: at most two of correction for each.",
    metric: "recovery-share",
    arm: "rac",
    expect: { above: 1 / 3 },
  },
  {
    id: "hg-recovers-less",
    text: "In HG-DAgger's rounds less of a person's steps is recovery than in RaC's.",
    metric: "recovery-share",
    arm: "rac",
    against: "hg",
    expect: { above: 0 },
  },
  {
    id: "splitter-finds-cuts",
    text: "Nine in ten ends of recovery are found within three steps of where the person said.",
    metric: "cuts-found",
    arm: "rac",
    expect: { above: 0.9 },
  },
  ...(["hg", "demos"] as const).map(
    (against): Comparison => ({
      id: `control-rac-ties-with-${against}`,
      text: `Where the slot is seen as it is, RaC gains less than ${SMALL} over ${against === "hg" ? "HG-DAgger" : "full demonstrations"}.`,
      metric: "success",
      arm: "control-rac",
      against: `control-${against}`,
      expect: { below: SMALL },
    }),
  ),
  ...(["stick95-600", "stick50-250", "stick50-600", "easy", "flow"] as const).flatMap(inCell),
];

/** Only in full runs: MuJoCo is slow. Written down before the first of them. */
export const full = { arms: armsOf("mujoco"), claims: inCell("mujoco") };

export const paper: readonly PaperFigure[] = [
  {
    text: "Better than the state of the art with ten times less collection; success rises linearly with recoveries.",
    source: "[seed] abstract",
  },
  {
    text: "Simulated assembly, successes of 100: full demonstrations 23, HG-DAgger 22, RaC 61.",
    source: "[summary]",
  },
  {
    text: "Recovery to correction about 1:1 to 1:2 with both rules, drifting to 1:10 without rule 1.",
    source: "[summary]",
  },
];
