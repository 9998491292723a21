import { expect, test } from "vitest";
import { grammarProposer } from "./grammar.ts";
import { changesOf, ctxOf, editProposerSuite } from "./proposer.suite.ts";

editProposerSuite("grammar", async () => grammarProposer);

test("agreement, a blank before a comma and a confused word, with intents; offsets hold after an emoji", async () => {
  const text = "😀 He go home , and I could of won. It is in there house.";
  const candidates = await grammarProposer.propose(text, ctxOf());
  expect(changesOf(candidates)).toEqual(
    expect.arrayContaining(["go → goes", "could of → could have"]),
  );
  const agreement = candidates.find(({ edit }) => edit.before === "go");
  expect(agreement).toMatchObject({ intent: "fluency", source: "grammar" });
  expect(candidates.find(({ edit }) => edit.before === " ")).toMatchObject({
    edit: { start: text.indexOf(" ,"), after: "" },
  });
});

test("spelling and a/an are left to those who have them as their own", async () => {
  const candidates = await grammarProposer.propose("We saw a apple and a qwzrtk there.", ctxOf());
  expect(changesOf(candidates)).toEqual([]);
});
