import { z } from "zod";
import type { ClassTarget } from "#learn/episodes/class-weights.ts";
import { type ClassRules, FRAME_CLASSES } from "#learn/episodes/frame-classes.ts";

/** Options of every operation that classes steps. */
export const ClassOptions = {
  preWindowSteps: z
    .int()
    .nonnegative()
    .max(10_000)
    .default(15)
    .describe("steps before a take-over that are held against the policy"),
  preWindowSeconds: z
    .number()
    .nonnegative()
    .optional()
    .describe("the same in seconds, in place of steps, for recordings at several control rates"),
  allHumanIsDemo: z
    .boolean()
    .default(false)
    .describe("an episode a person did from start to end is a demonstration"),
  intervention: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("share of the loss for people's steps"),
  preIntervention: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      "share of the loss for the steps just before a take-over; 0.002 in the authors' code",
    ),
};

interface Classing {
  readonly preWindowSteps: number;
  readonly preWindowSeconds?: number | undefined;
  readonly allHumanIsDemo: boolean;
  readonly intervention: number;
  readonly preIntervention: number;
}

export const rulesOf = (input: Classing): ClassRules => ({
  preWindow:
    input.preWindowSeconds === undefined
      ? { steps: input.preWindowSteps }
      : { seconds: input.preWindowSeconds },
  allHumanIsDemo: input.allHumanIsDemo,
});

export const targetOf = ({ intervention, preIntervention }: Classing): ClassTarget => ({
  intervention,
  preIntervention,
});

/** Both shares together are at most all of the loss. */
export const sharesFit = ({ intervention, preIntervention }: Classing): boolean =>
  intervention + preIntervention <= 1;
export const SHARES_FIT = {
  path: ["preIntervention"],
  message: "at most 1 together with the share of people's steps",
};

export const FrameClassName = z.enum(FRAME_CLASSES);
export const ByClass = z.record(FrameClassName, z.number());

/** How the classes were weighted. */
export const WeightsReport = z.strictObject({
  /** Steps of each class. */
  counts: ByClass,
  /** Share of the steps, and of the loss after weighting. */
  shares: ByClass,
  targets: ByClass,
  weights: ByClass,
  /** There were more demonstrations than the target leaves room for: the policy's steps got 0. */
  clipped: z.boolean(),
  /** Nothing to weigh: every weight is 1. */
  plain: z.boolean(),
});
