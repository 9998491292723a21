import { expect, test } from "vitest";
import { articleProposer } from "./articles.ts";
import { accepted, changesOf, ctxOf, editProposerSuite } from "./proposer.suite.ts";

editProposerSuite("articles", async () => articleProposer);

const revised = async (text: string) =>
  accepted(text, await articleProposer.propose(text, ctxOf()));

test.each([
  ["A apple and an pear", "An apple and a pear"],
  [
    "a hour, an unicorn, a unimaginable noise, an one-way street",
    "an hour, a unicorn, an unimaginable noise, a one-way street",
  ],
  ["a FBI agent and an URL, a SMTP server", "an FBI agent and a URL, an SMTP server"],
  ["a 8 year old, an 7 day week, an 11 and a 18", "an 8 year old, a 7 day week, an 11 and an 18"],
])("a and an by sound: %s", async (text, right) => {
  expect(await revised(text)).toBe(right);
});

test.each([
  ["It is same as before.", "It is the same as before."],
  ["He stood in middle of it.", "He stood in the middle of it."],
  ["They live in house.", "They live in the house."],
  ["It was good idea.", "It was a good idea."],
  ["It is important point to make.", "It is an important point to make."],
])("a missing article: %s", async (text, right) => {
  expect(await revised(text)).toBe(right);
});

test.each([
  "It is the same.",
  "In front of his house, in terms of its use, by way of this",
  "They live in houses. In the middle of it.",
  "It is good for you. It was new and big.",
  "Grade A students and plan A is on.",
  "He went to House, in Middle of Road.",
  "the first, second and third",
])("nothing to say: %s", async (text) => {
  expect(changesOf(await articleProposer.propose(text, ctxOf()))).toEqual([]);
});
