/** What the addresses of screens may say: the values their search parameters can take. */
import type { ReviewOrder } from "#core/project.ts";
import type { RewriteState } from "#core/rewrite.ts";
import type { Family, SystemCard } from "#core/system.ts";
import type { QueueRow } from "#core/views.ts";

export const ORDERS: readonly ReviewOrder[] = ["cost", "uncertainty", "diversity", "random"];
export const STATES: readonly QueueRow["state"][] = [
  "open",
  "answered",
  "skipped",
  "waiting",
  "accepted",
];
export const REWRITE_STATES: readonly RewriteState[] = ["proposed", "shadow", "live", "blocked"];
export const FAMILIES: readonly Family[] = [
  "routing",
  "alignment",
  "control",
  "vision",
  "reasoning",
];
export const CORRECTORS: readonly SystemCard["corrector"][] = [
  "person",
  "verifier",
  "optimiser",
  "behaviour",
  "hindsight",
];
export const STATUSES: readonly SystemCard["status"][] = ["works", "planned"];
export const WRITING_PANELS = ["history", "filter"] as const;
export type WritingPanel = (typeof WRITING_PANELS)[number];
export const ROBOT_PANELS = ["rounds", "policies", "episodes", "memory"] as const;
export type RobotPanel = (typeof ROBOT_PANELS)[number];
export const LANGUAGE_VIEWS = ["compare", "scores", "train", "judges", "data"] as const;
export type LanguageView = (typeof LANGUAGE_VIEWS)[number];
export const AGGREGATES = ["mean", "wco", "uwo"] as const;
export const TABS = ["study", "use", "read"] as const;
