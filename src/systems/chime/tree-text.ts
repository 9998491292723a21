/** Trees in the formats that outliners, mind maps and tables read. */
import type { TreeNode } from "#core/tree.ts";

const XML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};
const xml = (text: string): string => text.replaceAll(/[&<>"\n]/g, (mark) => XML[mark] ?? mark);

/** A line of each category and study, indented by its depth. */
const lines = (
  node: TreeNode,
  titles: ReadonlyMap<string, string>,
  how: {
    readonly open: (name: string, depth: number) => string;
    readonly leaf: (title: string, id: string, depth: number) => string;
    readonly close?: (depth: number) => string;
  },
  depth = 0,
): string[] => [
  how.open(node.name, depth),
  ...node.members.map((id) => how.leaf(titles.get(id) ?? id, id, depth + 1)),
  ...node.children.flatMap((child) => lines(child, titles, how, depth + 1)),
  ...(how.close === undefined ? [] : [how.close(depth)]),
];

const indent = (depth: number): string => "  ".repeat(Math.max(0, depth));

/** OPML 2.0: studies are outlines with a `study` attribute. */
const opml = (tree: TreeNode, titles: ReadonlyMap<string, string>): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<opml version="2.0">',
    `<head><title>${xml(tree.name)}</title></head>`,
    "<body>",
    ...lines(tree, titles, {
      open: (name, depth) => `${indent(depth)}<outline text="${xml(name)}">`,
      leaf: (title, id, depth) =>
        `${indent(depth)}<outline text="${xml(title)}" study="${xml(id)}"/>`,
      close: (depth) => `${indent(depth)}</outline>`,
    }),
    "</body>",
    "</opml>",
    "",
  ].join("\n");

const flat = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** A nested list; the title is its heading. */
const markdown = (tree: TreeNode, titles: ReadonlyMap<string, string>): string => {
  const [, ...rest] = lines(tree, titles, {
    open: (name, depth) => `${indent(depth - 1)}- **${flat(name)}**`,
    leaf: (title, id, depth) => `${indent(depth - 1)}- ${flat(title)} \`${id}\``,
  });
  return [`# ${flat(tree.name)}`, "", ...rest, ""].join("\n");
};

/** A Freeplane mind map: studies carry their id as an attribute. */
const freeplane = (tree: TreeNode, titles: ReadonlyMap<string, string>): string =>
  [
    '<map version="freeplane 1.9.13">',
    ...lines(tree, titles, {
      open: (name, depth) => `${indent(depth)}<node TEXT="${xml(name)}">`,
      leaf: (title, id, depth) =>
        `${indent(depth)}<node TEXT="${xml(title)}"><attribute NAME="study" VALUE="${xml(id)}"/></node>`,
      close: (depth) => `${indent(depth)}</node>`,
    }),
    "</map>",
    "",
  ].join("\n");

/** RFC 4180, with a quote before what a spreadsheet would take for a formula. */
const cell = (text: string): string => {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One row a placement: study, title, category, and its path of names. */
const csv = (tree: TreeNode, titles: ReadonlyMap<string, string>): string => {
  const rows: string[] = ["study,title,category,path"];
  const visit = (node: TreeNode, above: readonly string[]): void => {
    const path = [...above, node.name];
    for (const id of node.members)
      rows.push([id, titles.get(id) ?? "", node.id, path.join(" / ")].map(cell).join(","));
    for (const child of node.children) visit(child, path);
  };
  visit(tree, []);
  return `${rows.join("\r\n")}\r\n`;
};

export const treeText = {
  opml,
  markdown,
  freeplane,
  csv,
  json: (tree: TreeNode) => `${JSON.stringify(tree, undefined, 2)}\n`,
} satisfies Readonly<
  Record<string, (tree: TreeNode, titles: ReadonlyMap<string, string>) => string>
>;
