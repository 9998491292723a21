import { expect, test } from "vitest";
import { checkedEpisode } from "./episode-check.ts";
import { problemText } from "./errors.ts";

const row = (t: number, more: object = {}) => ({
  t,
  obs: [t],
  action: [0],
  source: "policy",
  ...more,
});
const human = (t: number, interventionId?: number) =>
  row(t, { source: "human", ...(interventionId !== undefined && { interventionId }) });
const episode = (rows: object[], more: object = {}) => ({
  id: "e",
  world: "tabletop",
  seed: null,
  round: 0,
  policyId: null,
  controlHz: 20,
  end: "success",
  rows,
  ...more,
});
const ids = (rows: object[]) => {
  const checked = checkedEpisode(episode(rows));
  if (!checked.ok) throw checked.error;
  return checked.value.rows.map(({ interventionId }) => interventionId);
};
const problem = (value: unknown) => {
  const checked = checkedEpisode(value);
  return checked.ok ? "" : problemText(checked.error);
};

test("stretches of a person's steps that nobody numbered are take-overs", () => {
  expect(ids([human(0), row(1), human(2), human(3)])).toEqual([0, undefined, 1, 1]);
  expect(ids([human(0, 4), human(1, 5)])).toEqual([4, 5]);
  expect(ids([row(0)])).toEqual([undefined]);
});

test.each([
  ["no rows", episode([]), "rows"],
  ["a gap", episode([row(0), row(2)]), 'field "rows.1.t"'],
  [
    "an observation of another size",
    episode([row(0), row(1, { obs: [1, 2] })]),
    'field "rows.1.obs"',
  ],
  ["an action of another size", episode([row(0), row(1, { action: [] })]), 'field "rows.1.action"'],
  ["no numbers", episode([row(0, { obs: [] })]), 'field "rows.0"'],
  ["NaN", episode([row(0, { action: [Number.NaN] })]), "rows.0.action.0"],
  ["take-overs that overlap", episode([human(0, 0), human(1, 1), human(2, 0)]), "do not overlap"],
  ["one take-over in two stretches", episode([human(0, 0), row(1), human(2, 0)]), "do not overlap"],
  [
    "a number missing among numbers",
    episode([human(0, 0), row(1), human(2)]),
    "rows.2.interventionId",
  ],
  ["a take-over nobody did", episode([row(0, { interventionId: 0 })]), "nobody took over"],
  ["parts of another size", episode([row(0)], { observed: [{ name: "x", size: 2 }] }), "observed"],
  ["names of another number", episode([row(0)], { actionNames: ["a", "b"] }), "actionNames"],
])("%s: the field is named", (_, value, where) => {
  expect(problem(value)).toContain(where);
});
