import { expect, test } from "vitest";
import { changesOf, ctxOf, editProposerSuite } from "./proposer.suite.ts";
import { englishLexicon, spellingProposer } from "./spelling.ts";

const english = englishLexicon().then(spellingProposer);
const changes = async (text: string) => changesOf(await (await english).propose(text, ctxOf()));

editProposerSuite("spelling", () => english);

/** A dictionary of a few words, so that every candidate can be seen. */
const tiny = (...words: string[]) => spellingProposer({ has: (word) => words.includes(word) });
const tinyChanges = async (words: string[], text: string) =>
  changesOf(await tiny(...words).propose(text, ctxOf()));

test("common slips", async () => {
  expect(await changes("I recieve teh wrod definately, seperate from the goverment.")).toEqual([
    "recieve → receive",
    "teh → the",
    "wrod → word",
    "definately → definitely",
    "seperate → separate",
    "goverment → government",
  ]);
});

test("what is right in America or in Britain is no slip", async () => {
  expect(await changes("My neighbor likes the color; my neighbour likes the colour.")).toEqual([]);
});

test("of several words: swapped letters before one left out, before one too many, before another one", async () => {
  expect(await tinyChanges([], "fram")).toEqual([]);
  expect(await tinyChanges(["from", "farm"], "fram")).toEqual(["fram → farm"]);
  expect(await tinyChanges(["abcd", "abd", "acb"], "abc")).toEqual(["abc → acb"]);
  expect(await tinyChanges(["abcd", "ab", "abx"], "abc")).toEqual(["abc → abcd"]);
  expect(await tinyChanges(["ab", "abx"], "abc")).toEqual(["abc → ab"]);
  expect(await tinyChanges(["xbc", "abx"], "abc")).toEqual(["abc → abx"]);
});

test("a word the text uses elsewhere comes first", async () => {
  expect(await tinyChanges(["coat", "boat", "the", "sails"], "the boat sails the doat")).toEqual([
    "doat → boat",
  ]);
  expect(await tinyChanges(["coat", "boat", "the", "sails"], "the doat sails")).toEqual([
    "doat → boat",
  ]);
});

test("case and apostrophe are kept", async () => {
  expect(await changes("Teh end. It does’nt, and it dosn't.")).toEqual([
    "Teh → The",
    "does’nt → doesn’t",
    "dosn't → doesn't",
  ]);
});

test("names, acronyms, code, addresses and words with digits are passed over; words of the trade are not", async () => {
  expect(
    await changes(
      "Ask Zoltarn or the XQZR about foo_bar, fooBar, x86abc, lib.fooo and ~/teh/wrod.",
    ),
  ).toEqual([]);
  expect(await changes("Ask Zoltarn. Zoltarn knows.")).toEqual([]);
  expect(await changes("The gzip files are there.")).toEqual(["gzip → zip"]);
});

test("a score falls with the number of candidates", async () => {
  const [one] = await tiny("abcd").propose("abc", ctxOf());
  const [two] = await tiny("abcd", "abce").propose("abc", ctxOf());
  expect(one?.score).toBeCloseTo(0.9, 12);
  expect(two?.score).toBeCloseTo(0.7, 12);
  expect(two?.rationale).toContain("as is “abce”");
});

test("another language is left alone", async () => {
  expect(
    await changes(
      "Der schnelle braune Fuchs springt ueber den faulen Hund und laeuft dann nach Hause",
    ),
  ).toEqual([]);
});
