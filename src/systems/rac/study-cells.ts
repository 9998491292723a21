import type { PolicySpec } from "#propose/policy/model.ts";
import type { PlanName, Sizes } from "./study-rounds.ts";

const MLP: PolicySpec = { kind: "mlp", hidden: [64, 64] };
const FLOW: PolicySpec = {
  kind: "flow",
  hidden: [128, 128],
  chunk: 8,
  execute: 4,
  eulerSteps: 10,
};

export const SIZES: Sizes = {
  demonstrations: 8,
  rounds: 2,
  humanStepsPerRound: 250,
  rollOutsMax: 150,
  evaluationEpisodes: 100,
  trainingSteps: 2000,
  replicates: 200,
};

/** Small, but every arm runs. */
export const SIZES_FAST: Sizes = {
  demonstrations: 3,
  rounds: 1,
  humanStepsPerRound: 40,
  rollOutsMax: 2,
  evaluationEpisodes: 2,
  trainingSteps: 10,
  replicates: 5,
};

/** A setting of the world and the budget, with the arms that are run in it. */
export interface Cell {
  readonly title: string;
  readonly engine: "tabletop" | "mujoco";
  readonly stick: number;
  readonly perceptionBias: number;
  readonly executionNoise: number;
  readonly humanStepsPerRound: number;
  readonly policy: PolicySpec;
  readonly plans: readonly PlanName[];
}

const MAIN: Cell = {
  title: "",
  engine: "tabletop",
  stick: 0.95,
  perceptionBias: 0.1,
  executionNoise: 0.05,
  humanStepsPerRound: SIZES.humanStepsPerRound,
  policy: MLP,
  plans: ["demos", "hg", "rule-2", "rule-1", "rac", "no-recovery", "with-policy", "shuffled"],
};
const GRID: readonly PlanName[] = ["demos", "hg", "rule-2", "rac"];

/** By the first part of an arm's id; the main cell's arms have none. */
export const CELLS = {
  main: MAIN,
  control: {
    ...MAIN,
    title: "Slot seen as it is",
    perceptionBias: 0,
    plans: ["demos", "hg", "rac"],
  },
  "stick95-600": {
    ...MAIN,
    title: "600 human steps a round",
    humanStepsPerRound: 600,
    plans: GRID,
  },
  "stick50-250": { ...MAIN, title: "Easy sliding", stick: 0.5, plans: GRID },
  "stick50-600": {
    ...MAIN,
    title: "Easy sliding, 600 human steps a round",
    stick: 0.5,
    humanStepsPerRound: 600,
    plans: GRID,
  },
  easy: {
    ...MAIN,
    title: "Easy sliding, better sight, more noise, 600 human steps a round",
    stick: 0.5,
    perceptionBias: 0.07,
    executionNoise: 0.1,
    humanStepsPerRound: 600,
    plans: GRID,
  },
  flow: { ...MAIN, title: "Flow-matching chunks", policy: FLOW, plans: ["demos", "hg", "rac"] },
  mujoco: {
    ...MAIN,
    title: "MuJoCo, one peg",
    engine: "mujoco",
    plans: ["demos", "hg", "rac"],
  },
} as const satisfies Readonly<Record<string, Cell>>;
export type CellName = keyof typeof CELLS;
export const CELL_NAMES = Object.keys(CELLS) as CellName[]; // the keys of the literal above

export const armOf = (cell: CellName, name: PlanName | "initial"): string =>
  cell === "main" ? name : `${cell}-${name}`;

/** An episode ends at so many recoveries: what trying again is worth, at one fixed policy. */
export const CAPS = [1, 2, 3, 4, 6, 8] as const;
