/** Topic trees: categories in categories, and what is placed in them. */
import { z } from "zod";

/**
 * A category. `members` are the ids of what is placed here itself, not below it. The output of task
 * kind `tree` is a root, whose children are the aspects a field is seen under; what is placed at the
 * root is in no category.
 */
export interface TreeNode {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly children: readonly TreeNode[];
}
export const TreeNode: z.ZodType<TreeNode> = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  members: z.array(z.string().min(1)),
  get children() {
    return z.array(TreeNode);
  },
});

/**
 * One edit, each with what it needs to be undone. Positions count from 0 among the siblings or
 * members, after what is moved was taken out.
 */
export const TreeOperation = z.discriminatedUnion("kind", [
  /** A whole tree where there was none or another root. */
  z.strictObject({
    kind: z.literal("set"),
    from: TreeNode.nullable(),
    to: TreeNode.nullable(),
  }),
  z.strictObject({
    kind: z.literal("add-node"),
    node: z.string().min(1),
    parent: z.string().min(1),
    at: z.int().nonnegative(),
    name: z.string(),
  }),
  /** Of a node without children and members. */
  z.strictObject({
    kind: z.literal("remove-node"),
    node: z.string().min(1),
    parent: z.string().min(1),
    at: z.int().nonnegative(),
    name: z.string(),
  }),
  z.strictObject({
    kind: z.literal("rename"),
    node: z.string().min(1),
    from: z.string(),
    to: z.string(),
  }),
  z.strictObject({
    kind: z.literal("move-node"),
    node: z.string().min(1),
    from: z.strictObject({ parent: z.string().min(1), at: z.int().nonnegative() }),
    to: z.strictObject({ parent: z.string().min(1), at: z.int().nonnegative() }),
  }),
  z.strictObject({
    kind: z.literal("place"),
    member: z.string().min(1),
    node: z.string().min(1),
    at: z.int().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal("unplace"),
    member: z.string().min(1),
    node: z.string().min(1),
    at: z.int().nonnegative(),
  }),
]);
export type TreeOperation = z.infer<typeof TreeOperation>;

/** What a project states about its trees. */
export const TreeSchema = z.strictObject({
  title: z.string().min(1),
  /** Levels below the root. */
  depthMax: z.int().positive().default(4),
  aspectsMax: z.int().positive().default(5),
});
export type TreeSchema = z.infer<typeof TreeSchema>;
