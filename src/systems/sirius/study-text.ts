import type { ArmInfo, Comparison, PaperFigure } from "#core/study.ts";
import { EVICTIONS } from "#learn/episodes/eviction.ts";
import { CONTROLS, PLANS, REACTIONS, type Reaction, SLOW, TRANSFERRED } from "./study-arms.ts";

const NAMES: Readonly<Record<string, { readonly title: string; readonly role: ArmInfo["role"] }>> =
  {
    bc: { title: "Cloning of all steps alike", role: "baseline" },
    hg: { title: "Cloning of people's steps only (HG-DAgger)", role: "baseline" },
    iwr: { title: "Intervention-weighted regression", role: "baseline" },
    "iwr-clip": { title: "The same, gradients shortened to 1 as in its code", role: "baseline" },
    sirius: { title: "Sirius", role: "method" },
    "no-pre": { title: "Sirius without the class of steps before a take-over", role: "ablation" },
    "pre-002": { title: "Sirius, 0.002 of the loss for those steps", role: "ablation" },
    shuffled: { title: "Sirius, weights dealt out at random", role: "control" },
  };

const armOf = (name: string, reaction: Reaction) => `${name}-w${reaction}`;
const nameOf = (name: string) => NAMES[name] ?? { title: name, role: "method" as const };

/** In the order they are printed. */
export const arms: readonly ArmInfo[] = [
  { id: "initial", title: "Demonstrations only, before any deployment", role: "baseline" },
  ...REACTIONS.flatMap((reaction) =>
    [...Object.keys(PLANS), "demos"].map((name) => ({
      id: armOf(name, reaction),
      title: `W ${reaction}: ${name === "demos" ? "Full demonstrations for the same human steps" : nameOf(name).title}`,
      role: name === "demos" ? ("baseline" as const) : nameOf(name).role,
    })),
  ),
  ...EVICTIONS.map((strategy) => ({
    id: `memory-${strategy}`,
    title: `W ${SLOW}: Sirius, memory of 30 %, ${strategy}`,
    role: strategy === "lfi" ? ("method" as const) : ("baseline" as const),
  })),
  { id: "control-initial", title: "Slot seen as it is: demonstrations only", role: "control" },
  ...CONTROLS.map((name) => ({
    id: `control-${name}`,
    title: `Slot seen as it is, W ${SLOW}: ${nameOf(name).title}`,
    role: "control" as const,
  })),
];

const beats = (arm: string, against: string, text: string): Comparison => ({
  id: `${arm}-beats-${against}`,
  text,
  metric: "success",
  arm,
  against,
  expect: { above: 0 },
});

const people: Readonly<Record<Reaction, string>> = {
  8: "a quick person (W 8)",
  25: "a slow person (W 25)",
};

const overBaselines = (reaction: Reaction): Comparison[] => {
  const than = {
    bc: "cloning of all steps alike",
    hg: "cloning of people's steps only",
    iwr: "IWR",
    demos: "full demonstrations for the same human steps",
    shuffled: "weights dealt out at random",
  };
  return Object.entries(than).map(([against, what]) =>
    beats(
      armOf("sirius", reaction),
      armOf(against, reaction),
      `Under ${people[reaction]} Sirius succeeds more often than ${what}.`,
    ),
  );
};

/** Less than this is no difference that a team would notice. */
const SMALL = 0.05;

/** Written down after a trial of one seed that is no seed of the study, before its first run. */
export const claims: readonly Comparison[] = [
  ...REACTIONS.flatMap(overBaselines),
  ...REACTIONS.map((reaction) =>
    beats(
      armOf("sirius", reaction),
      armOf("no-pre", reaction),
      `Under ${people[reaction]} the class of steps before a take-over adds success.`,
    ),
  ),
  {
    id: "pre-class-grows-with-reaction",
    text: "What the class of steps before a take-over adds is more under the slow person than under the quick one.",
    metric: "over-no-pre",
    arm: armOf("sirius", 25),
    against: armOf("sirius", 8),
    expect: { above: 0 },
  },
  ...REACTIONS.map(
    (reaction): Comparison => ({
      id: `pre-002-costs-little-w${reaction}`,
      text: `Under ${people[reaction]} 0.002 in place of 0 for the steps before a take-over costs less than ${SMALL} of success.`,
      metric: "success",
      arm: armOf("sirius", reaction),
      against: armOf("pre-002", reaction),
      expect: { below: SMALL },
    }),
  ),
  ...(["bc", "iwr", "no-pre"] as const).map(
    (against): Comparison => ({
      id: `mechanism-over-${against}`,
      text: `Where a slow person took over, Sirius's policy goes further up than that of ${{ bc: "plain cloning", iwr: "IWR", "no-pre": "Sirius without the class before a take-over" }[against]}.`,
      metric: "vertical-at-take-over",
      arm: armOf("sirius", SLOW),
      against: armOf(against, SLOW),
      expect: { above: 0 },
    }),
  ),
  ...REACTIONS.map(
    (reaction): Comparison => ({
      id: `human-share-falls-w${reaction}`,
      text: `Under ${people[reaction]} a person drives for a smaller share of the last round than of the first.`,
      metric: "human-share-fall",
      arm: armOf("sirius", reaction),
      expect: { above: 0 },
    }),
  ),
  {
    id: "converges-faster-than-iwr",
    text: "Averaged over rounds, Sirius succeeds more often than IWR under the slow person: it converges faster.",
    metric: "success-over-rounds",
    arm: armOf("sirius", SLOW),
    against: armOf("iwr", SLOW),
    expect: { above: 0 },
  },
  {
    id: "memory-lfi-costs-little",
    text: `A memory of 30 % that lets the least intervened go costs less than ${SMALL} of success.`,
    metric: "success",
    arm: armOf("sirius", SLOW),
    against: "memory-lfi",
    expect: { below: SMALL },
  },
  beats(
    "memory-lfi",
    armOf("sirius", SLOW),
    "A memory of 30 % under lfi beats keeping everything.",
  ),
  ...EVICTIONS.filter((strategy) => strategy !== "lfi").map((strategy) =>
    beats(
      "memory-lfi",
      `memory-${strategy}`,
      `With a memory of 30 % lfi succeeds more often than ${strategy}.`,
    ),
  ),
  {
    id: "control-sirius-gains-nothing",
    text: `Where the slot is seen as it is, Sirius gains less than ${SMALL} over plain cloning.`,
    metric: "success",
    arm: "control-sirius",
    against: "control-bc",
    expect: { below: SMALL },
  },
];

/** Only in full runs: MuJoCo is slow. Written down before the first of them. */
export const full = {
  arms: [
    { id: "mujoco-initial", title: "MuJoCo: demonstrations only", role: "baseline" },
    ...TRANSFERRED.map((name) => ({
      id: `mujoco-${name}`,
      title: `MuJoCo, W ${SLOW}: ${nameOf(name).title}`,
      role: nameOf(name).role,
    })),
  ] satisfies ArmInfo[],
  claims: [
    beats(
      "mujoco-sirius",
      "mujoco-bc",
      "In MuJoCo too Sirius succeeds more often than cloning of all steps alike.",
    ),
    beats(
      "mujoco-sirius",
      "mujoco-hg",
      "In MuJoCo Sirius succeeds more often than cloning of people's steps only.",
    ),
  ],
};

export const paper: readonly PaperFigure[] = [
  {
    text: "8 % more success in simulation and 27 % on hardware than the best method before.",
    source: "[seed] abstract",
  },
  { text: "Convergence twice as fast, with 85 % less memory.", source: "[seed] abstract" },
  {
    text: "Letting the least intervened trajectories go can beat keeping everything.",
    source: "[summary]",
  },
];
