import { expect, test } from "vitest";
import { CLASSES, formatSuite, keptByAll, problemOf, read } from "./format.suite.ts";
import { labelStudio } from "./label-studio.ts";

formatSuite(labelStudio, {
  kept: (row) => ({
    ...keptByAll(row),
    split: null,
    proposal: row.proposal === null ? null : { ...row.proposal, raw: null },
    answer: row.answer === null ? null : { ...row.answer, decision: null, reason: null },
  }),
});

const choice = (label: string) => [
  { from_name: "sentiment", to_name: "text", type: "choices", value: { choices: [label] } },
];

test("a task as Label Studio exports it: predictions with score and version, annotations with lead time", async () => {
  const task = {
    id: 41,
    data: { text: "Win now", subject: "Hi", meta: { lang: "en" } },
    predictions: [
      { id: 1, model_version: "bert-3", score: 0.91, result: choice("spam"), created_at: "x" },
    ],
    annotations: [
      { id: 7, completed_by: 2, lead_time: 12.5, was_cancelled: true, result: choice("spam") },
      {
        id: 8,
        completed_by: 3,
        lead_time: 4.25,
        was_cancelled: false,
        ground_truth: false,
        result: choice("ham"),
        created_at: "2026-01-02T03:04:05Z",
      },
      { id: 9, ground_truth: true, result: choice("unsure") },
    ],
    total_annotations: 3,
  };
  const { rows, rejects } = await read(labelStudio, JSON.stringify([task], null, 2), {
    classes: CLASSES,
  });
  expect(rejects).toEqual([]);
  expect(rows[0]).toEqual({
    id: "41",
    text: "Win now",
    html: null,
    fields: { subject: "Hi", meta: '{"lang":"en"}' },
    proposal: { label: "spam", confidence: 0.91, model: "bert-3", raw: null },
    votes: {},
    gold: "unsure",
    split: null,
    answer: {
      label: "ham",
      decision: null,
      by: "3",
      ms: 4_250,
      atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      reason: null,
    },
  });
});

test("bad tasks are rejected with their line, the others go through", async () => {
  const file = `[
{"id": 1, "data": {"text": "a"}},
{"id": 2},
{"id": 3, "data": {"text": "a"} "x"},
{"id": 4, "data": {"text": "a"}, "predictions": [{"result": [{"type": "choices", "value": {"choices": ["ham", "spam"]}}]}]},
{"id": 5, "data": {"body": "a"}},
{"id": 6, "data": {"text": "a"}, "predictions": [{"score": 7, "result": []}]},
{"id": 7, "data": {"text": "a ] } , \\" [ {"}}
]`;
  const { rows, rejects } = await read(labelStudio, file);
  expect(rows.map(({ id }) => id)).toEqual(["1", "7"]);
  expect(rejects.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  expect(rejects[0]?.problem).toContain('"data" is not as expected');
  expect(rejects[1]?.problem).toContain("not JSON");
  expect(rejects[2]?.problem).toContain("more than one choice");
  expect(rejects[3]?.problem).toContain('field "text"');
  expect(rejects[4]?.problem).toContain('field "proposal.confidence"');
});

test("a file cut off in the middle gives its whole tasks and one reject", async () => {
  const { rows, rejects } = await read(
    labelStudio,
    '[{"id":1,"data":{"text":"a"}},{"id":2,"data":{"te',
  );
  expect(rows).toHaveLength(1);
  expect(rejects[0]?.problem).toContain("The file ends in the middle");
});

test("another kind of file is refused by its first character; so is more after the end", async () => {
  expect((await problemOf(read(labelStudio, '{"id":1}'))).message).toBe(
    "The file is not a JSON array",
  );
  const more = await problemOf(read(labelStudio, '[{"id":1,"data":{"text":"a"}}]\n7'));
  expect(more.message).toBe("There is more after the end");
  expect(more.detail.at).toEqual({ line: 2 });
});
