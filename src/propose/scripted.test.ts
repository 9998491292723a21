import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { ctxOf, itemOf, proposerSuite } from "./proposer.suite.ts";
import { glance, SCRIPTED_TEXT_CHARS, scriptedFromJson, scriptedProposer } from "./scripted.ts";

const CLASSES = ["spam", "ham"];
const example = (subject: string, text: string, label: string) => ({
  input: { text, fields: { subject } },
  label,
});
const EXAMPLES = [
  example("free cash", "win money today", "spam"),
  example("cheap loans", "cash for you", "spam"),
  example("kernel patch", "the build fails", "ham"),
  example("lunch", "shall we meet at noon", "ham"),
];
const make = () => unwrap(scriptedProposer(EXAMPLES, { classes: CLASSES }));

proposerSuite({
  name: "scripted",
  classes: CLASSES,
  make,
  items: [
    itemOf("a", "money", { subject: "cash" }),
    itemOf("b", "we meet at noon"),
    itemOf("c", "patch"),
  ],
  easy: ["spam", "ham", "ham"],
});

test("it says what it is, and gives a bare label", async () => {
  const { source } = make();
  expect(source).toMatchObject({ id: "scripted", kind: "scripted" });
  for await (const proposal of make().propose([itemOf("a", "x")], ctxOf()))
    expect(Object.keys(proposal).sort()).toEqual(["id", "itemId", "output", "source"]);
});

const HIDDEN = {
  text: `${"kernel ".repeat(40)} cash money win cheap loans today for you`.padEnd(400),
  fields: {},
};
const late = {
  text: `patch ${"-".repeat(SCRIPTED_TEXT_CHARS)} cash cash money win loans`,
  fields: { subject: "lunch" },
};

test("at first it sees subject and beginning only; asked again, all of it", () => {
  const proposer = make();
  expect(glance(late)).toBe(`lunch\n${late.text.slice(0, 200)}`);
  expect(proposer.first(late)).toBe("ham");
  expect(proposer.reconsider(late)).toBe("spam");
  expect(glance(HIDDEN)).not.toContain("cash");
});

test("evidence moves it by its log-odds, abstentions and labels it does not know do not", () => {
  const proposer = make();
  const document = { text: "nothing known", fields: {} };
  const votes = [
    { source: "money", output: "spam" },
    { source: "reply", output: null },
    { source: "odd", output: "eggs" },
  ];
  expect(proposer.reconsiderWithEvidence(document, votes, () => 0.1)).toBe("spam");
  expect(proposer.reconsiderWithEvidence(document, votes, () => -0.1)).toBe("ham");
  expect(
    proposer.reconsiderWithEvidence(late, [{ source: "reply", output: "ham" }], () => 20),
  ).toBe("ham");
});

test("a model from JSON is the same source", () => {
  const proposer = make();
  const again = scriptedFromJson(proposer.model.toJSON());
  expect(again.source).toEqual(proposer.source);
  expect(again.confidence(late)).toBe(proposer.confidence(late));
});
