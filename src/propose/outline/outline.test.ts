import { expect, test } from "vitest";
import { averageLinkage } from "./clusters.ts";
import { localOutline } from "./local.ts";
import { outlineTree } from "./outline-tree.ts";
import { type OutlineNode, parseOutline } from "./parse-outline.ts";
import { termSimilarity, termsOf, termVectors } from "./term-vectors.ts";

const brief = (nodes: readonly OutlineNode[]): unknown[] =>
  nodes.map(({ name, claims, children }) => [name, claims, ...brief(children)]);

const expected = [
  ["Treatment", [0, 1, 2], ["Light", [0], ["Dawn", [0]]], ["Drugs", [1, 2]]],
  ["Outcome", [3]],
];

test.each([
  [
    "aspects with numbers",
    "Here are the aspects.\n[Response 2]\nAspect 1: Treatment (Claims 0, 1, 2)\n1. Light (Claim 0)\n1.1 Dawn (Claim: 0)\n2. Drugs (Claims 1-2)\nAspect 2: Outcome (Paper 3)",
  ],
  [
    "aspects whose number the children repeat",
    "- Aspect 1: Treatment (Claims 0, 1, 2)\n1.1 Light (Claim 0)\n1.1.1 Dawn (Claim 0)\n1.2 Drugs (Claims 1, 2)\n- Aspect 2: Outcome (Claim 3)",
  ],
  [
    "bullets by indentation",
    "- Treatment (Claims 0, 1, 2)\n  - Light (Claim 0)\n    - Dawn (Claim 0)\n  - Drugs (Claims 1, 2)\n- Outcome (Claim 3)",
  ],
  [
    "bare names with numbers",
    "Treatment (Claims 0, 1, 2):\n1. Light (Claim 0)\n1.1. Dawn (Claim 0)\n2. Drugs (Claims 1, 2)\nOutcome (Claim 3)",
  ],
  [
    "numbers all the way",
    "1. Treatment (Claims 0, 1, 2)\n1.1. Light (of any kind) (Claim 0)\n1.1.1. Dawn (Claim 0)\n1.2. Drugs (Claims 1, 2)\n2. Outcome (Claim 3)",
  ],
  [
    "numbers that begin anew, by indentation",
    "1. Treatment (Claims 0, 1, 2)\n   1. Light (Claim 0)\n      1. Dawn (Claim 0)\n   2. Drugs (Claims 1, 2)\n2. Outcome (Claim 3)",
  ],
])("an outline in %s", (_, text) => {
  expect(brief(parseOutline(text).roots)).toEqual(expected);
});

test("prose gives no roots, and sentences among categories are remarked on", () => {
  const prose = parseOutline("I am sorry, but I cannot sort these. They are too different.");
  expect(prose.roots).toEqual([]);
  expect(prose.remarks).toHaveLength(1);
  const mixed = parseOutline("Sure, here it is.\n- Light (Claim 0)\nLet me know what you think.");
  expect(brief(mixed.roots)).toEqual([["Light", [0]]]);
  expect(mixed.remarks).toHaveLength(2);
  expect(parseOutline("")).toEqual({ roots: [], remarks: [] });
});

test("a list that breaks off is read as far as it goes", () => {
  const { roots, remarks } = parseOutline("- Light (Claims 0, 1)\n- Drugs (Claims 2, 3");
  expect(brief(roots)).toEqual([
    ["Light", [0, 1]],
    ["Drugs", [2, 3]],
  ]);
  expect(remarks).toEqual(["The list breaks off"]);
});

test("cited as a tree: deepest place only, numbers of no claim dropped, the uncited at the root", () => {
  const { roots } = parseOutline(
    "- Treatment (Claims 0, 1, 9)\n  - Light (Claims 0, 2)\n- Outcome (Claims 0)",
  );
  const { tree, remarks } = outlineTree("Sleep", roots, ["a", "b", "c", "d"]);
  expect(tree).toEqual({
    id: "root",
    name: "Sleep",
    members: ["d"],
    children: [
      {
        id: "1",
        name: "Treatment",
        members: ["b"],
        children: [{ id: "1.1", name: "Light", members: ["a", "c"], children: [] }],
      },
      { id: "2", name: "Outcome", members: ["a"], children: [] },
    ],
  });
  expect(remarks).toEqual([
    '"Treatment" cites 9: there are claims 0 to 3',
    '"Light" cites what its parent does not: c',
  ]);
  expect(outlineTree("Sleep", [], []).tree.children).toEqual([]);
});

test("average linkage merges the two most alike on average", () => {
  // 0 and 1 are alike, then 2 and 3; 1 and 2 somewhat.
  const similarity = [1, 0.9, 0.2, 0, 0.9, 1, 0.6, 0.1, 0.2, 0.6, 1, 0.8, 0, 0.1, 0.8, 1];
  const cut = (count: number) => averageLinkage(similarity, { n: 4, count });
  expect(cut(4)).toEqual([[0], [1], [2], [3]]);
  expect(cut(3)).toEqual([[0, 1], [2], [3]]);
  expect(cut(2)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(cut(1)).toEqual([[0, 1, 2, 3]]);
  expect(averageLinkage([], { n: 0, count: 2 })).toEqual([]);
});

test("terms leave out small words and plurals; no term is like nothing", () => {
  expect(termsOf("The boats of the cities were used")).toEqual(["boat", "city"]);
  const [one, same, other, empty] = termVectors(["red boat", "red boats", "green tree", "of the"]);
  const none = new Map<string, number>();
  expect(termSimilarity(one ?? none, same ?? none)).toBeCloseTo(1, 12);
  expect(termSimilarity(one ?? none, other ?? none)).toBe(0);
  expect(empty?.size).toBe(0);
});

const placedIn = (tree: ReturnType<typeof localOutline>): string[] => [
  ...tree.members,
  ...tree.children.flatMap(placedIn),
];

test("local outlines place every study once: none, one, copies, strangers, and more than are clustered", () => {
  const kinds = [
    "sail mast wind",
    "oar row crew",
    "steam boiler coal",
    "reed raft river",
    "ice sled dog",
  ];
  const texts = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      id: `s${i}`,
      text: `${kinds[i % 5]} number${i} ${i % 3 === 0 ? "old" : "fast"}`,
    }));
  for (const n of [0, 1, 3, 40, 420]) {
    const tree = localOutline("Boats", texts(n));
    expect(placedIn(tree).sort()).toEqual(
      texts(n)
        .map(({ id }) => id)
        .sort(),
    );
    expect(tree.children.length).toBe(n < 4 ? 0 : 5);
  }
  const tree = localOutline("Boats", texts(40));
  for (const aspect of tree.children) {
    const kind = new Set(placedIn(aspect).map((id) => Number(id.slice(1)) % 5));
    expect(kind.size).toBe(1);
    expect(kinds[[...kind][0] ?? 0]).toContain(aspect.name.split(/[ ,]/)[0]);
  }
  const copies = Array.from({ length: 6 }, (_, i) => ({ id: `c${i}`, text: "the same words" }));
  const alike = localOutline("Same", copies);
  expect(placedIn(alike)).toHaveLength(6);
  expect(new Set(alike.children.map(({ name }) => name)).size).toBe(alike.children.length);
});
