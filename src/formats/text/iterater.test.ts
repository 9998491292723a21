import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Problem, problemText } from "#core/errors.ts";
import {
  readIterater,
  readIteraterSentences,
  readR3Session,
  writeIterater,
  writeIteraterSentences,
  writeR3Session,
} from "./iterater.ts";
import type { RevisedDocument } from "./revised.ts";
import { edited, intents } from "./text.fixture.ts";

const SEED = 20_240_117;

/** A line as the released files have them, with a character beyond the first plane before the edits. */
const line = {
  doc_id: "1912.10514",
  revision_depth: 1,
  before_revision: "😀 Data.  This improves it",
  after_revision: "😀 Data. New. This helps it",
  edit_actions: [
    {
      type: "A",
      before: null,
      after: "New.",
      start_char_pos: 8,
      end_char_pos: 8,
      major_intent: "meaning-changed",
      raw_intents: ["meaning-changed", "others", "clarity"],
    },
    { type: "R", before: "improves", after: "helps", start_char_pos: 14, end_char_pos: 22 },
  ],
  sents_char_pos: [0, 8],
  domain: "arxiv",
};
const written = (change: object) => JSON.stringify({ ...line, ...change });

test("offsets in code points become offsets in code units, and come back", () => {
  const { records, rejects } = readIterater(`${JSON.stringify(line)}\r\n\n`);
  expect(rejects).toEqual([]);
  expect(records).toEqual<RevisedDocument[]>([
    {
      id: "1912.10514",
      depth: 1,
      domain: "arxiv",
      before: line.before_revision,
      after: line.after_revision,
      edits: [
        {
          edit: { start: 9, end: 9, before: "", after: "New." },
          intent: "meaning-changed",
          rawIntents: ["meaning-changed", "others", "clarity"],
          accepted: null,
        },
        {
          edit: { start: 15, end: 23, before: "improves", after: "helps" },
          intent: null,
          rawIntents: [],
          accepted: null,
        },
      ],
      sentenceStarts: [0, 9],
    },
  ]);
  expect(JSON.parse(writeIterater(records))).toEqual(line);
});

describe("a bad line is named with its field, and the others are read", () => {
  const action = line.edit_actions[1];
  test.each([
    ["{", "not JSON"],
    ["[]", "not as expected"],
    [written({ doc_id: 7 }), 'field "doc_id"'],
    [written({ revision_depth: 0 }), 'field "revision_depth"'],
    [written({ edit_actions: [{ ...action, type: "X" }] }), 'field "edit_actions.0.type"'],
    [
      written({ edit_actions: [{ ...action, start_char_pos: 99 }] }),
      'field "edit_actions.0.start_char_pos"',
    ],
    [written({ edit_actions: [{ ...action, start_char_pos: 15 }] }), 'field "edit_actions.0"'],
    [written({ edit_actions: [action, action] }), "Two edits change the same place"],
    [written({ sents_char_pos: [0, 999] }), 'field "sents_char_pos.1"'],
  ])("%j", (bad, expected) => {
    const { records, rejects } = readIterater(
      `${JSON.stringify(line)}\n${bad}\n${JSON.stringify(line)}`,
      "a.jsonl",
    );
    expect(records.length).toBe(2);
    expect(rejects).toEqual([
      { file: "a.jsonl", line: 2, raw: bad, problem: expect.stringContaining(expected) },
    ]);
    expect(rejects[0]?.problem).toContain("a.jsonl, line 2");
  });

  test("an edit inside a pair has no place among code points", () => {
    const { records } = readIterater(
      JSON.stringify({ ...line, edit_actions: [], sents_char_pos: null }),
    );
    const edit = { start: 1, end: 1, before: "", after: "x" };
    const split = records.map((each) => ({
      ...each,
      edits: [{ edit, intent: null, rawIntents: [], accepted: null }],
    }));
    expect(() => writeIterater(split)).toThrow("inside a character");
  });
});

const documents = fc
  .record({
    revision: edited,
    depth: fc.integer({ min: 1, max: 9 }),
    accepted: fc.option(fc.boolean(), { nil: null }),
    intent: intents,
  })
  .map(({ revision: { text, edits }, depth, accepted, intent }) => ({
    id: "d",
    depth,
    domain: null,
    before: text,
    after: "as the file says",
    edits: edits.map((edit) => ({ edit, intent, rawIntents: ["clarity"], accepted })),
    sentenceStarts: edits.map(({ start }) => start),
  }));

test("what is written reads back as it was", () => {
  fc.assert(
    fc.property(fc.array(documents, { maxLength: 3 }), (all) => {
      expect(readIterater(writeIterater(all))).toEqual({ records: all, rejects: [] });
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test("sentences, with the classifier's texts for numbers", () => {
  const record = {
    before_sent: " While models (ODE) remain.",
    before_sent_with_intent: "<others>  While models (ODE) remain.",
    after_sent: " While models (ODEs) remain.",
    labels: "others",
    confidence: "0.9974",
    doc_id: "0809.0773",
    revision_depth: "1",
  };
  const { records, rejects } = readIteraterSentences(
    `${JSON.stringify(record)}\n${JSON.stringify({ ...record, confidence: "sure" })}`,
  );
  expect(records).toEqual([
    {
      documentId: "0809.0773",
      depth: 1,
      before: record.before_sent,
      after: record.after_sent,
      intent: "other",
      confidence: 0.9974,
    },
  ]);
  expect(rejects).toMatchObject([{ line: 2, problem: expect.stringContaining("confidence") }]);
  expect(JSON.parse(writeIteraterSentences(records))).toEqual(record);
  const unknown = records.map((each) => ({ ...each, intent: null, confidence: null }));
  expect(readIteraterSentences(writeIteraterSentences(unknown)).records).toEqual(unknown);
});

describe("sessions of R3", () => {
  const session = {
    doc_no: 3,
    curr_rev_depth: 1,
    rejected_edit_actions: [
      ["has", "had", "fluency", "R"],
      [null, "x", "others", "A"],
    ],
    in_human_eval: false,
    rev_depth_0: { doc: { before_revision: "It has ended" } },
    rev_depth_1: {
      curr_annot_index: 0,
      doc: {
        doc_id: "65",
        before_revision: "It has ended",
        after_revision: "It had ended.",
        after_human_evaluation: "It has ended.",
        edit_actions: [
          {
            type: "R",
            before: "has",
            after: "had",
            start_char_pos: 3,
            end_char_pos: 6,
            major_intent: "fluency",
            accept_or_reject: "Reject",
            representation: [],
          },
          {
            type: "A",
            before: null,
            after: ".",
            start_char_pos: 12,
            end_char_pos: 12,
            major_intent: "no_intent",
            accept_or_reject: "Accept",
          },
        ],
      },
    },
  };

  test("passes, decisions and what was turned down", () => {
    const read = readR3Session(JSON.stringify(session));
    expect(read.number).toBe(3);
    expect(read.passes.map(({ depth, after }) => [depth, after])).toEqual([[1, "It has ended."]]);
    expect(read.passes[0]?.edits.map(({ intent, accepted }) => [intent, accepted])).toEqual([
      ["fluency", false],
      [null, true],
    ]);
    expect(read.rejected).toEqual([
      { before: "has", after: "had", intent: "fluency" },
      { before: "", after: "x", intent: "other" },
    ]);
    expect(readR3Session(writeR3Session(read))).toEqual(read);
  });

  test.each([
    [{ ...session, doc_no: "x" }, 'field "doc_no"'],
    [{ ...session, rejected_edit_actions: [["a", "b"]] }, 'field "rejected_edit_actions'],
    [
      {
        ...session,
        rev_depth_1: {
          doc: { before_revision: "It", edit_actions: session.rev_depth_1.doc.edit_actions },
        },
      },
      'field "rev_depth_1.doc.edit_actions.0.start_char_pos"',
    ],
  ])("a bad one names the field", (bad, expected) => {
    let problem = "";
    try {
      readR3Session(JSON.stringify(bad));
    } catch (error) {
      problem = problemText(error as Problem);
    }
    expect(problem).toContain(expected);
  });

  test("what is not JSON", () => {
    expect(() => readR3Session("{")).toThrow("not JSON");
  });
});
