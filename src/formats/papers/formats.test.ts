import { describe, expect, test } from "vitest";
import { readArxivAtom } from "./arxiv-atom.ts";
import { readPapers } from "./read.ts";

const kinds = (warnings: readonly { readonly kind: string }[]) => warnings.map(({ kind }) => kind);

describe("the service's JSON", () => {
  const entry = {
    paper: {
      id: "2410.21276v2",
      title: "On\n  Mice",
      summary: "We look at\nmice.",
      authors: [
        { _id: "a", name: "Ada  Moss", hidden: false },
        { _id: "b", name: "Bo Fern" },
      ],
      publishedAt: "2024-10-28T17:59:00.000Z",
      submittedOnDailyAt: "2024-10-30T01:00:00.000Z",
      upvotes: 0,
      ai_keywords: ["mice"],
      projectPage: "https://example.org/mice",
      withdrawnAt: "2024-11-01T00:00:00.000Z",
    },
    numComments: 3,
    organization: { _id: "o", name: "moss-lab", fullname: "Moss Lab" },
  };

  test("gives every field there is; the day on the list is not the day of publication", () => {
    const { papers, format } = readPapers(JSON.stringify([entry]));
    expect(format).toBe("daily-json");
    expect(papers).toEqual([
      {
        id: "arxiv:2410.21276",
        arxivId: "2410.21276",
        title: "On Mice",
        abstract: "We look at mice.",
        authors: ["Ada Moss", "Bo Fern"],
        organisation: { slug: "moss-lab", name: "Moss Lab" },
        publishedAt: "2024-10-28",
        featuredAt: "2024-10-30",
        comments: 3,
        upvotes: 0,
        keywords: ["mice"],
        links: ["https://example.org/mice"],
        withdrawn: true,
        source: "daily-json",
        provenance: {},
        warnings: [expect.objectContaining({ kind: "short-abstract" })],
      },
    ]);
  });

  test("missing is not zero", () => {
    const [paper] = readPapers(
      JSON.stringify([{ paper: { id: "2410.1", title: "On Mice" } }]),
    ).papers;
    expect(Object.keys(paper ?? {}).sort()).toEqual(
      "abstract id links provenance source title warnings".split(" "),
    );
  });

  test("a bad entry is told with its field; the others are read", () => {
    const { papers, warnings } = readPapers(
      JSON.stringify([
        entry,
        { ...entry, numComments: "many" },
        { paper: { id: "2410.2" } },
        { paper: { ...entry.paper, id: "2410.00003" } },
      ]),
    );
    expect(papers.map(({ id }) => id)).toEqual(["arxiv:2410.21276", "arxiv:2410.00003"]);
    expect(kinds(warnings)).toEqual(["bad-entry", "missing-title"]);
    expect(warnings[0]?.message).toMatch(/Entry 2 .*numComments/);
  });

  test("one paper alone, an answer of the search and the props of the page are read too", () => {
    for (const value of [entry.paper, { papers: [entry] }, { dailyPapers: [entry] }, entry])
      expect(readPapers(JSON.stringify(value)).papers.map(({ id }) => id)).toEqual([
        "arxiv:2410.21276",
      ]);
  });

  test("JSON that was cut off is refused", () => {
    const cut = JSON.stringify([entry]).slice(0, -20);
    expect(() => readPapers(cut)).toThrow("not JSON, or was cut off");
    expect(() => readPapers('{"a": 1}')).toThrow("holds no list of papers");
  });
});

describe("a saved HTML page", () => {
  const html = (props: string, shown = "") =>
    `<!DOCTYPE html><html><head><title>x</title><script>var a = "<p>";</script></head><body><div data-props="${props}"></div>${shown}</body></html>`;
  const escaped = (value: unknown) =>
    JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const hostile = 'Mice & <script>alert("1")</script> &quot;cats&quot;';

  test("gives the papers of its props; markup and references in them stay text", () => {
    const { papers, format } = readPapers(
      html(
        escaped({
          dailyPapers: [{ paper: { id: "2410.21276", title: hostile, summary: "" } }],
          dateString: "2024-10-30",
        }),
      ),
    );
    expect([format, papers[0]?.title, papers[0]?.source]).toEqual([
      "list-html",
      hostile,
      "list-page",
    ]);
  });

  test("where the props are cut off, what it shows is read", () => {
    const long = "A sentence about glass and kites. ".repeat(12);
    const shown = `<article><h3>On Glass</h3><p>${long}</p><div>• 5 authors</div><div>·</div><div>Mar 12, 2024</div></article>`;
    const { papers, warnings } = readPapers(html("{&quot;dailyPapers&quot;:[", shown));
    expect(
      papers.map(({ title, authorCount, publishedAt }) => [title, authorCount, publishedAt]),
    ).toEqual([["On Glass", 5, "2024-03-12"]]);
    expect(kinds(warnings)).toEqual(["bad-props"]);
  });
});

const feed = (entries: string) => `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>
${entries}
</feed>`;

describe("arXiv's feed", () => {
  const entry = `<entry>
    <id>http://arxiv.org/abs/hep-th/9901001v3</id>
    <updated>2024-03-14T00:00:00Z</updated>
    <published>1999-01-01T09:00:00Z</published>
    <title>On Mice
  &amp; Kites</title>
    <summary>  We look
  at mice &lt;b&gt;closely&lt;/b&gt;. </summary>
    <author><name>Ada Moss</name></author><author><name>Bo Fern</name></author>
    <arxiv:comment>This paper has been withdrawn by the author</arxiv:comment>
    <arxiv:doi>10.1000/ABC.1</arxiv:doi>
    <arxiv:journal_ref>J. Mice 3 (1999)</arxiv:journal_ref>
    <link href="https://arxiv.org/abs/hep-th/9901001v3" rel="alternate" type="text/html"/>
    <link title="pdf" href="https://arxiv.org/pdf/hep-th/9901001v3" rel="related"/>
    <category term="hep-th" scheme="x"/><category term="cs.LG"/>
  </entry>`;

  test("gives each entry without its version, whitespace collapsed", () => {
    const { papers, format } = readPapers(feed(entry));
    expect(format).toBe("arxiv");
    expect(papers[0]).toMatchObject({
      id: "arxiv:hep-th/9901001",
      doi: "10.1000/abc.1",
      title: "On Mice & Kites",
      abstract: "We look at mice <b>closely</b>.",
      authors: ["Ada Moss", "Bo Fern"],
      publishedAt: "1999-01-01",
      venue: "J. Mice 3 (1999)",
      keywords: ["hep-th", "cs.LG"],
      withdrawn: true,
      sourceLine: 4,
    });
  });

  test("an id it does not know is no entry, whatever it counts", () => {
    expect(readPapers(feed("")).papers).toEqual([]);
  });

  test("its own word on a bad query is passed on", () => {
    const refused = feed(
      "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad id</summary></entry>",
    );
    expect(() => readPapers(refused)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ got: "bad id" }) }),
    );
  });

  test("a feed that was cut off, or is none, is refused with its line", () => {
    expect(() => readArxivAtom(feed(entry).split("\n").slice(0, 8).join("\n"))).toThrow(
      expect.objectContaining({
        kind: "bad-input",
        detail: expect.objectContaining({ at: { line: 8 } }),
      }),
    );
    expect(() => readArxivAtom("<rss></rss>")).toThrow("no Atom feed");
    expect(() => readArxivAtom("<feed><a></b></feed>")).toThrow("not well-formed");
  });
});

describe("BibTeX", () => {
  test("braces, accents, macros, months and names as people write them", () => {
    const { papers, warnings, format } = readPapers(`% a comment
@string{jm = "Journal of " # {Mice}}
@article{moss2024,
  title = {On {Mice} and the {\\"O}resund -- 5\\% of $x^2$},
  author = {Moss, Ada and Fern, Jr, Bo and {The Mouse Collaboration} and Łukasz {\\L}o{\\'s} and others},
  journal = jm, year = 2024, month = mar, day = 12,
  doi = {https://doi.org/10.1000/ABC_1},
  eprint = {2403.00001v2}, archivePrefix = {arXiv},
  keywords = {mice; kites, glass},
  url = "https://example.org/a\\_b",
  abstract = {A "quoted" word
     on two lines},
}
@comment{@article{no, title={No}}}
@misc(second, title = "Second {"}one{"}", year = "2023", note = {arXiv: 2301.00002})
`);
    expect(format).toBe("bibtex");
    expect(kinds(warnings)).toEqual([]);
    expect(papers[0]).toMatchObject({
      id: "arxiv:2403.00001",
      doi: "10.1000/abc_1",
      title: "On Mice and the Öresund – 5% of $x^2$",
      authors: ["Ada Moss", "Bo Fern Jr", "The Mouse Collaboration", "Łukasz Łoś"],
      venue: "Journal of Mice",
      publishedAt: "2024-03-12",
      keywords: ["mice", "kites", "glass"],
      links: ["https://example.org/a_b"],
      abstract: 'A "quoted" word on two lines',
      sourceLine: 3,
    });
    expect(kinds(papers[0]?.warnings ?? [])).toEqual(["more-authors", "short-abstract"]);
    expect(papers[1]).toMatchObject({
      title: 'Second "one"',
      arxivId: "2301.00002",
      publishedAt: "2023-01-01",
    });
    expect(kinds(papers[1]?.warnings ?? [])).toEqual(["day-unknown"]);
  });

  test("an entry that never closes takes no other with it", () => {
    const { papers, warnings } = readPapers(
      "@article{a, title = {Open\n@article{b,\n title = {Whole}, year = 2020}\n@article{c, year = 2020}",
    );
    expect(papers.map(({ title, sourceLine }) => [title, sourceLine])).toEqual([["Whole", 2]]);
    expect(warnings.map(({ kind, line }) => [kind, line])).toEqual([
      ["unclosed-entry", 1],
      ["missing-title", 4],
    ]);
  });
});

describe("RIS", () => {
  test("records, lines that go on, and one that does not end", () => {
    const { papers, warnings, format } = readPapers(
      "TY  - JOUR\r\nTI  - On Mice\r\nAU  - Moss, Ada\r\nAU  - Fern, Bo, Jr\r\nDA  - 2024/03/12/\r\nDO  - 10.1000/abc\r\nAB  - We look\r\nat mice\r\nKW  - mice\r\nUR  - https://arxiv.org/abs/2403.00001v1\r\nER  - \r\nstray\r\nTY  - GEN\r\nT1  - Second\r\nPY  - 2023\r\n",
    );
    expect(format).toBe("ris");
    expect(papers[0]).toMatchObject({
      id: "arxiv:2403.00001",
      title: "On Mice",
      authors: ["Ada Moss", "Bo Fern Jr"],
      publishedAt: "2024-03-12",
      abstract: "We look at mice",
      keywords: ["mice"],
    });
    expect(kinds(papers[1]?.warnings ?? [])).toEqual(["day-unknown", "unclosed-entry"]);
    expect(warnings.map(({ kind, line }) => [kind, line])).toEqual([["outside-record", 12]]);
  });
});

describe("CSL-JSON", () => {
  test("items with names, dates in parts and a DOI", () => {
    const { papers, warnings, format } = readPapers(
      JSON.stringify([
        {
          id: "x",
          type: "article-journal",
          title: "On Mice",
          author: [
            { family: "Moss", given: "Ada" },
            { literal: "Mouse Group" },
            { family: "Berg", given: "Jo", "non-dropping-particle": "van den" },
          ],
          issued: { "date-parts": [["2024", 3]] },
          DOI: "10.48550/arXiv.2403.00001",
          "container-title": "Journal of Mice",
        },
        { type: "book", title: 7 },
      ]),
    );
    expect(format).toBe("csl-json");
    expect(papers[0]).toMatchObject({
      id: "arxiv:2403.00001",
      authors: ["Ada Moss", "Mouse Group", "Jo van den Berg"],
      publishedAt: "2024-03-01",
      venue: "Journal of Mice",
    });
    expect(kinds(papers[0]?.warnings ?? [])).toEqual(["day-unknown"]);
    expect(kinds(warnings)).toEqual(["bad-entry"]);
  });
});

describe("Markdown lists", () => {
  test("linked and bold titles, labels that are none, and fields below", () => {
    const { papers, warnings, format } = readPapers(`# Reading

- [On *Mice*](https://arxiv.org/abs/2403.00001v2) — Moss
  Authors: Ada Moss, Bo Fern
  Published: 2024-03-12
  We look at mice.
* **On Kites**. [paper](https://example.org/kites.pdf) [code](https://example.org/kites)
3. On Glass, https://doi.org/10.1000/glass
- nothing here
`);
    expect(format).toBe("markdown");
    expect(papers.map(({ id, title, abstract }) => [id, title, abstract])).toEqual([
      ["arxiv:2403.00001", "On *Mice*", "We look at mice."],
      ["title:on-kites", "On Kites", ""],
      ["doi:10.1000/glass", "On Glass", ""],
    ]);
    expect(papers[0]).toMatchObject({
      authors: ["Ada Moss", "Bo Fern"],
      publishedAt: "2024-03-12",
      sourceLine: 3,
    });
    expect(warnings.map(({ kind, line }) => [kind, line])).toEqual([["no-paper", 9]]);
  });
});

describe("identifiers, one a line", () => {
  test("of every spelling, each paper once", () => {
    const { papers, warnings, format } = readPapers(
      "2403.00001\narXiv:2403.00001v3\nhttps://huggingface.co/papers/2403.00002\nhttps://arxiv.org/pdf/cs.LG/0101001v1.pdf\n10.1000/ABC\nhttps://example.org/x\nhello there\n",
    );
    expect(format).toBe("ids");
    expect(papers.map(({ id }) => id)).toEqual([
      "arxiv:2403.00001",
      "arxiv:2403.00002",
      "arxiv:cs.LG/0101001",
      "doi:10.1000/abc",
      "title:https-example-org-x",
    ]);
    expect(warnings.map(({ kind, line }) => [kind, line])).toEqual([
      ["no-paper", 7],
      ["repeated", 2],
    ]);
  });
});

describe("what is read at all", () => {
  test("bytes that are no UTF-8 are refused with the place; a mark before the text is none", () => {
    expect(() => readPapers(new Uint8Array([0x40, 0xff, 0x41]))).toThrow("not UTF-8");
    const marked = new TextEncoder().encode("\ufeff2403.00001");
    expect(readPapers(marked).papers.map(({ id }) => id)).toEqual(["arxiv:2403.00001"]);
  });

  test("a year of the page that is none is refused", () => {
    expect(() => readPapers("2403.00001", { pageYear: 24 })).toThrow("The year of the page");
  });

  test("the format can be said", () => {
    expect(() => readPapers("2403.00001", { format: "bibtex" })).toThrow("No paper is in the file");
  });
});
