import { expect, test } from "vitest";
import { formatOf } from "./formats.ts";

test("the name of a file suggests its format", () => {
  expect(
    ["mails.jsonl", "Mails.CSV", "train.json", "project-3-at-2026.json", "notes"].map(formatOf),
  ).toEqual(["jsonl", "csv", "wrench", "label-studio", "jsonl"]);
});
