import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { type BriefPrompt, brief } from "./brief.ts";
import { END, textOf, tokensOf } from "./tokens.ts";
import { goldOf } from "./world.ts";

const polite: BriefPrompt = { facts: [3, 1, 4, 1, 5, 9], asked: [1, 4], style: "polite" };
const plain: BriefPrompt = { ...polite, style: "plain" };

const gold = (reply: string, prompt = polite) => goldOf(brief, prompt, tokensOf(reply));

test("a prompt reads as written, empty slots marked", () => {
  expect(textOf(brief.tokens(polite))).toBe("<s> 3 1 4 1 5 9 b e - polite |");
  expect(brief.tokens(polite)).toHaveLength(brief.promptTokens);
});

test.each([
  ["hello b 1 e 5 .", 2 + 0.4],
  ["b 1 .", 1],
  [".", 0],
  ["b 2 e 5 .", 1 - 0.8],
  ["b 1 e 5 a 3 .", 2 - 0.25], // true, and nobody asked
  ["b 1 e 5 a 7 .", 2 - 0.25 - 0.8], // neither asked nor true
  ["b 1 b 1 e 5 .", 2 - 0.4],
  ["b 2 b 1 .", 1 - 0.8 - 0.4], // said right the second time: still false once
  ["b 1 e 5", 2 - 0.5],
  ["hello sure b 1 e 5 thanks thanks .", 2 + 0.8 - 0.6],
  ["b 1 e 5 great .", 2 + 0.2],
  ["b 1 e 5 great great great .", 2 + 0.2 - 0.6],
  ["really b 1 note e 5 .", 2 - 0.3],
  ["b 1 7 e .", 1 - 0.3 - 0.3], // a stray digit and a stray key
  ["b 1 e 5 . thanks", 2], // nothing counts after the end
])("by hand: %s", (reply, worth) => {
  expect(gold(reply)).toBeCloseTo(worth, 12);
});

test("a plain prompt asks for less courtesy", () => {
  expect(gold("hello b 1 e 5 .", plain)).toBeCloseTo(2 + 0.2, 12);
  expect(gold("hello b 1 e 5 thanks .", plain)).toBeCloseTo(2 + 0.2 - 0.3, 12);
});

test("demonstrations fit, end, and are imperfect: better than saying nothing, worse than right", () => {
  const rng = rngOf("demonstrations");
  let sum = 0;
  const n = 4000;
  for (let i = 0; i < n; i++) {
    const prompt = brief.prompt(rng);
    const reply = brief.demonstrate(prompt, rng);
    expect(reply.length).toBeLessThanOrEqual(brief.replyTokensMax);
    expect(reply.indexOf(END)).toBe(reply.length - 1);
    const terms = brief.terms(prompt, reply);
    expect([terms.malformed, terms.noEnd].every((term) => Math.abs(term ?? 1) === 0)).toBe(true);
    sum += goldOf(brief, prompt, reply);
  }
  // 1.25 with s.d. 1.08 a reply: six standard errors either way.
  expect(Math.abs(sum / n - 1.25)).toBeLessThan(0.11);
});

test("any tokens at all have a finite worth, and no more than facts, courtesy and praise give", () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 16 });
  fc.assert(
    fc.property(tokens, fc.integer({ min: 0, max: 999 }), (reply, seed) => {
      const prompt = brief.prompt(rngOf(seed));
      const worth = goldOf(brief, prompt, reply);
      expect(Number.isFinite(worth)).toBe(true);
      expect(worth).toBeLessThanOrEqual(2 + 0.8 + 0.2 + 1e-12);
    }),
    { seed: 1 },
  );
});
