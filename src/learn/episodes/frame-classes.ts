/**
 * The class of every step that Sirius (Liu et al. 2023, section IV) weights its loss by. Derived from
 * what was recorded each time it is needed, so that the window may change later.
 */
import { assert } from "#core/assert.ts";
import type { Episode } from "#core/episode.ts";
import { takeOvers } from "./take-overs.ts";

export const FRAME_CLASSES = ["demo", "robot", "pre-intervention", "intervention"] as const;
export type FrameClass = (typeof FRAME_CLASSES)[number];

/** How long before a take-over the policy's own steps are held against it. */
export type PreWindow = { readonly steps: number } | { readonly seconds: number };

/** 15 control steps, as published. */
export const PRE_WINDOW_DEFAULT: PreWindow = { steps: 15 };

export interface ClassRules {
  readonly preWindow?: PreWindow;
  /** Episodes in which a person did every step count as demonstrations: only if the user says so. */
  readonly allHumanIsDemo?: boolean;
}

type Recorded = Pick<Episode, "rows" | "notReal" | "preWindows" | "controlHz">;

/** Steps of a window at a control rate, rounded to the nearest. */
export function windowSteps(window: PreWindow, controlHz: number): number {
  const steps = "steps" in window ? window.steps : Math.round(window.seconds * controlHz);
  assert(Number.isSafeInteger(steps) && steps >= 0, "a pre-intervention window of 0 or more steps");
  return steps;
}

/**
 * [rows] classes. A window covers the policy's own steps only: it ends at the episode's start, at an
 * earlier take-over and at a demonstration. Take-overs marked as not real count as the policy's own
 * steps and cast no window; a window a person moved goes before the project's.
 */
export function frameClasses(
  episode: Recorded,
  { preWindow = PRE_WINDOW_DEFAULT, allHumanIsDemo = false }: ClassRules = {},
): FrameClass[] {
  const { rows, controlHz, preWindows } = episode;
  if (allHumanIsDemo && rows.every(({ source }) => source === "human"))
    return rows.map(() => "demo");
  const classes: FrameClass[] = rows.map(({ source }) => (source === "demo" ? "demo" : "robot"));
  const real = takeOvers(episode).filter((takeOver) => takeOver.real);
  for (const { start, end } of real) classes.fill("intervention", start, end);
  const standard = windowSteps(preWindow, controlHz);
  for (const { id, start } of real) {
    const first = Math.max(0, start - (preWindows[String(id)] ?? standard));
    for (let i = start - 1; i >= first && classes[i] === "robot"; i--)
      classes[i] = "pre-intervention";
  }
  return classes;
}

export type ClassCounts = Readonly<Record<FrameClass, number>>;

/** How many steps of each class there are in episodes that were labelled. */
export function classCounts(labelled: Iterable<readonly FrameClass[]>): ClassCounts {
  const counts = { demo: 0, robot: 0, "pre-intervention": 0, intervention: 0 };
  for (const classes of labelled) for (const one of classes) counts[one] += 1;
  return counts;
}
