import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { type TaggedEdit, trainIntentTagger } from "./intent-tagger.ts";

const edit = (before: string, after: string) => ({ start: 0, end: before.length, before, after });
const EXAMPLES: TaggedEdit[] = [
  ...["wrod word", "hosue house", "tabel table", "freind friend", "liek like"].map((pair) => {
    const [before = "", after = ""] = pair.split(" ");
    return { edit: edit(before, after), intent: "fluency" as const };
  }),
  ...["in order to|to", "prior to|before", "a majority of|most", "at all times|always"].map(
    (pair) => {
      const [before = "", after = ""] = pair.split("|");
      return { edit: edit(before, after), intent: "clarity" as const };
    },
  ),
];

test("slips of one letter are told from wordy phrases, on edits never seen", () => {
  const tagger = trainIntentTagger(EXAMPLES, rngOf(1));
  const said = tagger.tag([
    edit("thier", "their"),
    edit("in the event that", "if"),
    edit("with regard to", "about"),
  ]);
  expect(said.map(({ intent }) => intent)).toEqual(["fluency", "clarity", "clarity"]);
  for (const { probability } of said) expect(probability).toBeGreaterThan(0.5);
});

test("the same seed is the same tagger; nothing to tag is nothing said", () => {
  const say = (seed: number) => trainIntentTagger(EXAMPLES, rngOf(seed)).tag([edit("a b", "")]);
  expect(say(3)).toEqual(say(3));
  expect(trainIntentTagger(EXAMPLES, rngOf(1)).tag([])).toEqual([]);
});

test("one intent is nothing to learn from", () => {
  expect(() => trainIntentTagger(EXAMPLES.slice(0, 5), rngOf(1))).toThrow(/two intents/);
});
