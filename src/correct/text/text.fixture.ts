import fc from "fast-check";

/** What trips up code that counts in characters: pairs, marks, joined emoji, right-to-left, mixed line ends, ties. */
const PIECES = [
  "the",
  "The",
  "cat",
  "cats",
  "don't",
  "3.14",
  "1,000",
  "well-known",
  "é",
  "e\u0301",
  "\u0301",
  "😀",
  "👩‍💻",
  "❤️‍🔥",
  "𝒜",
  "שלום",
  "مرحبا",
  "\u200f",
  "我喜欢猫",
  "ภาษา",
  ".",
  ",",
  "'",
  "…",
  " ",
  " ",
  " ",
  "  ",
  "\t",
  "\u00a0",
  "\n",
  "\r\n",
  "\r",
  "\n\n",
] as const;

/** Texts of such pieces; short enough that equal ones come up. */
export const texts = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 24 })
  .map((pieces) => pieces.join(""));

/** A text and a revision of it, so that most of the two is the same. */
export const revisions = fc
  .tuple(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }),
    fc.array(fc.tuple(fc.nat(40), fc.nat(2), fc.constantFrom("", ...PIECES)), { maxLength: 6 }),
  )
  .map(([before, changes]) => {
    const after: string[] = [...before];
    for (const [at, removed, put] of changes) after.splice(at, removed, put);
    return { before: before.join(""), after: after.join("") };
  });
