import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem, problemText } from "#core/errors.ts";
import { Rule } from "#core/project.ts";
import { unwrap } from "#core/result.ts";
import { ctxOf, itemOf, proposerSuite } from "./proposer.suite.ts";
import { compileRules, type ParseRulesOptions, parseRules, rulesProposer } from "./rules.ts";

const YAML = `rules:
  - id: click
    kind: regex
    label: spam
    pattern: 'click\\s+here'
  - id: money
    kind: keywords
    label: spam
    words: [cash, Free Offer, 現金]
    atLeast: 2
    because: It talks of money.
  - id: list
    kind: lookup
    field: precedence
    table: {Bulk: ham, junk: spam}
  - id: score
    kind: number
    label: spam
    field: score
    above: 5
    below: 10
`;
const rules = unwrap(parseRules(YAML, { classes: ["spam", "ham"] }));
const compiled = compileRules(rules);
const only = (id: string) => compileRules(rules.filter((rule) => rule.id === id));
const doc = (text: string, fields: Record<string, string | number | boolean> = {}) => ({
  text,
  fields,
});

proposerSuite({
  name: "rules",
  classes: ["spam", "ham"],
  make: () => rulesProposer(rules),
  items: [
    itemOf("a", "Click here"),
    itemOf("b", "hi", { precedence: "bulk" }),
    itemOf("c", "click here", { score: "7" }),
  ],
  easy: ["spam", "ham", "spam"],
});

test("a regex votes where it matches, with every stretch it matched", () => {
  const [vote] = only("click").vote(doc("Please CLICK  here or click here"));
  expect(vote).toEqual({
    source: "click",
    output: "spam",
    because: "The text matches click\\s+here",
    evidence: [
      { field: "text", start: 7, end: 18 },
      { field: "text", start: 22, end: 32 },
    ],
  });
  expect(only("click").vote(doc("clickhere"))).toEqual([{ source: "click", output: null }]);
});

test("keywords are whole words in any case and spacing, counted once each", () => {
  const fires = (text: string) => only("money").fires(doc(text))[0];
  expect(fires("cash for a free\n  OFFER")).toBe("spam");
  expect(fires("cash cash cash")).toBe(null);
  expect(fires("cashier, free offering, cash")).toBe(null);
  expect(fires("_cash free offer")).toBe(null);
  expect(fires("有現金的 cash")).toBe("spam");
  const [vote] = only("money").vote(doc("CASH! free offer"));
  expect(vote?.because).toBe("It talks of money.");
  expect(vote?.evidence).toEqual([
    { field: "text", start: 0, end: 4 },
    { field: "text", start: 6, end: 16 },
  ]);
});

test("without a sentence of its own a rule says what it found", () => {
  const [words] = compileRules([
    Rule.parse({ id: "k", kind: "keywords", label: "a", words: ["b", "c"] }),
  ]).vote(doc("c b d"));
  expect(words?.because).toBe('The text has "b", "c"');
  expect(only("list").vote(doc("", { precedence: " BULK " }))[0]).toMatchObject({
    output: "ham",
    because: 'The precedence is "BULK"',
    evidence: [{ field: "precedence", start: 0, end: 6 }],
  });
  expect(only("score").vote(doc("", { score: 6 }))[0]).toMatchObject({
    because: "The score is 6, above 5 and below 10",
  });
});

test("a lookup knows its values and no others, not even an object's own", () => {
  const fires = (value: string) => only("list").fires(doc("", { precedence: value }))[0];
  expect([
    fires("bulk"),
    fires("JUNK"),
    fires("list"),
    fires("constructor"),
    fires("__proto__"),
  ]).toEqual(["ham", "spam", null, null, null]);
  expect(only("list").fires(doc("bulk"))).toEqual([null]);
});

test("a number is strictly between its bounds; what is no number abstains", () => {
  const fires = (score: string | number | boolean) => only("score").fires(doc("", { score }))[0];
  expect([5, 5.1, 9.9, 10, Number.NaN].map(fires)).toEqual([null, "spam", "spam", null, null]);
  expect(["7", " 7 ", "", " ", "seven", true].map(fires)).toEqual([
    "spam",
    "spam",
    null,
    null,
    null,
    null,
  ]);
});

test("fields are the document's own: toString is none", () => {
  const rule = Rule.parse({
    id: "r",
    kind: "regex",
    label: "spam",
    field: "toString",
    pattern: ".",
  });
  expect(compileRules([rule]).fires(doc("x"))).toEqual([null]);
});

test("the fast path says what the votes say, and evidence lies within what it points at", () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("cash", "free offer", "click here", "現金", "x", "\n", "😀"), {
        maxLength: 8,
      }),
      fc.dictionary(
        fc.constantFrom("precedence", "score"),
        fc.constantFrom("bulk", "7", "99", "junk"),
        { noNullPrototype: true },
      ),
      (words, fields) => {
        const document = doc(words.join(" "), fields);
        const votes = compiled.vote(document);
        expect(votes.map(({ output }) => output)).toEqual(compiled.fires(document));
        for (const { output, because, evidence } of votes) {
          expect(output === null).toBe(because === undefined);
          for (const { field, start, end } of evidence ?? []) {
            const read = field === "text" ? document.text : (fields[field] ?? "");
            expect(start).toBeLessThan(end);
            expect(end).toBeLessThanOrEqual(read.length);
          }
        }
      },
    ),
    { seed: 7, numRuns: 200 },
  ));

function problemOf(yaml: string, options?: ParseRulesOptions): Problem {
  const parsed = parseRules(yaml, options);
  if (parsed.ok) throw new Error("it parsed");
  return parsed.error;
}
const list = (...lines: string[]) =>
  lines.map((line, i) => `${i === 0 ? "- " : "  "}${line}`).join("\n");
const FINE = list("id: fine", "kind: regex", "label: spam", "pattern: x");

test.each([
  ["the YAML is broken", "- id: [a\n- b: c", 2, /^The YAML does not parse/],
  ["not a list", "just words", 1, /not a list of rules/],
  ["rules: is not a list", "name: x\nrules: 7", 2, /not a list of rules/],
  ["no kind", `${FINE}\n${list("id: b", "label: spam")}`, 5, /not as expected/],
  [
    "an unknown key",
    `${FINE}\n${list("id: b", "kind: regex", "label: spam", "pattern: x", "colour: red")}`,
    5,
    /not as expected/,
  ],
  [
    "a field of another type",
    list("id: b", "kind: regex", "label: spam", "pattern:", "  - x"),
    5,
    /not as expected/,
  ],
  ["an id twice", `${FINE}\n${FINE}`, 5, /"fine" is there twice/],
  [
    "a broken pattern",
    `${FINE}\n${list("id: b", "kind: regex", "label: spam", "pattern: '(a+'")}`,
    8,
    /Rule "b": the pattern does not compile: a group "\(" is never closed, at character 1/,
  ],
  [
    "look-behind",
    list("id: b", "kind: regex", "label: spam", "pattern: 'x(?<=y)'"),
    4,
    /look-behind is not supported.*, at character 2/,
  ],
  [
    "a label outside the set",
    list("id: b", "kind: regex", "label: eggs", "pattern: x"),
    4,
    /outside the set/,
  ],
  [
    "a lookup to a label outside the set",
    list("id: b", "kind: lookup", "field: x", "table: {a: eggs}"),
    4,
    /outside the set/,
  ],
  ["an empty table", list("id: b", "kind: lookup", "field: x", "table: {}"), 4, /table is empty/],
  [
    "more words wanted than there are",
    list("id: b", "kind: keywords", "label: spam", "words: [a, A]", "atLeast: 2"),
    4,
    /can never fire/,
  ],
  ["a blank word", list("id: b", "kind: keywords", "label: spam", "words: [' ']"), 4, /blank/],
  [
    "a number without bounds",
    list("id: b", "kind: number", "label: spam", "field: x"),
    1,
    /no bound/,
  ],
  [
    "bounds the wrong way round",
    list("id: b", "kind: number", "label: spam", "field: x", "above: 5", "below: 5"),
    1,
    /can never fire/,
  ],
])("%s: told with its line", (_, yaml, line, message) => {
  const problem = problemOf(yaml, { file: "rules.yaml", classes: ["spam", "ham"] });
  expect(problem).toBeInstanceOf(Problem);
  expect(problem.message).toMatch(message);
  expect(problem.detail.at).toMatchObject({ file: "rules.yaml", line });
});

test("the whole sentence of a wrong field", () => {
  const yaml = `${FINE}\n${list("id: b", "kind: number", "label: spam", "field: x", "above: high")}`;
  expect(problemText(problemOf(yaml, { file: "rules.yaml" }))).toBe(
    'rules.yaml, line 9, field "above": A rule is not as expected. Expected number, received string. Got "high".',
  );
});

test("a YAML that unfolds without end is refused", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (let i = 0; i < 9; i++)
    bomb.push(
      `${"bcdefghij"[i]}: &${"bcdefghij"[i]} [${Array(9).fill(`*${"abcdefghij"[i]}`).join(", ")}]`,
    );
  expect(problemOf(bomb.join("\n")).message).toContain("does not resolve");
});

test("compiling a rule that cannot run throws its problem", () => {
  expect(() =>
    compileRules([Rule.parse({ id: "b", kind: "regex", label: "x", pattern: "(" })]),
  ).toThrow('Rule "b"');
});

test("rules that disagree evenly leave the item open", () => {
  const proposer = rulesProposer(rules);
  const item = itemOf("m", "click here", { precedence: "bulk" });
  expect(proposer.explain(item).map(({ output }) => output)).toEqual(["spam", null, "ham", null]);
});

test("other rules are another version", async () => {
  const versionOf = async (some: readonly Rule[]) => {
    for await (const { source } of rulesProposer(some).propose([itemOf("m", "x")], ctxOf()))
      return source.version;
  };
  expect(await versionOf(rules)).toBe(await versionOf(rules));
  expect(await versionOf(rules)).not.toBe(await versionOf(rules.slice(1)));
});
