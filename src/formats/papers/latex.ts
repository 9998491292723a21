/** Text of BibTeX fields to Unicode and back: accents, letters, escapes. Mathematics stays as it is written. */

const ACCENTS: Readonly<Record<string, string>> = {
  "`": "\u0300",
  "'": "\u0301",
  "^": "\u0302",
  "~": "\u0303",
  "=": "\u0304",
  u: "\u0306",
  ".": "\u0307",
  '"': "\u0308",
  r: "\u030a",
  H: "\u030b",
  v: "\u030c",
  d: "\u0323",
  c: "\u0327",
  k: "\u0328",
  b: "\u0331",
};

const LETTERS: Readonly<Record<string, string>> = {
  ss: "ß",
  ae: "æ",
  AE: "Æ",
  oe: "œ",
  OE: "Œ",
  aa: "å",
  AA: "Å",
  o: "ø",
  O: "Ø",
  l: "ł",
  L: "Ł",
  i: "ı",
  j: "ȷ",
  dh: "ð",
  th: "þ",
  textendash: "–",
  textemdash: "—",
  textbackslash: "\ue003",
  textasciitilde: "\ue004",
  textasciicircum: "^",
  ldots: "…",
  dots: "…",
  textquoteright: "’",
  textquoteleft: "‘",
  textquotedblleft: "“",
  textquotedblright: "”",
  copyright: "©",
  textdegree: "°",
  euro: "€",
  texteuro: "€",
  LaTeX: "LaTeX",
  TeX: "TeX",
};

/** What stands for characters that are text, so that no later step takes them for markup. */
const HELD: Readonly<Record<string, string>> = {
  "\ue001": "{",
  "\ue002": "}",
  "\ue003": "\\",
  "\ue004": "~",
};

const MATHEMATICS = /((?<!\\)\$(?:\\.|[^$\\])*\$)/;
const DOTLESS: Readonly<Record<string, string>> = { "\\i": "i", "\\j": "j" };

/** A field's value without its braces, as text. */
export const fromLatex = (value: string): string =>
  value
    .split(MATHEMATICS)
    .map((part, i) => (i % 2 === 1 ? part : plainPart(part)))
    .join("")
    .replace(/\s+/g, " ")
    .trim();

const plainPart = (text: string): string =>
  text
    .replace(
      /\\([`'^~=."])\s*(?:\{\s*(\\[ij]|\p{L})\s*\}|(\\[ij](?![a-zA-Z])|\p{L}))/gu,
      (whole, accent: string, braced?: string, bare?: string) =>
        accented(accent, braced ?? bare) ?? whole,
    )
    .replace(
      /\\([uvHrcdkb])(?:\s*\{\s*(\\[ij]|\p{L})\s*\}|\s+(\p{L}))/gu,
      (whole, accent: string, braced?: string, bare?: string) =>
        accented(accent, braced ?? bare) ?? whole,
    )
    .replace(
      /\\([a-zA-Z]+)(?:\{\}|\s+|(?![a-zA-Z]))/g,
      (whole, name: string) => LETTERS[name] ?? whole,
    )
    .replace(/\\(?:emph|textbf|textit|textsc|texttt|textrm|mbox|url|href|text)\s*(?=\{)/g, "")
    .replace(/\\([%&#_$ ])/g, "$1")
    .replace(/\\([{}])/g, (_, brace: string) => (brace === "{" ? "\ue001" : "\ue002"))
    .replaceAll("~", " ")
    .replace(/(?<!-)---(?!-)/g, "—")
    .replace(/(?<!-)--(?!-)/g, "–")
    .replace(/``|''/g, (quotes) => (quotes === "``" ? "“" : "”"))
    .replace(/[{}]/g, "")
    .replace(/[\ue001-\ue004]/g, (held) => HELD[held] ?? held);

function accented(accent: string, letter: string | undefined): string | undefined {
  const mark = ACCENTS[accent];
  if (mark === undefined || letter === undefined) return undefined;
  return `${DOTLESS[letter] ?? letter}${mark}`.normalize("NFC");
}

const ESCAPED: Readonly<Record<string, string>> = {
  "\\": "{\\textbackslash}",
  "{": "\\{",
  "}": "\\}",
  "%": "\\%",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  $: "\\$",
  "~": "{\\textasciitilde}",
  "^": "{\\textasciicircum}",
};

/** Text as a field's value; letters beyond ASCII stay, as BibTeX of today reads UTF-8. */
export const toLatex = (text: string): string =>
  text
    .replace(/[\\{}%&#_$~^]/g, (character) => ESCAPED[character] ?? character)
    .replace(/-(?=-)/g, "-{}")
    .replace(/`(?=`)/g, "`{}")
    .replace(/'(?=')/g, "'{}");
