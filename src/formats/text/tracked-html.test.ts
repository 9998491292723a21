import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Problem, problemText } from "#core/errors.ts";
import { edited, intents, texts } from "./text.fixture.ts";
import { readTrackedHtml, type TrackedDocument, writeTrackedHtml } from "./tracked-html.ts";

const SEED = 20_240_117;
const document: TrackedDocument = {
  title: "A <title>",
  format: "markdown",
  text: "\nteh cat & <script>alert(1)</script>\r\nsat",
  edits: [
    {
      edit: { start: 1, end: 4, before: "teh", after: "the" },
      intent: "fluency",
      source: "spelling",
      decision: "accepted",
    },
    {
      edit: { start: 5, end: 5, before: "", after: 'big "red" ' },
      intent: null,
      source: null,
      decision: "open",
    },
  ],
};

test("a page marks each change, escapes all of the text and lets nothing run", () => {
  const html = writeTrackedHtml(document);
  expect(html).toContain(
    '<del data-edit="1" data-intent="fluency" data-source="spelling" data-decision="accepted">teh</del>' +
      '<ins data-edit="1" data-intent="fluency" data-source="spelling" data-decision="accepted">the</ins>',
  );
  expect(html).toContain('<ins data-edit="2" data-decision="open">big &quot;red&quot; </ins>');
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&#13;\n");
  expect(html).toContain("<title>A &lt;title&gt;</title>");
  expect(html).not.toContain("<script");
  expect(html).toContain("default-src 'none'");
  expect(readTrackedHtml(html)).toEqual(document);
});

test("what is written reads back as it was, and written again is the same page", () => {
  const decisions = fc.constantFrom("open" as const, "accepted" as const, "rejected" as const);
  const known = fc.record({
    intent: intents,
    source: fc.option(texts, { nil: null }),
    decision: decisions,
  });
  fc.assert(
    fc.property(edited, fc.infiniteStream(known), texts, ({ text, edits }, stream, title) => {
      const tracked: TrackedDocument = {
        title,
        format: "plain",
        text,
        edits: edits.map((edit) => ({ edit, ...stream.next().value })),
      };
      const html = writeTrackedHtml(tracked);
      expect(html.match(/<\/?(?!del|ins)[a-z]+/g)).toEqual(
        writeTrackedHtml({ title: "", format: "plain", text: "", edits: [] }).match(/<\/?[a-z]+/g),
      );
      expect(readTrackedHtml(html)).toEqual(tracked);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("marks made by hand need no numbers; a page saved with CRLF is the same text", () => {
  const page =
    '<pre class="document">\r\na <del>b</del><ins>c</ins> &#x64;&apos;\r\n<ins>e</ins></pre>';
  const read = readTrackedHtml(page);
  expect(read.text).toBe("a b d'\n");
  expect(read.edits.map(({ edit }) => [edit.start, edit.before, edit.after])).toEqual([
    [2, "b", "c"],
    [7, "", "e"],
  ]);
});

describe("a page that is not one says where", () => {
  const problemOf = (html: string): string => {
    try {
      readTrackedHtml(html);
    } catch (error) {
      return problemText(error as Problem);
    }
    return "none";
  };
  const page = (inner: string) =>
    `<html>\n<pre class="document" data-format="plain">\n${inner}</pre>`;
  test.each([
    ["<p>hello</p>", "holds no document"],
    ['x\n<pre class="document"> a', "line 2: The page holds no document"],
    [page("a\n<b>c</b>"), "line 4: The page holds markup"],
    [page("a <script>alert(1)</script>"), "line 3: The page holds markup"],
    [page("a & b"), 'Got "& b"'],
    [page("a &bogus; b"), "&bogus;"],
    [page("<del>never closed"), "holds markup"],
    [page('a\n<ins data-intent="magic">b</ins>'), 'line 4, field "data-intent"'],
    [page('<ins data-decision="maybe">b</ins>'), 'field "data-decision"'],
    [page("a").replace("plain", "docx"), 'field "data-format"'],
  ])("%j", (html, expected) => {
    expect(problemOf(html)).toContain(expected);
  });

  test("an edit of another text is refused when written", () => {
    const edits = [{ ...document.edits[0], edit: { start: 0, end: 3, before: "teh", after: "" } }];
    expect(() => writeTrackedHtml({ ...document, edits: edits as never })).toThrow(
      "not of this text",
    );
  });
});
