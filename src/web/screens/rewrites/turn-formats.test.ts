import { expect, test } from "vitest";
import { turnFormatOf } from "./turn-formats.ts";

test("the name of a file suggests its format", () => {
  expect(
    [
      "turns.jsonl",
      "Turns.CSV",
      "search-queries.csv",
      ".zsh_history",
      "support chat.txt",
      "turns",
    ].map(turnFormatOf),
  ).toEqual(["jsonl", "csv", "search", "shell", "chat", "jsonl"]);
});
