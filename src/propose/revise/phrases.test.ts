import { expect, test } from "vitest";
import { carelessPhraseProposer, phraseProposer } from "./phrases.ts";
import { accepted, changesOf, ctxOf, editProposerSuite } from "./proposer.suite.ts";

editProposerSuite("phrases", async () => phraseProposer);
editProposerSuite("careless phrases", async () => carelessPhraseProposer);

const propose = (text: string) => phraseProposer.propose(text, ctxOf());

test("wordy, stiff and clumsy phrases, each with its intent", async () => {
  const text = "In order to win, but however late, we don't go thru prior  to\nnoon.";
  const candidates = await propose(text);
  expect(changesOf(candidates)).toEqual([
    "In order to → To",
    "but however → but",
    "don't → do not",
    "thru → through",
    "prior  to → before",
  ]);
  expect(candidates.map(({ intent }) => intent)).toEqual([
    "clarity",
    "coherence",
    "style",
    "style",
    "clarity",
  ]);
});

test("a dropped phrase takes its blank along and hands on its capital", async () => {
  const text = "Usually we win. It grew significantly last year. It grew significantly.";
  expect(await propose(text)).toEqual([]);
  const candidates = await carelessPhraseProposer.propose(text, ctxOf());
  expect(accepted(text, candidates)).toBe("We win. It grew last year. It grew .");
  expect(candidates.every(({ score }) => score === 0.5)).toBe(true);
});

test("a phrase inside a word, or across a full stop, is none", async () => {
  expect(
    await propose("The maybe mighty getaway whichever. It was prior. To me it-may-be."),
  ).toEqual([]);
});

test("curly apostrophes are apostrophes", async () => {
  expect(changesOf(await propose("They can’t."))).toEqual(["can’t → cannot"]);
});
