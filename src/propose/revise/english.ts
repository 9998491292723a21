const COMMON = new Set(
  (
    "the of and to in a is that it for on was with as be by are this from at or have not but an " +
    "which they you were their we can has will if all there would what when who so been more no"
  ).split(" "),
);
/** A tenth: English prose has 40 to 50 %, other languages a few percent by chance. */
const SHARE_MIN = 0.1;
/** A shorter text may well be a heading without one of them. */
const WORDS_MIN = 20;

/** Whether a text may be English, by how many of its words are among the commonest; yes where it is too short to tell. */
export function mayBeEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length < WORDS_MIN) return true;
  return words.filter((word) => COMMON.has(word)).length >= SHARE_MIN * words.length;
}
