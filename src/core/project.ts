import { z } from "zod";
import { ComparisonSchema } from "./comparison.ts";
import { EpisodeSchema } from "./episode.ts";
import { Problem } from "./errors.ts";
import { ProjectId } from "./ids.ts";
import { TextSchema } from "./text.ts";
import { TreeSchema } from "./tree.ts";

/** The label set of a project and what its errors cost. */
export const LabelSchema = z
  .strictObject({
    classes: z.array(z.string().min(1)).min(2),
    /** The class precision, recall and F1 are stated for. */
    positive: z.string(),
    /** Cost of an item of class `gold` going out as something else; 1 where absent. */
    severity: z.record(z.string(), z.number().nonnegative()).default({}),
  })
  .refine(({ classes }) => new Set(classes).size === classes.length, "classes without repeats")
  .refine(
    ({ classes, positive }) => classes.includes(positive),
    "a positive class that is one of the classes",
  );
export type LabelSchema = z.infer<typeof LabelSchema>;

/** A declarative voter: `votes` for its label where it matches, abstains elsewhere. */
export const Rule = z.discriminatedUnion("kind", [
  z.strictObject({
    id: z.string().min(1),
    kind: z.literal("regex"),
    label: z.string(),
    field: z.string().default("text"),
    pattern: z.string().min(1),
    /** `i` ignores case, `m` lets ^ and $ match at lines, `s` lets . match newlines. */
    flags: z
      .string()
      .regex(/^[ims]*$/)
      .default("i"),
    because: z.string().optional(),
  }),
  z.strictObject({
    id: z.string().min(1),
    kind: z.literal("keywords"),
    label: z.string(),
    field: z.string().default("text"),
    words: z.array(z.string().min(1)).min(1),
    /** How many different words must occur. */
    atLeast: z.int().positive().default(1),
    because: z.string().optional(),
  }),
  z.strictObject({
    id: z.string().min(1),
    kind: z.literal("lookup"),
    field: z.string(),
    /** Value of the field, lower case → label. */
    table: z.record(z.string(), z.string()),
    because: z.string().optional(),
  }),
  z.strictObject({
    id: z.string().min(1),
    kind: z.literal("number"),
    label: z.string(),
    field: z.string(),
    above: z.number().optional(),
    below: z.number().optional(),
    because: z.string().optional(),
  }),
]);
export type Rule = z.infer<typeof Rule>;

export const ReviewOrder = z.enum(["cost", "uncertainty", "diversity", "random"]);
export type ReviewOrder = z.infer<typeof ReviewOrder>;

/** A composition of the five verbs, as stored. */
export const ProjectConfig = z.strictObject({
  name: z.string().min(1).max(200),
  task: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("label"), schema: LabelSchema }),
    z.strictObject({ kind: z.literal("text"), schema: TextSchema }),
    z.strictObject({ kind: z.literal("comparison"), schema: ComparisonSchema }),
    z.strictObject({ kind: z.literal("episode"), schema: EpisodeSchema }),
    z.strictObject({ kind: z.literal("tree"), schema: TreeSchema }),
  ]),
  rules: z.array(Rule).default([]),
  assess: z
    .strictObject({ system: z.string(), options: z.record(z.string(), z.unknown()).default({}) })
    .default({ system: "pareto-calibration", options: {} }),
  route: z
    .strictObject({
      /** Below this calibrated risk a proposal goes out without a person. */
      acceptBelow: z.number().min(0).max(1).default(0.02),
      blockAbove: z.number().min(0).max(1).default(1),
    })
    .default({ acceptBelow: 0.02, blockAbove: 1 }),
  correct: z
    .strictObject({
      order: ReviewOrder.default("cost"),
      /** Share of accepted items shown to a person all the same: what the error of the unreviewed is known from. */
      auditShare: z.number().min(0).max(1).default(0.05),
      /** Share of cases shown without the suggestion, to measure anchoring. */
      blindShare: z.number().min(0).max(1).default(0.05),
      refitEvery: z.int().positive().default(40),
    })
    .default({ order: "cost", auditShare: 0.05, blindShare: 0.05, refitEvery: 40 }),
});
export type ProjectConfig = z.infer<typeof ProjectConfig>;

/** Whether the project has a queue of items to assess and to label. */
export const isLabelProject = ({ task }: Pick<ProjectConfig, "task">): boolean =>
  task.kind === "label";

/**
 * The label set of a project of labels.
 *
 * @throws Problem `conflict` for a project of another task kind: it has no queue of labels.
 */
export function labelSchema({ name, task }: ProjectConfig): LabelSchema {
  if (task.kind === "label") return task.schema;
  throw new Problem("conflict", `"${name}" is not a project of labels`, {
    expected: "a project of task kind label",
    got: `one of task kind ${task.kind}`,
  });
}

export const Project = z.strictObject({
  id: ProjectId,
  config: ProjectConfig,
  createdAtMs: z.number(),
});
export type Project = z.infer<typeof Project>;
