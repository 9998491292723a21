import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEntities } from "#core/entities.ts";
import { htmlText } from "./html-text.ts";

const textOf = (html: string) => htmlText(html, { charsMax: 4_000, linksMax: 3 }).text;

test.each([
  ["<p>Hello <b>wor</b>ld</p>", "Hello world"],
  ["a<br>b<BR/>c", "a\nb\nc"],
  ["<table><tr><td>1</td><td>2</td></tr></table>", "1\n\n2"],
  ["<script>alert('<b>x</b>')</script>after", "after"],
  ["<STYLE type=x>p { color: red }</STYLE >after", "after"],
  ["<title>no</title>yes", "yes"],
  ["a<!-- <b>hidden</b> > -->b", "ab"],
  ["a<!-- never closed > b", "a b"],
  ['<a title="x > y" href="u">link</a>', "link"],
  ["<img alt='never closed>text", "text"],
  ["1 < 2 and 3 > 2, I <3 you", "1 < 2 and 3 > 2, I <3 you"],
  ["tail <b", "tail"],
  [
    "&lt;b&gt; &amp;amp; &#65;&#x42; &eacute; &unknown; &#0;&#xD800;x",
    "<b> &amp; AB é &unknown; x",
  ],
  ["  many \n\t spaces\u00a0 here ", "many spaces here"],
  ["<script>never closed", "never closed"],
  ["", ""],
])("%s reads as %s", (html, text) => {
  expect(textOf(html)).toBe(text);
});

test("links of anchors, images and forms in order, as many as asked for", () => {
  const html =
    "<a href=\"http://a/?x=1&amp;y=2\">1</a><img src=http://b/i.gif><form action='http://c'><a href=d>";
  expect(htmlText(html, { charsMax: 100, linksMax: 3 }).links).toEqual([
    "http://a/?x=1&y=2",
    "http://b/i.gif",
    "http://c",
  ]);
});

test("text without markup characters comes back as it is, spaces closed up", () =>
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (raw) => {
      const plain = raw.replace(/[<&]/g, "");
      expect(textOf(plain)).toBe(
        plain
          .replace(/[^\S\u00a0]+/g, " ")
          .replace(/[\s\u00a0]+/g, " ")
          .trim(),
      );
    }),
    { seed: 7, numRuns: 300 },
  ));

test("brackets, quotes, comments and scripts that never close are one pass over the markup, not many", () => {
  const n = 100_000;
  expect(textOf("<".repeat(n))).toBe("<".repeat(8_000));
  for (const piece of ["<a href='", '<p a="', "<!-- ", "<script>", "<b>", "<p a='\">"])
    expect(textOf(piece.repeat(n))).not.toContain("<b>");
});

test("entities beyond Unicode are a space", () => {
  expect(decodeEntities("a&#x110000;b&#9999999;c")).toBe("a b c");
});
