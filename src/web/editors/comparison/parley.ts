/** Texts of the world `brief` as a person reads them: six facts, what is asked for, and in what manner. */

export interface ParleyPrompt {
  readonly facts: readonly { readonly key: string; readonly value: string }[];
  readonly asked: readonly string[];
  readonly style: "polite" | "plain";
}

const PROMPT =
  /^(?:<s> )?(\d) (\d) (\d) (\d) (\d) (\d) ([a-f-]) ([a-f-]) ([a-f-]) (polite|plain)(?: \|)?$/;
const KEYS = "abcdef";

/** What a prompt says; null where it is another kind of text. */
export function parleyPrompt(text: string): ParleyPrompt | null {
  const words = PROMPT.exec(text.trim());
  if (words === null) return null;
  const asked = words.slice(7, 10).filter((word) => word !== "-");
  if (asked.length === 0) return null;
  return {
    facts: [...KEYS].map((key, k) => ({ key, value: words[k + 1] ?? "" })),
    asked,
    style: words[10] === "polite" ? "polite" : "plain",
  };
}

/** A stretch of a reply: a statement of a fact, or words. */
export interface ParleyPart {
  readonly kind: "fact" | "words";
  readonly text: string;
}

const FACT = /\b[a-h] \d\b/g;

/** A reply cut into the facts it states and the words around them; joined by spaces they are the reply. */
export function parleyParts(text: string): ParleyPart[] {
  const parts: ParleyPart[] = [];
  let from = 0;
  const words = (to: number) => {
    const between = text.slice(from, to).trim();
    if (between !== "") parts.push({ kind: "words", text: between });
  };
  for (const { index, 0: fact } of text.matchAll(FACT)) {
    words(index);
    parts.push({ kind: "fact", text: fact });
    from = index + fact.length;
  }
  words(text.length);
  return parts;
}

/** "b and e", "b, c and e". */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
