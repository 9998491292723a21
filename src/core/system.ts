import { z } from "zod";
import type { Operation } from "./operation.ts";
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

/** One published correction loop, composed from shared parts. */
export interface System {
  readonly id: string;
  readonly parts: readonly LoopPart[];
  readonly operations: readonly Operation<never, unknown>[];
  readonly study: Study;
}
