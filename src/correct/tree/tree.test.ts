import { expect, test } from "vitest";
import { TreeSchema } from "#core/tree.ts";
import { taskKindSuite } from "#correct/task-kind.suite.ts";
import { applyOperations } from "./operations.ts";
import { node, sleep, trees } from "./tree.fixture.ts";
import { treeKind } from "./tree.ts";

const schema = TreeSchema.parse({ title: "sleep", depthMax: 6, aspectsMax: 6 });

taskKindSuite({
  kind: treeKind,
  schema,
  outputs: trees,
  misfit: node("root", ["m1", "m1"]),
});

test("a moved category is one edit, and so is one taken from before its siblings", () => {
  const after = node(
    "sleep",
    [],
    node("outcome", ["s1", "s4"], node("light", ["s3"])),
    node("treatment", ["s5"], node("drugs", ["s1", "s2"])),
  );
  expect(treeKind.diff(sleep, after)).toEqual([
    {
      kind: "move-node",
      node: "outcome",
      from: { parent: "sleep", at: 1 },
      to: { parent: "sleep", at: 0 },
    },
    {
      kind: "move-node",
      node: "light",
      from: { parent: "treatment", at: 1 },
      to: { parent: "outcome", at: 0 },
    },
  ]);
  const without = node("sleep", [], node("outcome", ["s1", "s4"]));
  const kinds = treeKind.diff(sleep, without).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "move-node")).toEqual([]);
  expect(kinds.filter((kind) => kind === "remove-node")).toHaveLength(3);
});

test("the distance is the share of pairs, links and neighbours that differ", () => {
  const a = node("r", [], node("x", ["m"]), node("y"));
  const b = node("r", [], node("x"), node("y", ["m"]));
  // Pairs (m,r) shared of 3; links all shared; order: 2 of 4 shared.
  expect(treeKind.distance(a, b)).toBeCloseTo(0.6 * (2 / 3) + 0.1 * 0.5, 12);
  expect(treeKind.distance(a, node("other"))).toBe(1);
  expect(treeKind.distance(node("r"), node("r"))).toBe(0);
});

test("a move within an aspect costs less than one to another aspect", () => {
  const tree = (...at: [string[], string[], string[]]) =>
    node("r", [], node("p", [], node("p1", at[0]), node("p2", at[1])), node("q", at[2]));
  const gold = tree(["m"], [], []);
  const near = treeKind.distance(gold, tree([], ["m"], []));
  expect(near).toBeGreaterThan(0);
  expect(near).toBeLessThan(treeKind.distance(gold, tree([], [], ["m"])));
});

test("a cycle, a taken id, a stale edit and a full category are refused", () => {
  const move = (id: string, to: string) => () =>
    applyOperations(sleep, [
      {
        kind: "move-node",
        node: id,
        from: { parent: "sleep", at: 0 },
        to: { parent: to, at: 0 },
      },
    ]);
  expect(move("treatment", "drugs")).toThrow("cannot be moved into itself");
  expect(move("treatment", "treatment")).toThrow("cannot be moved into itself");
  expect(move("outcome", "treatment")).toThrow("finds something else");
  expect(move("nothing", "treatment")).toThrow("no such category");
  const refused = [
    [{ kind: "add-node", node: "drugs", parent: "sleep", at: 0, name: "d" }, "id already"],
    [{ kind: "add-node", node: "new", parent: "sleep", at: 3, name: "d" }, "past the end"],
    [{ kind: "rename", node: "drugs", from: "medicine", to: "d" }, "another name"],
    [{ kind: "place", member: "s1", node: "drugs", at: 0 }, "placed there already"],
    [{ kind: "unplace", member: "s2", node: "drugs", at: 0 }, "finds something else"],
    [
      { kind: "remove-node", node: "outcome", parent: "sleep", at: 1, name: "outcome" },
      "holds something",
    ],
    [{ kind: "set", from: null, to: null }, "another by now"],
  ] as const;
  for (const [operation, said] of refused)
    expect(() => applyOperations(sleep, [operation])).toThrow(said);
  expect(() => applyOperations(null, [{ kind: "rename", node: "a", from: "a", to: "b" }])).toThrow(
    "no tree to edit",
  );
});

test("the check names what does not fit: depth, aspects, ids, names", () => {
  const strict = TreeSchema.parse({ title: "sleep", depthMax: 1, aspectsMax: 1 });
  const said = (tree: typeof sleep, by = strict) => {
    const checked = treeKind.check(tree, by);
    return checked.ok ? "fits" : checked.error.message;
  };
  expect(said(sleep)).toContain("too many aspects");
  expect(said(node("r", [], node("a", [], node("b"))))).toContain("too deep");
  expect(said(node("r", [], node("r")))).toContain("one id");
  expect(said({ ...node("r"), name: " " })).toContain("no name");
  expect(said(node("r"))).toBe("fits");
  expect(said(sleep, schema)).toBe("fits");
});

test("severity is how wrong the tree is, and 1 where there is none", () => {
  expect(treeKind.severity(null, sleep, schema)).toBe(1);
  expect(treeKind.severity(node("sleep"), sleep, schema)).toBe(
    treeKind.distance(node("sleep"), sleep),
  );
});
