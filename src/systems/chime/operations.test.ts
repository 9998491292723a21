import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Operation } from "#core/operation.ts";
import { rngOf } from "#core/rng.ts";
import type { TreeNode } from "#core/tree.ts";
import { applyOperations } from "#correct/tree/operations.ts";
import { applyEdit, EditOutput } from "./apply-edit.ts";
import { DraftOutput, draftHierarchy } from "./draft-hierarchy.ts";
import { exampleCorrector, exampleStudies, exampleTree, exampleTrees } from "./example.ts";
import { exportTree } from "./export-tree.ts";
import { ImportOutput, importOutline } from "./import-outline.ts";
import { LabelOutput, labelPairs } from "./label-rows.ts";
import { ReassessOutput, reassess } from "./reassess.ts";
import { TrainOutput, trainCorrector } from "./train-corrector.ts";

const run = <In, Out>({ id, input, run: go }: Operation<In, Out>, given: object) =>
  go(input.parse(given), {
    rng: rngOf("1").split(id),
    clock: manualClock(),
    signal: new AbortController().signal,
    progress: () => undefined,
  });

const placed = (tree: TreeNode): string[] => [...tree.members, ...tree.children.flatMap(placed)];

test("draft: every study in the tree once, with its path, and those known by title alone", async () => {
  const output = await run(draftHierarchy, { title: "Sleep", studies: exampleStudies });
  expect(DraftOutput.parse(output)).toEqual(output);
  expect(placed(output.tree).sort()).toEqual(exampleStudies.map(({ id }) => id).sort());
  expect(output.tree.children).toHaveLength(5);
  expect(output.rows.filter(({ titleOnly }) => titleOnly).map(({ id }) => id)).toEqual(["s12"]);
  for (const { categories } of output.rows) expect(categories).toHaveLength(1);
});

test("draft: no study, one, copies, hidden ones, another script", async () => {
  const none = await run(draftHierarchy, { studies: [] });
  expect(none.tree).toMatchObject({ members: [], children: [] });
  const one = await run(draftHierarchy, { studies: [{ id: "a", title: "Light" }] });
  expect(one.tree.members).toEqual(["a"]);
  expect(one.checks.map(({ kind }) => kind)).toEqual(["uncategorised"]);
  const studies = [
    { id: "a", title: "Light at night", doi: "10.1/X" },
    { id: "b", title: "light, at night" },
    { id: "c", title: "Another", doi: "10.1/x" },
    { id: "d", title: "Withdrawn", hidden: true },
    { id: "e", title: "Свет ночью и сон" },
  ];
  const mixed = await run(draftHierarchy, { studies });
  expect(mixed.duplicates).toEqual([
    { id: "b", of: "a" },
    { id: "c", of: "a" },
  ]);
  expect(mixed.hidden).toEqual(["d"]);
  expect(placed(mixed.tree).sort()).toEqual(["a", "e"]);
  await expect(
    run(draftHierarchy, { studies: [{ id: "d", title: "Withdrawn", hidden: true }] }),
  ).rejects.toThrow("All studies are hidden");
  await expect(
    run(draftHierarchy, { studies: [studies[0], { ...studies[4], id: "a" }] }),
  ).rejects.toThrow("Two studies have one id");
});

test("edit: the tree after it, the way back, and what it teaches", async () => {
  const edit = { gesture: "move-study", member: "s5", from: "2", to: "1.2" };
  const output = await run(applyEdit, { tree: exampleTree, edit });
  expect(EditOutput.parse(output)).toEqual(output);
  expect(applyOperations(output.tree, output.undo)).toEqual(exampleTree);
  expect(output.pairs).toEqual([
    { study: "s5", category: "2", belongs: false },
    { study: "s5", category: "1.2", belongs: true },
    { study: "s5", category: "1", belongs: true },
  ]);
});

test("edit: on top of what others did meanwhile, or a conflict; a cycle is refused", async () => {
  const meanwhile = [{ kind: "rename", node: "1", from: "Treatment", to: "Means" }];
  const merged = await run(applyEdit, {
    tree: exampleTree,
    edit: { gesture: "move-category", node: "1.1", to: "2" },
    meanwhile,
  });
  expect(merged.tree?.children.map(({ name }) => name)).toEqual(["Means", "Consequences"]);
  expect(merged.revisions).toEqual({ "1": 1, "1.1": 1 });
  await expect(
    run(applyEdit, {
      tree: exampleTree,
      edit: {
        gesture: "operations",
        operations: [{ kind: "rename", node: "1", from: "Treatment", to: "Cure" }],
      },
      meanwhile,
    }),
  ).rejects.toThrow("Somebody else has changed the same thing");
  await expect(
    run(applyEdit, {
      tree: exampleTree,
      edit: { gesture: "move-category", node: "1", to: "1.1" },
    }),
  ).rejects.toThrow("into itself");
});

test("every gesture is offered", async () => {
  const edits = [
    { gesture: "promote-children", node: "1" },
    { gesture: "remove-branch", node: "2" },
    { gesture: "merge", from: "1.2", into: "1.3" },
    { gesture: "split", node: "1.3", id: "new", name: "Naps", members: ["s7"] },
    { gesture: "place", member: "s12", nodes: ["2.2", "1"] },
  ];
  for (const edit of edits) {
    const { tree, undo } = await run(applyEdit, { tree: exampleTree, edit });
    expect(tree).not.toEqual(exampleTree);
    expect(applyOperations(tree, undo)).toEqual(exampleTree);
  }
});

test("train: the example corrector is what the example trees teach", async () => {
  const output = await run(trainCorrector, { trees: exampleTrees });
  expect(TrainOutput.parse(output)).toEqual(output);
  expect(output.rows.map(({ corrected }) => corrected)).toEqual([11, 3]);
  expect(JSON.parse(JSON.stringify(output.corrector))).toEqual(exampleCorrector);
});

test("train: trees nobody edited teach nothing, a log that does not fit and strangers are refused", async () => {
  const [first] = exampleTrees;
  if (first === undefined) throw new Error("no example");
  await expect(run(trainCorrector, { trees: [{ ...first, log: [] }] })).rejects.toThrow(
    "Nothing can be learned",
  );
  await expect(
    run(trainCorrector, {
      trees: [{ ...first, log: [{ kind: "unplace", member: "s1", node: "2", at: 0 }] }],
    }),
  ).rejects.toThrow("finds something else");
  await expect(
    run(trainCorrector, { trees: [{ ...first, studies: first.studies.slice(2) }] }),
  ).rejects.toThrow("places a study that is not there");
});

test("reassess: all pairs, suggestions before doubts, doubts falling", async () => {
  const output = await run(reassess, {
    tree: exampleTree,
    studies: exampleStudies,
    corrector: exampleCorrector,
  });
  expect(ReassessOutput.parse(output)).toEqual(output);
  expect(output.pairs).toHaveLength(12 * 7);
  const kept = output.pairs.findIndex(({ suggestion }) => suggestion === "keep");
  expect(output.pairs.slice(kept).every(({ suggestion }) => suggestion === "keep")).toBe(true);
  const doubts = output.pairs.slice(kept).map(({ doubt }) => doubt);
  expect(doubts).toEqual([...doubts].sort((a, b) => b - a));
  for (const { suggestion, placed: isPlaced } of output.pairs)
    if (suggestion !== "keep") expect(suggestion).toBe(isPlaced ? "remove" : "place");
});

test("export: each format holds every study and escapes what it must", async () => {
  const odd = [{ id: "s1", title: '=Light & "dark", <night>' }];
  const tree: TreeNode = {
    id: "root",
    name: "Sleep & work",
    members: [],
    children: [{ id: "1", name: "Light", members: ["s1"], children: [] }],
  };
  const text = async (format: string) =>
    (await run(exportTree, { tree, studies: odd, format })).text;
  expect(await text("opml")).toContain(
    '<outline text="=Light &amp; &quot;dark&quot;, &lt;night&gt;" study="s1"/>',
  );
  expect(await text("freeplane")).toContain('<node TEXT="Sleep &amp; work">');
  expect(await text("csv")).toContain(
    's1,"\'=Light & ""dark"", <night>",1,Sleep & work / Light\r\n',
  );
  expect(await text("markdown")).toBe(
    '# Sleep & work\n\n- **Light**\n  - =Light & "dark", <night> `s1`\n',
  );
  expect(JSON.parse(await text("json"))).toEqual(tree);
  for (const format of ["opml", "freeplane", "csv", "markdown", "json"]) {
    const whole = await run(exportTree, { tree: exampleTree, studies: exampleStudies, format });
    for (const id of placed(exampleTree)) expect(whole.text).toContain(id);
  }
});

test("import: a model's outline, citations out of range told, prose left at the root", async () => {
  const output = await run(importOutline, {
    outlines: [
      { id: "a", outline: "Aspect 1: Light (Claims 0, 7)", studies: ["x", "y"] },
      { id: "b", outline: "I cannot do that.", studies: ["x"] },
    ],
  });
  expect(ImportOutput.parse(output)).toEqual(output);
  expect(output.rows[0]?.tree).toMatchObject({ members: ["y"], children: [{ members: ["x"] }] });
  expect(output.rows[0]?.remarks).toEqual(['"Light" cites 7: there are claims 0 to 1']);
  expect(output.rows[1]?.tree).toMatchObject({ members: ["x"], children: [] });
});

test("label pairs: every pair of the corrected trees, aggregated along the path", async () => {
  const output = await run(labelPairs, { trees: exampleTrees });
  expect(LabelOutput.parse(output)).toEqual(output);
  expect(output.rows).toHaveLength(12 * 7 + 9 * 3);
  const of = (study: string, node: string) =>
    output.rows.find(
      (row) => row.hierarchy_id === "by-purpose" && row.study_id === study && row.node_id === node,
    );
  expect(of("s5", "1.2")).toMatchObject({ human_label: 1, agg_label: 1, node_path: "1,1.2" });
  expect(of("s5", "2")).toMatchObject({ human_label: 0, agg_label: 0, node_path: "2" });
  const [first] = exampleTrees;
  if (first === undefined) throw new Error("no example");
  const judged = [{ study: "s1", category: "1", belongs: false }];
  const { rows } = await run(labelPairs, { trees: [{ ...first, log: [], judged }] });
  expect(rows.find((row) => row.study_id === "s1" && row.node_id === "1.1")).toMatchObject({
    human_label: 1,
    agg_label: 0,
  });
});
