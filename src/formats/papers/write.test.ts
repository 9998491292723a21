import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Paper } from "#core/paper.ts";
import { paperOf } from "./draft.ts";
import { readPapers } from "./read.ts";
import { type WriteFormat, writePapers } from "./write.ts";
import { parseXml } from "./xml.ts";

const paper = (more: Partial<Paper> & { readonly title: string }): Paper =>
  paperOf({ source: "hand", links: [], ...more });

const mice = paper({
  title: 'On {Mice} & _Kites_: 50% of "all" \\ ~x^2 #1 -- $5',
  abstract: "First <b>word</b>, “quoted”, a ` tick, ``two'' and https://example.org/a_(b) [1].",
  authors: ["Ada Moss", "Björn Łoś", "The A, B and C Group"],
  arxivId: "2403.00001",
  doi: "10.1000/abc_1",
  publishedAt: "2024-03-12",
  venue: "Journal of Mice & Men",
  keywords: ["mice", "kites"],
  links: ["https://example.org/a?b=1&c=%20d"],
});

const REFERENCE = [
  "id",
  "title",
  "abstract",
  "arxivId",
  "doi",
  "publishedAt",
  "venue",
  "keywords",
] as const;
const referenceOf = (papers: readonly Paper[]) =>
  papers.map((each) => REFERENCE.map((field) => each[field]));

describe.each(["bibtex", "ris", "markdown"] satisfies WriteFormat[])(
  "%s, written and read",
  (format) => {
    test("gives the same papers, special characters and all", () => {
      const { text, loss } = writePapers([mice, paper({ title: "Second" })], format);
      const read = readPapers(text, { format });
      expect(referenceOf(read.papers)).toEqual(referenceOf([mice, paper({ title: "Second" })]));
      expect(read.papers[0]?.links[0]).toBe(mice.links[0]);
      expect(loss).toEqual(format === "bibtex" ? ["links of 1 paper"] : []);
    });

    test("whatever a title and an abstract hold", () => {
      const word = fc.string({
        unit: fc.constantFrom(..."ab{}\\%&$#_~^-`'\"*[]<>|.,:;éß漢 "),
        minLength: 1,
        maxLength: 30,
      });
      fc.assert(
        fc.property(word, word, (title, abstract) => {
          const flat = (text: string) => text.replace(/\s+/g, " ").trim();
          fc.pre(flat(title) !== "" && flat(abstract) !== "");
          const given = paper({
            title: `T${flat(title)}t`,
            abstract: `A${flat(abstract)}a`,
            authors: ["A B"],
          });
          const [read] = readPapers(writePapers([given], format).text, { format }).papers;
          expect([read?.title, read?.abstract]).toEqual([given.title, given.abstract]);
        }),
        { seed: 11, numRuns: 300 },
      );
    });
  },
);

test("authors come back from BibTeX, a group with a comma in its name as one", () => {
  const [read] = readPapers(writePapers([mice], "bibtex").text).papers;
  expect(read?.authors).toEqual(mice.authors);
});

test("JSON holds everything, and reading it back gives the very papers", () => {
  const { text, loss } = writePapers([mice], "json");
  expect(loss).toEqual([]);
  const read = readPapers(text);
  expect([read.format, read.papers]).toEqual(["json", [mice]]);
});

test("keys of BibTeX are unique, and ASCII", () => {
  const alike = Array.from({ length: 40 }, (_, i) =>
    paper({
      title: i % 2 === 0 ? "The 学 Mice" : "Mice 2",
      authors: ["Łukasz Moß"],
      publishedAt: "2024-01-01",
    }),
  );
  const keys = [...writePapers(alike, "bibtex").text.matchAll(/^@misc\{(.*),$/gm)].map(
    ([, key]) => key,
  );
  expect(new Set(keys).size).toBe(40);
  for (const key of keys) expect(key).toMatch(/^[a-z][a-z0-9-]*$/);
});

test("a table quotes what must be, and no cell runs as a formula", () => {
  const { text, loss } = writePapers([paper({ title: '=1+"2", x', authorCount: 3 })], "csv");
  const [, row = ""] = text.split("\r\n");
  expect(row).toContain(`"'=1+""2"", x"`);
  expect(row).toContain(",3,");
  expect(loss).toEqual([]);
});

test("what a format cannot hold is told, with how many papers it is of", () => {
  const papers = [
    paper({ title: "A", upvotes: 3, authorCount: 2 }),
    paper({ title: "B", upvotes: 0 }),
  ];
  const tree = { id: "r", name: "Root", members: [], children: [] };
  expect(writePapers(papers, "bibtex", { tree }).loss).toEqual([
    "authorCount of 1 paper",
    "upvotes of 2 papers",
    "the tree",
  ]);
});

describe("OPML", () => {
  const tree = {
    id: "r",
    name: "Field & <all>",
    members: [],
    children: [{ id: "c", name: "Animals", members: [mice.id, "gone"], children: [] }],
  };
  const other = paper({ title: "Other", links: ["javascript:alert(1)"] });
  const { text, loss } = writePapers([mice, other], "opml", { tree, title: "Mine" });
  const root = parseXml(text);
  const outlines = root.children[1]?.children ?? [];

  test("nests the papers in their categories, and those without one below", () => {
    expect(root.children[0]?.text.trim()).toBe("Mine");
    expect(outlines.map(({ attributes }) => attributes.text)).toEqual(["Field & <all>", "Other"]);
    const [animals] = outlines[0]?.children ?? [];
    expect(animals?.attributes.text).toBe("Animals");
    expect(animals?.children.map(({ attributes }) => attributes)).toEqual([
      {
        text: mice.title,
        type: "link",
        url: mice.links[0],
        created: "Tue, 12 Mar 2024 00:00:00 GMT",
      },
    ]);
  });

  test("links only to the web, and tells of members that are not there", () => {
    expect(outlines[1]?.attributes).toEqual({ text: "Other" });
    expect(loss).toContain("where the tree has papers that are not here: 1");
  });
});
