/** OPML 2.0: an outline of categories with the papers in them. */
import type { Paper } from "#core/paper.ts";
import type { TreeNode } from "#core/tree.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};

/** Control characters and halves of pairs, which no XML can hold, are left out. */
const escaped = (text: string): string =>
  text
    .replace(/(?![\n\r\t])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, "")
    .replace(/[&<>"\n\r\t]/g, (character) => ESCAPES[character] ?? character);

/** `unknown`: members of the tree that are no paper of the list. Papers the tree does not place stand below it. */
export function writeOpml(
  papers: readonly Paper[],
  tree: TreeNode | undefined,
  title: string,
): { readonly text: string; readonly unknown: number } {
  const byId = new Map(papers.map((paper) => [paper.id, paper]));
  const placed = new Set<string>();
  let unknown = 0;
  const nodeLines = (node: TreeNode, indent: string): string[] => [
    `${indent}<outline text="${escaped(node.name)}">`,
    ...node.children.flatMap((child) => nodeLines(child, `${indent}  `)),
    ...node.members.flatMap((id) => {
      const paper = byId.get(id);
      if (paper === undefined) unknown++;
      placed.add(id);
      return paper === undefined ? [] : [paperLine(paper, `${indent}  `)];
    }),
    `${indent}</outline>`,
  ];
  const outline = tree === undefined ? [] : nodeLines(tree, "    ");
  const rest = papers.filter(({ id }) => !placed.has(id)).map((paper) => paperLine(paper, "    "));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<opml version="2.0">',
    `  <head><title>${escaped(title)}</title></head>`,
    "  <body>",
    ...outline,
    ...rest,
    "  </body>",
    "</opml>",
  ];
  return { text: `${lines.join("\n")}\n`, unknown };
}

function paperLine({ title, arxivId, links, publishedAt }: Paper, indent: string): string {
  const url = links[0] ?? (arxivId === undefined ? undefined : `https://arxiv.org/abs/${arxivId}`);
  const created =
    publishedAt === undefined ? "" : ` created="${new Date(publishedAt).toUTCString()}"`;
  // Readers follow `url` as a link; only web addresses are ones.
  const link =
    url === undefined || !/^https?:/i.test(url) ? "" : ` type="link" url="${escaped(url)}"`;
  return `${indent}<outline text="${escaped(title)}"${link}${created}/>`;
}
