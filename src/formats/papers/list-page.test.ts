import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Paper } from "#core/paper.ts";
import { readListPage } from "./list-page.ts";
import { readPapers } from "./read.ts";

const abstractOf = (topic: string, sentences = 8): string =>
  Array.from(
    { length: sentences },
    (_, i) => `Sentence ${i + 1} says something careful about ${topic} and its many uses.`,
  ).join(" ");
const MICE = abstractOf("mice");
const KITES = abstractOf("kites");
const GLASS = abstractOf("glass");

const HEADER = [
  "new",
  "Get trending papers in your email inbox!",
  "Subscribe",
  "Daily Papers",
  "byAK and the research community",
  "Dec 12",
];
const page = (...blocks: readonly string[]) => [...HEADER, ...blocks].join("\n\n");
const kinds = ({ warnings }: Pick<Paper, "warnings">) => warnings.map(({ kind }) => kind);

describe("the layout", () => {
  const text = page(
    "On Mice",
    MICE,
    "  • 5 authors\n·\nMar 12, 2024",
    "On Kites",
    KITES,
    "  • 1 authors\n·\nOct 29, 2024 2",
    "On Glass",
    GLASS,
    "nvidia NVIDIA\n·\nMar 14 2",
  );
  const { papers, warnings } = readListPage(text);

  test("gives title, abstract, authors or organisation, date and comments", () => {
    expect(
      papers.map(({ title, abstract, authorCount, organisation, publishedAt, comments }) => [
        title,
        abstract,
        authorCount,
        organisation,
        publishedAt,
        comments,
      ]),
    ).toEqual([
      ["On Mice", MICE, 5, undefined, "2024-03-12", undefined],
      ["On Kites", KITES, 1, undefined, "2024-10-29", 2],
      ["On Glass", GLASS, undefined, { slug: "nvidia", name: "NVIDIA" }, "2025-03-14", 2],
    ]);
    expect(warnings).toEqual([]);
  });

  test("tells the first line of each paper, and keeps it as it was read", () => {
    expect(papers.map(({ sourceLine }) => sourceLine)).toEqual([13, 21, 29]);
    expect(papers[1]?.raw).toBe(`On Kites\n\n${KITES}\n\n• 1 authors\n·\nOct 29, 2024 2`);
  });

  test("infers the page's year from the latest printed one, says so, and follows the user's", () => {
    expect(papers.map(kinds)).toEqual([[], [], ["year-inferred"]]);
    const given = readListPage(text, { pageYear: 2026 });
    expect(given.papers[2]?.publishedAt).toBe("2026-03-14");
    expect(given.papers.map(kinds)).toEqual([[], [], []]);
  });

  test("takes a date without year after the page's for an error and does not guess", () => {
    const late = readListPage(page("On Mice", MICE, "  • 5 authors\n·\nDec 13"), {
      pageYear: 2025,
    });
    expect(late.papers[0]?.publishedAt).toBeUndefined();
    expect(kinds(late.papers[0] as Paper)).toEqual(["date-after-page"]);
  });

  test("keeps a future date that is printed with its year, and flags it", () => {
    const [paper] = readListPage(page("On Mice", MICE, "  • 5 authors\n·\nJan 3, 2026"), {
      pageYear: 2025,
    }).papers;
    expect([paper?.publishedAt, paper?.warnings[0]?.kind]).toEqual(["2026-01-03", "future-date"]);
  });

  test("leaves a date out where nothing tells its year", () => {
    const [paper] = readListPage(page("On Mice", MICE, "  • 5 authors\n·\nMar 3")).papers;
    expect([paper?.publishedAt, paper?.warnings[0]?.kind]).toEqual([undefined, "year-unknown"]);
  });
});

const trailer = (lines: string) =>
  readListPage(page("On Mice", MICE, lines), { pageYear: 2025 }).papers[0] as Paper;

describe("trailers", () => {
  test.each([
    ["  • 3 authors · Mar 12, 2024 4", "2024-03-12", 4],
    ["• 3 authors\n· Mar 12, 2024 4", "2024-03-12", 4],
    ["3 authors\n·\nMarch 12, 2024 4", "2024-03-12", 4],
    ["• 3 auteurs\n·\n12 mars 2024 4", "2024-03-12", 4],
    ["• 3 Autoren\n·\n12. März 2024 4", "2024-03-12", 4],
    ["• 3 位作者\n·\n2024年3月12日 4", "2024-03-12", 4],
  ])("%j is one", (lines, day, comments) => {
    const paper = trailer(lines);
    expect([paper.authorCount, paper.publishedAt, paper.comments]).toEqual([3, day, comments]);
  });

  test("a translated month is flagged, an unknown one is left out and told", () => {
    expect(kinds(trailer("• 3 authors\n·\n12 mars 2024"))).toEqual(["translated-month"]);
    const unknown = trailer("• 3 authors\n·\nBlorg 12, 2024");
    expect([unknown.publishedAt, kinds(unknown)]).toEqual([undefined, ["unknown-month"]]);
  });

  test("a count such as 1.2k is 1200; half a comment is none and told", () => {
    expect(trailer("• 3 authors\n·\nMar 12, 2024 1.2k").comments).toBe(1200);
    const half = trailer("• 3 authors\n·\nMar 12, 2024 1.2");
    expect([half.comments, kinds(half)]).toEqual([undefined, ["bad-count"]]);
  });

  test("no day of the calendar, no date", () => {
    const paper = trailer("• 3 authors\n·\nFeb 30, 2024");
    expect([paper.publishedAt, kinds(paper)]).toEqual([undefined, ["bad-date"]]);
  });

  test("a year without its comma is read as comments, and told", () => {
    const paper = trailer("• 3 authors\n·\nMar 12 2024");
    expect([paper.comments, kinds(paper)]).toEqual([2024, ["odd-count"]]);
  });

  test("half a trailer ends the paper all the same", () => {
    expect([trailer("• 3 authors").authorCount, kinds(trailer("• 3 authors"))]).toEqual([
      3,
      ["odd-trailer"],
    ]);
    expect([trailer("·\nMar 12, 2024").publishedAt, kinds(trailer("·\nMar 12, 2024"))]).toEqual([
      "2024-03-12",
      ["odd-trailer"],
    ]);
    expect(kinds(trailer("• 0 authors\n·\nMar 12, 2024"))).toEqual(["odd-trailer"]);
  });
});

describe("damage", () => {
  const blocks = ["On Mice", MICE, "  • 5 authors\n·\nMar 12, 2024", "On Kites", KITES];
  const found = (text: string) =>
    readListPage(text).papers.map(({ title, abstract }) => [title, abstract]);
  const both = [
    ["On Mice", MICE],
    ["On Kites", KITES],
  ];

  test("CRLF, no-break blanks and trailing blanks change nothing", () => {
    const text = page(...blocks);
    expect(found(text.replaceAll("\n", "\r\n"))).toEqual(both);
    expect(found(text.replaceAll(" ", "\u00a0"))).toEqual(both);
    expect(found(text.replaceAll("\n", " \n"))).toEqual(both);
  });

  test("a paper without trailer, in the middle and at the end, is one with a warning", () => {
    const { papers } = readListPage(page("On Glass", GLASS, ...blocks));
    expect(papers.map(({ title, authorCount }) => [title, authorCount])).toEqual([
      ["On Glass", undefined],
      ["On Mice", 5],
      ["On Kites", undefined],
    ]);
    expect(papers.map(kinds)).toEqual([["missing-trailer"], [], ["missing-trailer"]]);
  });

  test("an abstract of several short lines is put together", () => {
    const wrapped = MICE.replace(/(.{50,70}) /g, "$1\n");
    expect(found(page("On Mice", wrapped, ...blocks.slice(2)))).toEqual(both);
  });

  test("a title with a line break is one title, even where its second line is a word of the menu", () => {
    const text = page("On Mice and\nModels", MICE, "  • 5 authors\n·\nMar 12, 2024");
    expect(found(text)).toEqual([["On Mice and Models", MICE]]);
  });

  test("two pages pasted together are read by the year of each", () => {
    const second = page(
      "On Glass",
      GLASS,
      "• 2 authors\n·\nMar 3, 2020",
      "On Tin",
      abstractOf("tin"),
      "• 2 authors\n·\nMay 3",
    );
    const { papers } = readListPage(`${page(...blocks.slice(0, 3))}\n\n${second}`);
    expect(papers.map(({ title, publishedAt }) => [title, publishedAt])).toEqual([
      ["On Mice", "2024-03-12"],
      ["On Glass", "2020-03-03"],
      ["On Tin", "2021-05-03"],
    ]);
  });

  test("a page pasted twice gives each paper once, and says so", () => {
    const { papers, warnings } = readPapers(`${page(...blocks)}\n\n${page(...blocks)}`);
    expect(papers.map(({ title }) => title)).toEqual(["On Mice", "On Kites"]);
    expect(warnings.map(({ kind }) => kind)).toEqual(["repeated", "repeated"]);
  });

  test("menus, pagers, who submitted it and advertisements are no papers", () => {
    const { papers, warnings } = readListPage(
      page(
        "Back",
        "Submitted by\n\nsome-user_7",
        "SubscribeSubmitted by\nother",
        "Sponsored: buy this",
        ...blocks,
        "Previous 1 2 3 Next",
      ),
    );
    expect(papers.map(({ title, abstract }) => [title, abstract])).toEqual(both);
    expect(warnings).toEqual([
      expect.objectContaining({ kind: "advert", line: expect.any(Number) }),
    ]);
  });

  test("text between papers that belongs to none is told with its line, and the paper is doubted", () => {
    const { papers, warnings } = readListPage(page("An unknown shout of joy", ...blocks));
    expect(papers.map(({ title }) => title)).toEqual(["On Mice", "On Kites"]);
    expect(warnings).toEqual([expect.objectContaining({ kind: "unpaired-text", line: 13 })]);
    expect(kinds(papers[0] as Paper)).toEqual(["odd-pairing"]);
  });
});

describe("texts", () => {
  const one = (title: string, abstract: string) =>
    readListPage(page(title, abstract, "• 5 authors\n·\nMar 12, 2024")).papers;

  test("an abstract that holds ` · ` and dates is one abstract", () => {
    const abstract = `${MICE} Taken Mar 12, 2024 · Oct 29, 2024 by 5 authors. ${MICE}`;
    expect(one("On Mice", abstract).map((paper) => paper.abstract)).toEqual([abstract]);
    const wrapped = abstract.replace(/(.{50,70}) /g, "$1\n");
    expect(one("On Mice", wrapped).map((paper) => paper.abstract)).toEqual([abstract]);
  });

  test("a list in an abstract is no trailer", () => {
    const [paper] = one("On Mice", `${MICE}\n• 3 experiments\n• 2 surveys\n${MICE}`);
    expect([paper?.title, paper?.authorCount]).toEqual(["On Mice", 5]);
    expect(paper?.abstract).toContain("• 3 experiments");
  });

  test("an abstract under 100 characters is taken, and flagged", () => {
    const [paper] = one("On Mice", "We looked at mice.");
    expect([paper?.title, paper?.abstract]).toEqual(["On Mice", "We looked at mice."]);
    expect(kinds(paper as Paper)).toEqual(["odd-pairing", "short-abstract"]);
  });

  test("a paper without abstract is one, and doubted", () => {
    const [paper] = readListPage(page("On Mice", "• 5 authors\n·\nMar 12, 2024")).papers;
    expect([paper?.title, paper?.abstract, paper?.warnings[0]?.kind]).toEqual([
      "On Mice",
      "",
      "odd-pairing",
    ]);
  });

  test("titles in scripts that are not Latin are titles, and have ids", () => {
    const [paper] = one("学习纠正：机器人的记忆", GLASS);
    expect([paper?.title, paper?.id]).toEqual([
      "学习纠正：机器人的记忆",
      "title:学习纠正-机器人的记忆:2024",
    ]);
  });

  test("a wrapped abstract in a script without blanks is put together without any", () => {
    const line = "我们研究玻璃与风筝以及它们在许多地方的用途并且非常小心地进行";
    const [paper] = one("学习纠正", Array.from({ length: 14 }, () => line).join("\n"));
    expect(paper?.abstract).toBe(line.repeat(14));
  });

  test("hostile HTML stays the text it is", () => {
    const hostile = `<script>alert("x")</script> ${GLASS} <img src=x onerror=y>`;
    const [paper] = one("<b>On</b> Glass", hostile);
    expect([paper?.title, paper?.abstract]).toEqual(["<b>On</b> Glass", hostile]);
  });

  test("residue of LaTeX, mirrored links and character references are kept and flagged", () => {
    const abstract = `${GLASS} It is 10times faster, 12{36}, pm 5 pp, 44.96\\% &amp; \`\`quoted''. See https://hf.nmccl.cn.eu.org/a/b. Code: (https://example.org/x).`;
    const [paper] = one("On Glass", abstract);
    expect(paper?.abstract).toBe(abstract);
    expect(paper?.links).toEqual(["https://hf.nmccl.cn.eu.org/a/b", "https://example.org/x"]);
    expect(kinds(paper as Paper)).toEqual(["latex-residue", "html-entity", "mirror-link"]);
    expect(paper?.warnings[2]?.message).toContain("https://huggingface.co/a/b");
  });
});

describe("what is no list", () => {
  test.each(["", "  \n ", "just a word", HEADER.join("\n\n"), "• 5 authors\n·\nMar 12"])(
    "%j is refused with what was expected",
    (text) => {
      expect(() => readPapers(text, { format: "list-page" })).toThrow(
        expect.objectContaining({ kind: "bad-input" }),
      );
    },
  );

  test("no text whatsoever does more than be refused", () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        "",
        "·",
        "• 5 authors",
        "Mar 12",
        "Mar 12, 2024 3",
        "a B",
        GLASS,
        "Daily Papers",
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        try {
          for (const paper of readListPage(lines.join("\n")).papers)
            expect(paper.title).not.toBe("");
        } catch (error) {
          expect(error).toMatchObject({ kind: "bad-input" });
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
