import { expect, test } from "vitest";
import { type Correction, standing } from "./correction.ts";
import { CorrectionId } from "./ids.ts";

type Record = Pick<Correction<string>, "id" | "decision" | "undoes">;
const made = (id: string): Record => ({ id: CorrectionId.parse(id), decision: "edited" });
const undo = (id: string, undoes: string): Record => ({
  id: CorrectionId.parse(id),
  decision: "undone",
  undoes: CorrectionId.parse(undoes),
});
const ids = (history: Record[]) => standing(history).map((correction) => correction.id);

test("a correction taken back no longer stands, the others do", () => {
  expect(ids([made("a"), made("b"), undo("u", "a")])).toEqual(["b"]);
});

test("undoing the undo restores the correction", () => {
  expect(ids([made("a"), undo("u", "a"), undo("v", "u")])).toEqual(["a"]);
});

test("an empty history has nothing standing", () => {
  expect(ids([])).toEqual([]);
});
