import { expect, test } from "vitest";
import { acceptProbability, editFeatures } from "#learn/acceptance-model.ts";
import { emptyFilter, type FilterDecision, learnFilter } from "./filter.ts";
import { filterFromJson, filterToJson } from "./rows.ts";

const text = "We saw the dog and the cat.";
const decision = (accepted: boolean): FilterDecision => ({
  text,
  proposed: {
    edit: { start: 7, end: 10, before: "the", after: "a" },
    intent: "style",
    source: "phrases",
  },
  accepted,
});

test("rejections less acceptances are counted wherever the edit stands; the model takes a step each", () => {
  const filter = learnFilter(emptyFilter, [decision(false), decision(false), decision(true)]);
  expect([...filter.rejected]).toEqual([['["R","style","the","a"]', 1]]);
  expect(filter.acceptance.decisions).toBe(3);
  expect(emptyFilter.rejected.size).toBe(0);
  expect(emptyFilter.acceptance.decisions).toBe(0);
});

test("in two parts or in one, it learns the same", () => {
  const all = [decision(false), decision(true), decision(false)];
  expect(learnFilter(learnFilter(emptyFilter, all.slice(0, 1)), all.slice(1))).toEqual(
    learnFilter(emptyFilter, all),
  );
});

test("features kept from the decision win over those of the stretch of text", () => {
  const { proposed } = decision(true);
  const features = { "edits at all": 1, "late in the text": 0.9 };
  const filter = learnFilter(emptyFilter, [{ ...decision(true), features }]);
  expect(Object.keys(filter.acceptance.weights)).toEqual(Object.keys(features));
  expect(acceptProbability(filter.acceptance, editFeatures(text, proposed))).toBeGreaterThan(0.5);
});

test("what the writer forbade stays forbidden, and all of it survives JSON", () => {
  const never = new Set(['["R","style","the","a"]']);
  const filter = learnFilter({ ...emptyFilter, never }, [decision(false)]);
  const read: unknown = JSON.parse(JSON.stringify(filterToJson(filter)));
  expect(filterFromJson(read as ReturnType<typeof filterToJson>)).toEqual(filter);
});
