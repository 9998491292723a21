import { expect, test } from "vitest";
import { reasonsFor } from "./reasons.ts";

const votes = [
  { source: "reply", output: "ham", because: "The subject answers another mail." },
  { source: "silent", output: null },
  { source: "money", output: "spam", because: "It talks about money in several ways" },
];
const suggestion = { output: "spam", probability: 0.93 };

test("the harmoniser first, then the voters by weight, each with its side", () => {
  const reasons = reasonsFor({
    proposed: "ham",
    suggestion,
    votes,
    weights: { reply: 0.06, money: 0.14 },
  });
  expect(reasons).toEqual([
    {
      from: "harmoniser",
      text: 'The harmoniser holds "spam" right with probability 93 %, against the proposed "ham".',
    },
    {
      from: "money",
      text: 'money contradicts: "spam". It talks about money in several ways.',
      weight: 0.14,
    },
    { from: "reply", text: 'reply agrees: "ham". The subject answers another mail.', weight: 0.06 },
  ]);
});

test("an abstention has nothing to agree with", () => {
  const [first, second] = reasonsFor({ proposed: null, suggestion, votes, weights: {} });
  expect(first?.text).toMatch(/^No label was proposed\./);
  expect(second).toEqual({
    from: "money",
    text: 'money says "spam". It talks about money in several ways.',
  });
});

test("certainty is not rounded away", () => {
  const text = (probability: number) =>
    reasonsFor({
      proposed: "spam",
      suggestion: { output: "spam", probability },
      votes: [],
      weights: {},
    })[0]?.text;
  expect(text(0.9994)).toContain("99.9 %");
  expect(text(0.5)).toContain("50 %, as proposed");
});
