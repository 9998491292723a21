import { expect, test } from "vitest";
import type { QuestionView } from "#core/comparison-views.ts";
import { ItemId } from "#core/ids.ts";
import {
  emptySitting,
  follow,
  inOrder,
  type Said,
  say,
  serve,
  TRAIL_MAX,
  takeBack,
} from "./sitting.ts";

const question = (id: string): QuestionView => ({
  id,
  itemId: ItemId.parse(id),
  prompt: [],
  replies: [],
  form: "pair",
  why: "explore",
  dissent: null,
});
const said = (id: string): Said => ({
  question: question(id),
  judgement: { kind: "pair", verdict: "first" },
  correctionId: id,
  entry: id,
});
const ids = (questions: readonly QuestionView[]) => questions.map(({ id }) => id);

test("a question is asked once, however often the server serves it", () => {
  const twice = serve(serve(emptySitting, [question("a"), question("b")]), [question("b")]);
  expect(ids(twice.hand)).toEqual(["a", "b"]);
  const after = say(twice, said("a"));
  expect(ids(after.hand)).toEqual(["b"]);
  // An answer that was on its way when the next were asked for.
  expect(serve(after, [question("a")])).toBe(after);
});

test("undo brings back the last question on top, one at a time, and no further than there is", () => {
  const begun = serve(emptySitting, ["a", "b", "c"].map(question));
  const two = say(say(begun, said("a")), said("b"));
  const back = takeBack(two);
  expect(ids(back.hand)).toEqual(["b", "c"]);
  expect(ids(takeBack(back).hand)).toEqual(["a", "b", "c"]);
  expect(takeBack(takeBack(back))).toEqual(takeBack(back));
});

test("what another page said is not asked here", () => {
  const begun = serve(emptySitting, ["a", "b"].map(question));
  const after = follow(begun, [said("a")]);
  expect(ids(after.hand)).toEqual(["b"]);
  expect(ids(takeBack(after).hand)).toEqual(["a", "b"]);
});

test("after a reload questions stand as they did, new ones below", () => {
  const served = ["new", "b", "a", "newer"].map(question);
  expect(ids(inOrder(served, ["a", "gone", "b"]))).toEqual(["a", "b", "new", "newer"]);
  expect(ids(inOrder(served, []))).toEqual(ids(served));
});

test("the trail is bounded", () => {
  const many = Array.from({ length: TRAIL_MAX + 5 }, (_, i) => said(String(i)));
  const { trail } = many.reduce(say, emptySitting);
  expect(trail).toHaveLength(TRAIL_MAX);
  expect(trail[0]?.entry).toBe("5");
});
