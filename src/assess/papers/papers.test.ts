import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf, normalTitle, paperId } from "#core/paper-keys.ts";
import { mergePapers } from "./merge.ts";
import { resolvePaper, titleIndex } from "./resolve.ts";

const paper = (more: Partial<Paper> & { readonly title: string }): Paper => ({
  id: paperId(more),
  abstract: "",
  links: [],
  source: "list-page",
  provenance: {},
  warnings: [],
  ...more,
});
const told = (kind: string, field: string): ImportWarning => ({
  kind,
  field,
  message: kind,
  line: 1,
});

describe("names of papers", () => {
  test.each([
    ["2410.21276", "2410.21276"],
    ["arXiv:2410.21276v3", "2410.21276"],
    ["https://arxiv.org/pdf/2410.21276v1.pdf", "2410.21276"],
    ["https://huggingface.co/papers/2410.21276", "2410.21276"],
    ["http://arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001"],
    ["10.48550/arXiv.2410.21276", "2410.21276"],
    ["2410.21276.7", undefined],
    ["12410.21276", undefined],
    ["see 2410.21276 there", undefined],
    ["https://example.org/2410.21276", undefined],
  ])("%s is the arXiv id %s", (text, id) => {
    expect(arxivIdOf(text)).toBe(id);
  });

  test("a DOI compares in lower case, without the sentence around it", () => {
    expect(doiOf("(see https://doi.org/10.1000/ABC.1).")).toBe("10.1000/abc.1");
    expect(doiOf("210.1000/x")).toBeUndefined();
  });

  test("a title compares without case, accents, markup and punctuation, in every script", () => {
    expect(normalTitle("{T}he  Éclair-Effect: $A$ “Study”!")).toBe("the eclair effect a study");
    expect(normalTitle("学习：纠正")).toBe("学习 纠正");
  });
});

describe("merging", () => {
  const listed = paper({
    title: "On Mice",
    authorCount: 2,
    publishedAt: "2024-03-12",
    comments: 1,
  });
  const service = paper({
    title: "On mice",
    arxivId: "2403.00001",
    abstract: "We look at mice.",
    publishedAt: "2024-03-11",
    comments: 4,
    source: "daily-json",
    links: ["https://example.org/mice"],
  });
  const reference = paper({
    title: "On Mice (Extended)",
    arxivId: "2403.00001",
    doi: "10.1/x",
    authors: ["Ada Moss", "Bo Fern"],
    publishedAt: "2024-01-01",
    source: "bibtex",
    warnings: [told("day-unknown", "publishedAt")],
  });

  test("one paper of three sources is one record, each field of the source that knows it best", () => {
    const { papers, added, merged } = mergePapers([listed], [service, reference]);
    expect(papers).toEqual([
      {
        ...listed,
        title: "On mice",
        arxivId: "2403.00001",
        doi: "10.1/x",
        abstract: "We look at mice.",
        authors: ["Ada Moss", "Bo Fern"],
        publishedAt: "2024-03-11",
        comments: 4,
        links: ["https://example.org/mice"],
        provenance: {
          title: "daily-json",
          arxivId: "daily-json",
          abstract: "daily-json",
          publishedAt: "daily-json",
          comments: "daily-json",
          doi: "bibtex",
          authors: "bibtex",
        },
      },
    ]);
    expect(added).toEqual([]);
    expect(merged.map(({ into, by }) => [into, by])).toEqual([
      [listed.id, "title"],
      [listed.id, "arxiv"],
    ]);
    expect(merged[1]?.fields).toEqual(["doi", "authors"]);
  });

  test("what was corrected by hand stands, and gives way to nothing but a hand", () => {
    const mine = paper({ ...service, title: "On Mice, Mended", source: "hand" });
    expect(mergePapers([mine], [service]).papers[0]?.title).toBe("On Mice, Mended");
    expect(mergePapers([service], [mine]).papers[0]?.title).toBe("On Mice, Mended");
  });

  test("an identifier alone gets its title when that is known", () => {
    const bare = paper({
      title: "arXiv:2403.00001",
      arxivId: "2403.00001",
      source: "ids",
      warnings: [told("title-unknown", "title")],
    });
    const [joined] = mergePapers([bare], [service]).papers;
    expect([joined?.title, joined?.warnings]).toEqual(["On mice", []]);
  });

  test("one title is not one paper where ids or years say otherwise, or where it may be several", () => {
    const a = paper({ title: "Notes", arxivId: "2403.00001" });
    const b = paper({ title: "Notes", arxivId: "2403.00002" });
    const unclear = paper({ title: "Notes" });
    const { papers, added } = mergePapers([a], [b, unclear]);
    expect(papers.length).toBe(3);
    expect(added).toEqual([b, unclear]);
    const years = ["2023-01-01", "2024-01-01"].map((publishedAt) =>
      paper({ title: "Notes", publishedAt }),
    );
    expect(mergePapers([], years).added.length).toBe(2);
  });

  test("a record that makes one of two that are there says so", () => {
    const a = paper({ title: "A", arxivId: "2403.00001" });
    const b = paper({ title: "B", doi: "10.1/b" });
    const both = paper({ title: "A", arxivId: "2403.00001", doi: "10.1/b" });
    const { papers } = mergePapers([a, b], [both]);
    expect(papers.map(({ id }) => id)).toEqual(["arxiv:2403.00001", "doi:10.1/b"]);
    expect(papers[0]?.warnings).toEqual([
      { kind: "same-as", field: "doi", message: "Its DOI is also that of doi:10.1/b", line: null },
    ]);
  });

  test("a withdrawal stays, whatever another source does not say", () => {
    const [joined] = mergePapers([paper({ ...service, withdrawn: true })], [service]).papers;
    expect(joined?.withdrawn).toBe(true);
  });

  test("nothing comes of nothing, and merging again changes nothing", () => {
    expect(mergePapers([], [])).toEqual({ papers: [], added: [], merged: [] });
    const source = fc.constantFrom("arxiv", "bibtex", "list-page", "daily-json");
    const some = fc.record({
      title: fc.constantFrom("A", "B", "C"),
      n: fc.nat(3),
      source,
      has: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (drafts) => {
        const incoming = drafts.map(({ title, n, source: from, has }) =>
          paper({ title, source: from, ...(has && { arxivId: `2403.0000${n}` }) }),
        );
        const before = JSON.stringify(incoming);
        const once = mergePapers([], incoming);
        expect(JSON.stringify(incoming)).toBe(before);
        expect(once.added.length + once.merged.length).toBe(incoming.length);
        expect(new Set(once.papers.map(({ id }) => id)).size).toBe(once.papers.length);
        const named = incoming.filter(({ arxivId }) => arxivId !== undefined);
        const again = mergePapers(once.papers, named);
        expect(again.papers.length).toBe(once.papers.length);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe("resolving a title", () => {
  const known = [
    paper({
      title: "Learning to Fold Laundry with Two Arms",
      arxivId: "2403.00001",
      publishedAt: "2024-03-12",
      authors: ["A", "B"],
    }),
    paper({ title: "Cats, Part 2", arxivId: "2403.00002", publishedAt: "2024-03-12" }),
    paper({ title: "Notes", arxivId: "2403.00003", publishedAt: "2023-01-01" }),
    paper({ title: "Notes", arxivId: "2403.00004", publishedAt: "2024-01-02" }),
  ];
  const index = titleIndex(known);
  const idOf = (given: Paper) => {
    const found = resolvePaper(given, index);
    return found.kind === "same"
      ? [found.paper.id, found.by]
      : found.candidates.map(({ paper: { id } }) => id);
  };

  test("the exact title, whatever its case and marks, is the paper", () => {
    expect(idOf(paper({ title: "Learning to fold laundry — with two arms!" }))).toEqual([
      "arxiv:2403.00001",
      "title",
    ]);
  });

  test("a title with a slip needs a near date or the same number of authors", () => {
    const slip = { title: "Learning to Fold Laundy with Two Arms" };
    const same = ["arxiv:2403.00001", "similar-title"];
    expect(idOf(paper({ ...slip, publishedAt: "2024-03-15" }))).toEqual(same);
    expect(idOf(paper({ ...slip, publishedAt: "2024-03-16" }))).toEqual(["arxiv:2403.00001"]);
    expect(idOf(paper({ ...slip, authorCount: 2 }))).toEqual(same);
    expect(idOf(paper({ ...slip, authorCount: 3 }))).toEqual(["arxiv:2403.00001"]);
    expect(idOf(paper(slip))).toEqual(["arxiv:2403.00001"]);
  });

  test("another part of a series is another paper", () => {
    expect(idOf(paper({ title: "Cats, Part 3", publishedAt: "2024-03-12" }))).toEqual([
      "arxiv:2403.00002",
    ]);
  });

  test("of two with the same title the date decides, or a person", () => {
    expect(idOf(paper({ title: "Notes", publishedAt: "2024-01-01" }))).toEqual([
      "arxiv:2403.00004",
      "title",
    ]);
    expect(idOf(paper({ title: "Notes" }))).toEqual(["arxiv:2403.00003", "arxiv:2403.00004"]);
  });

  test("nothing near, no candidates", () => {
    expect(idOf(paper({ title: "Zebra crossings" }))).toEqual([]);
  });
});
