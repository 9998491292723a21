import { expect, test } from "vitest";
import { mayBeEnglish } from "./english.ts";
import { ctxOf } from "./proposer.suite.ts";
import { localProposers } from "./proposers.ts";

const GERMAN =
  "Der alte Mann ging an diesem Morgen sehr langsam die Strasse hinunter, weil er in der Nacht " +
  "zuvor kaum geschlafen hatte und seine Beine ihm weh taten. Er may nicht mehr usually laufen.";

test("English is told by its commonest words, and short texts get the benefit of the doubt", () => {
  expect(mayBeEnglish("")).toBe(true);
  expect(mayBeEnglish("Installation")).toBe(true);
  expect(mayBeEnglish(GERMAN)).toBe(false);
  expect(
    mayBeEnglish(`The old man went down the road that morning, as he had not slept. ${"x"}`),
  ).toBe(true);
});

test("spelling, phrases, articles and grammar, the same ones each time", async () => {
  const proposers = await localProposers();
  expect(proposers.map(({ source }) => source)).toEqual([
    "spelling",
    "phrases",
    "articles",
    "grammar",
  ]);
  const text = "He go home in order to see a old freind.";
  const found = await Promise.all(proposers.map((proposer) => proposer.propose(text, ctxOf())));
  expect(found.every((candidates) => candidates.length > 0)).toBe(true);
});

test("on another language every local proposer is silent", async () => {
  for (const proposer of await localProposers())
    expect(await proposer.propose(GERMAN, ctxOf())).toEqual([]);
});
