/** Prompts of a world as texts, and back. */

import { Problem, quoted } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";
import { type BriefPrompt, brief } from "#worlds/language/brief.ts";
import { digitOf, keyOf, textOf, tokenOf } from "#worlds/language/tokens.ts";
import { worldPrompt } from "./comparison-projects.ts";

/** A fresh prompt of the world, as text. */
export const freshPrompt = (rng: Rng): string => textOf(brief.tokens(brief.prompt(rng)));

const FACTS = 6;

/** What a prompt's text says. @throws Problem `bad-input` where it is not one of the world. */
export function promptOf(text: string): BriefPrompt {
  const tokens = worldPrompt(text);
  const facts = tokens.slice(1, 1 + FACTS).map(digitOf);
  const asked = tokens
    .slice(1 + FACTS, -2)
    .map(keyOf)
    .filter((key) => key >= 0);
  const style = tokens.at(-2) === tokenOf("polite") ? "polite" : "plain";
  const prompt: BriefPrompt = { facts, asked, style };
  const same =
    facts.every((fact) => fact >= 0) &&
    asked.length > 0 &&
    textOf(brief.tokens(prompt)) === textOf(tokens);
  if (same) return prompt;
  throw new Problem("bad-input", "The prompt is not one of this world", {
    expected:
      'six digits, three keys or "-", and polite or plain: "<s> 3 1 4 1 5 9 b e - polite |"',
    got: quoted(text),
    at: { field: "prompt" },
  });
}
