import { expect, test } from "vitest";
import { longestWord, utterancesOf } from "./pasted.ts";

test("one utterance a line, turns as JSON by their utterance, blank lines nothing", () => {
  expect(
    utterancesOf(
      'play songs\r\n\n  {"userId": "u", "ts": 1, "utterance": " stop " }\n{broken\n{"a": 1}\n',
    ),
  ).toEqual({ utterances: ["play songs", "stop", "{broken", '{"a": 1}'], left: 0 });
  expect(utterancesOf(" \n")).toEqual({ utterances: [], left: 0 });
  expect(utterancesOf('{"utterance": ""}')).toEqual({ utterances: [], left: 0 });
});

test("a long session is cut, and says by how much", () => {
  const { utterances, left } = utterancesOf(
    Array.from({ length: 60 }, (_, i) => `u${i}`).join("\n"),
  );
  expect([utterances.length, left]).toEqual([50, 10]);
});

test("the longest word, the first of several, nothing where there is none", () => {
  expect(["Play SONGS, please!", "a bb cc", "<b>!</b>", "…", ""].map(longestWord)).toEqual([
    "please",
    "bb",
    "b",
    "",
    "",
  ]);
});
