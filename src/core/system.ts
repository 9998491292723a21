import { z } from "zod";
import type { Assessor, Learner } from "./contracts.ts";
import type { Document, Item } from "./item.ts";
import type { Lesson } from "./lesson.ts";
import type { Operation } from "./operation.ts";
import type { ProjectConfig } from "./project.ts";
import type { Proposal } from "./proposal.ts";
import type { Study } from "./study.ts";

export const Family = z.enum(["routing", "alignment", "control", "vision", "reasoning"]);
export type Family = z.infer<typeof Family>;

/** What the gallery shows of a system. Plain data: listed without loading any of its code. */
export const SystemCard = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string(),
  family: Family,
  year: z.int(),
  /** arXiv number of the paper, e.g. `2306.16564`. */
  arxiv: z.string().optional(),
  /** The loop in about five words: "rules → risk → review → refit → error". */
  loop: z.string(),
  /** What it is for, in one sentence. */
  summary: z.string(),
  corrector: z.enum(["person", "verifier", "optimiser", "behaviour", "hindsight"]),
  taskKind: z.string(),
  status: z.enum(["works", "planned"]),
});
export type SystemCard = z.infer<typeof SystemCard>;

/** The five verbs of a system with the parts it wires together, for its page. */
export interface LoopPart {
  readonly verb: "propose" | "assess" | "correct" | "learn" | "measure";
  readonly part: string;
  /** Path of its source in the repository. */
  readonly source: string;
}

/** An item of a project with the proposal made for it; `proposal.votes` holds every source's vote, rules included. */
export interface PoolRow<O> {
  readonly item: Item<Document>;
  readonly proposal: Proposal<O>;
}

/** What lets a project run on a system: learn from its pool and corrections, assess with what was learned. */
export interface ProjectLoop<O> {
  /** `learn(history)` fits on the pool with the standing corrections as one more source. */
  learner(pool: readonly PoolRow<O>[], config: ProjectConfig): Learner<O>;
  /** Throws a `Problem` when the lesson is not this system's. Cheap to call again with the same lesson. */
  assessor(lesson: Lesson, config: ProjectConfig): Assessor<O>;
  /** Share of the say of each source on an item nobody has answered, summing to 1. */
  weights(lesson: Lesson): Readonly<Record<string, number>>;
}

/** One published correction loop, composed from shared parts. */
export interface System {
  readonly id: string;
  readonly parts: readonly LoopPart[];
  readonly operations: readonly Operation<never, unknown>[];
  readonly study: Study;
  /** Present where a project of a person's own can be built on the system. */
  readonly project?: ProjectLoop<string>;
}
