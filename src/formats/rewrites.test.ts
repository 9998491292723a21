import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { RewriteRule } from "#core/rewrite.ts";
import { rewriteFormat } from "./rewrites.ts";

const rate = (successes: number, visits: number) => ({
  successes,
  visits,
  value: successes / visits,
  interval: { low: 0.1, high: 0.2, level: 0.8, method: "wilson" },
});

const rule = (fromKey: string, toText: string): RewriteRule => ({
  id: "rw-1",
  locale: "und",
  fromKey,
  fromText: fromKey,
  toKey: toText.toLowerCase(),
  toText,
  score: 0.5,
  share: 0.6,
  from: rate(2, 20),
  to: rate(36, 40),
  users: 9,
  examples: [[fromKey, toText]],
});

const written = (id: string, rules: RewriteRule[]) => [...rewriteFormat(id).write(rules)].join("");

test("JSONL comes back as it was", () => {
  const rules = [rule("play jaz", "Play jazz"), rule("a, b", 'say "c"')];
  const lines = written("jsonl", rules).trimEnd().split("\n");
  expect(lines.map((line) => RewriteRule.parse(JSON.parse(line)))).toEqual(rules);
  expect(written("jsonl", [])).toBe("");
});

test("CSV quotes what needs it", () => {
  const lines = written("csv", [rule("a, b", 'say "c"')]).split("\n");
  expect(lines[0]).toContain("from_key,from_text");
  expect(lines[1]).toBe('rw-1,und,"a, b","a, b","say ""c""","say ""c""",0.5,0.6,2,20,36,40,9');
});

test("synonyms: one a line, what has a meaning there escaped, masks left out", () => {
  expect(
    written("solr", [
      rule("play jaz", "Play  jazz"),
      rule("a, b", "x => y\nz"),
      rule("call <number>", "dial <number>"),
      rule("back\\slash", "slash"),
    ]),
  ).toBe("play jaz => play jazz\na\\, b => x \\=> y z\nback\\\\slash => slash\n");
  expect(() => rewriteFormat("xml")).toThrow(Problem);
});
