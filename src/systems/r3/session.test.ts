import { describe, expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { CorrectionId } from "#core/ids.ts";
import type { DocumentAct } from "#core/revision.ts";
import { decideEdits, undoDecision } from "./session-decisions.ts";
import { apply, by, open, propose, says } from "./session-kit.ts";
import type { DocumentState } from "./session-state.ts";
import { decisionsOf, documentView, textOfVersion } from "./session-view.ts";

const TEXT = "Teh cat sat in order to sleep. It was very happy.";

/** The problem something throws. */
function refused(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const decided = (state: DocumentState, ...inputs: Parameters<typeof decideEdits>[1]) =>
  apply(state, decideEdits(state, inputs, by));
const undone = (state: DocumentState, id: string) =>
  apply(
    state,
    undoDecision(state, CorrectionId.parse(id), { ...by, id: CorrectionId.parse(`undo ${id}`) }),
  );
const typed = (state: DocumentState, before: string, after: string) => {
  const start = state.text.indexOf(before);
  const edit = { start, end: start + before.length, before, after };
  return apply(state, { kind: "typed", edits: [edit], by: "ann" });
};
const passed = (state: DocumentState) => apply(state, { kind: "passed", by: "ann" });
const stateOf = (state: DocumentState, id: string) =>
  state.edits.find(({ proposed }) => proposed.id === id)?.state;

const PAIRS = [
  ["Teh", "The"],
  ["in order to", "to"],
  ["very ", ""],
] as const;
const first = () => propose(open(TEXT), PAIRS);

describe("a pass", () => {
  test("is proposed, decided and closed, and what was accepted is the text of the next", () => {
    const reviewing = first();
    expect(reviewing.status).toBe("reviewing");
    const state = passed(
      decided(
        reviewing,
        says("c1", "p1-1", "confirmed"),
        says("c2", "p1-2", "rejected"),
        says("c3", "p1-3", "edited", "rather "),
      ),
    );
    expect(state.text).toBe("The cat sat in order to sleep. It was rather happy.");
    expect(state.status).toBe("proposing");
    const view = documentView(by.documentId, state);
    expect(view).toMatchObject({
      version: 4,
      open: 0,
      passes: [{ pass: 1, proposed: 3, accepted: 1, rejected: 1, amended: 1, hidden: 0 }],
      versions: [
        { version: 0, why: "opened", words: 11 },
        { version: 1, why: "end of pass 1", words: 11 },
      ],
    });
    expect(textOfVersion(state, 0)).toBe(TEXT);
    expect(view.edits.map(({ edit }) => edit)).toEqual([
      { start: 0, end: 3, before: "Teh", after: "The" },
      { start: 12, end: 23, before: "in order to", after: "to" },
      { start: 38, end: 45, before: "very ", after: "rather " },
    ]);
  });

  test("corrections say what was replaced, by what and where, for every medium's readers", () => {
    const act = decideEdits(
      first(),
      [says("c1", "p1-1", "confirmed"), says("c2", "p1-2", "rejected")],
      by,
    );
    expect(act).toMatchObject({
      corrections: [
        {
          itemId: "doc",
          decision: "confirmed",
          before: "Teh",
          after: "The",
          operations: [{ start: 0, end: 3, before: "Teh", after: "The" }],
          risk: null,
          propensity: 1,
        },
        { decision: "rejected", before: "in order to", after: "in order to", operations: [] },
      ],
    });
  });

  test("an amendment to the suggestion is an acceptance, one to the old wording a rejection", () => {
    const state = decided(
      first(),
      says("c1", "p1-1", "edited", "The"),
      says("c2", "p1-2", "edited", "in order to"),
    );
    expect([stateOf(state, "p1-1"), stateOf(state, "p1-2")]).toEqual(["accepted", "rejected"]);
    const nothing = refused(() => decideEdits(first(), [says("c", "p1-1", "edited")], by));
    expect(nothing).toMatchObject({
      kind: "bad-input",
      detail: { at: { field: "after of p1-1" } },
    });
  });

  test("closed with edits open, these are left; they may come again", () => {
    const state = passed(decided(first(), says("c1", "p1-1", "confirmed")));
    expect([stateOf(state, "p1-2"), stateOf(state, "p1-3")]).toEqual(["dropped", "dropped"]);
    const next = propose(state, [["in order to", "to"]]);
    expect(next).toMatchObject({ status: "reviewing", pass: 2 });
  });

  test("a rejected edit does not come again in this place, though elsewhere", () => {
    const text = "the cat saw the dog";
    const state = passed(
      decided(propose(open(text), [["the", "a"]]), says("c1", "p1-1", "rejected")),
    );
    expect(propose(state, [["the", "a"]]).edits).toHaveLength(1);
    expect(propose(state, [["the", "a"]], { memory: "none" }).edits).toHaveLength(2);
    const elsewhere = { ...state, text: "a bird and then the dog" };
    expect(propose(elsewhere, [["the dog", "a dog"]]).edits).toHaveLength(2);
  });

  test("the wide memory turns down the edit wherever it stands", () => {
    const state = decided(
      propose(open("the cat saw, once again, the dog"), [["the", "a"]]),
      says("c1", "p1-1", "rejected"),
    );
    const moved = passed(typed(state, "the cat saw, once again, ", ""));
    expect(propose(moved, [["the", "a"]], { memory: "context" }).status).toBe("reviewing");
    expect(propose(moved, [["the", "a"]], { memory: "wide" }).status).toBe("done");
  });

  test("after the last one the document is done, and one more can be asked for", () => {
    const done = passed(propose(open(TEXT, { depthMax: 1 }), PAIRS));
    expect(done.status).toBe("done");
    const more = passed(done);
    expect(more).toMatchObject({ status: "proposing", pass: 1 });
    expect(propose(more, PAIRS)).toMatchObject({ status: "reviewing", pass: 2 });
  });

  test("with nothing proposed there are no more revisions", () => {
    expect(propose(open(TEXT), [])).toMatchObject({ status: "done", pass: 1 });
    expect(propose(open(""), [])).toMatchObject({ status: "done", text: "" });
  });

  test("an accepted edit that takes back an earlier one is flagged, and no pass follows by itself", () => {
    const second = propose(passed(decided(first(), says("c1", "p1-1", "confirmed"))), [
      ["The", "Teh"],
      ["happy", "glad"],
    ]);
    const view = documentView(by.documentId, second);
    expect(view.edits.map(({ oscillates }) => oscillates)).toEqual([true, false]);
    expect(passed(decided(second, says("c2", "p2-1", "rejected"))).status).toBe("proposing");
    expect(passed(decided(second, says("c2", "p2-1", "confirmed"))).status).toBe("done");
  });

  test("taking back is seen however the edit is cut", () => {
    const second = passed(
      decided(first(), says("c2", "p1-2", "confirmed"), says("c3", "p1-3", "confirmed")),
    );
    expect(second.text).toBe("Teh cat sat to sleep. It was happy.");
    const again = propose(second, [
      ["sat to", "sat in order to"],
      [" happy", " very happy"],
    ]);
    expect(again.edits.flatMap(({ pass, oscillates }) => (pass === 2 ? oscillates : []))).toEqual([
      true,
      true,
    ]);
  });
});

describe("taking back a decision", () => {
  test("opens the edit again", () => {
    const before = first();
    const after = undone(decided(before, says("c1", "p1-3", "confirmed")), "c1");
    expect(after.text).toBe(TEXT);
    expect(after.edits).toEqual(before.edits);
  });

  test("after its pass, it takes the text back alone", () => {
    const state = undone(passed(decided(first(), says("c1", "p1-1", "confirmed"))), "c1");
    expect(state.text).toBe(TEXT);
    expect(stateOf(state, "p1-1")).toBe("dropped");
  });

  test("is refused where the text was changed since, and says so", () => {
    const state = typed(decided(first(), says("c1", "p1-2", "confirmed")), "sat to sleep", "slept");
    const problem = refused(() => undone(state, "c1"));
    expect(problem.kind).toBe("conflict");
    expect(problem.message).toContain("the text there was changed since");
    expect(documentView(by.documentId, state).edits.map(({ placed }) => placed)).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("works in either order where two edits lie one over the other", () => {
    const second = propose(passed(decided(first(), says("c1", "p1-1", "confirmed"))), [
      ["The cat sat", "A cat was sitting"],
    ]);
    const both = decided(second, says("c2", "p2-1", "confirmed"));
    expect(refused(() => undone(both, "c1")).detail.hint).toContain("later edit");
    expect(undone(undone(both, "c2"), "c1").text).toBe(TEXT);
  });

  test("of nothing that stands is refused", () => {
    const state = undone(decided(first(), says("c1", "p1-1", "rejected")), "c1");
    expect(refused(() => undone(state, "c1")).kind).toBe("not-found");
    expect(decisionsOf(state)).toEqual([]);
  });
});

describe("typing and restoring", () => {
  test("edits beside what is typed move along, those under it are dropped", () => {
    const state = typed(first(), "cat sat in", "dog lay in");
    expect(stateOf(state, "p1-2")).toBe("dropped");
    const all = decided(state, says("c1", "p1-1", "confirmed"), says("c3", "p1-3", "confirmed"));
    expect(all.text).toBe("The dog lay in order to sleep. It was happy.");
    expect(refused(() => decided(state, says("c2", "p1-2", "confirmed"))).kind).toBe("conflict");
  });

  test("a version restored is the text again, and the text before it is kept", () => {
    const closed = passed(decided(first(), says("c1", "p1-1", "confirmed")));
    const changed = typed(closed, "happy", "glad");
    const state = apply(changed, { kind: "restored", version: 0, by: "ann" });
    expect(state.text).toBe(TEXT);
    expect(state.versions.map(({ why }) => why)).toEqual([
      "opened",
      "end of pass 1",
      "before version 0 was restored",
    ]);
    const back = apply(state, { kind: "restored", version: 2, by: "ann" });
    expect(back.text).toBe(changed.text);
    expect(refused(() => apply(state, { kind: "restored", version: 9, by: "ann" })).kind).toBe(
      "not-found",
    );
  });
});

describe("what does not fit is refused, and nothing is changed", () => {
  const state = first();
  const act = decideEdits(state, [says("c1", "p1-1", "confirmed")], by);
  if (act.kind !== "decided") throw new Error("a decision is an act of deciding");
  const [correction] = act.corrections;
  if (correction === undefined) throw new Error("there is a correction");
  const deciding = (more: Partial<typeof correction>): DocumentAct => ({
    kind: "decided",
    corrections: [{ ...correction, ...more }],
  });
  const place = { start: 0, end: 3, before: "Teh", after: "The" };
  const proposedEdit = state.edits[0]?.proposed;
  if (proposedEdit === undefined) throw new Error("there is an edit");

  test.each<[string, DocumentAct, Problem["kind"]]>([
    [
      "opened twice",
      { kind: "opened", title: "", text: "", format: "plain", depthMax: 1 },
      "conflict",
    ],
    [
      "proposals nobody waits for",
      { kind: "proposed", pass: 2, edits: [], silent: [] },
      "conflict",
    ],
    ["another wording", deciding({ after: "Thee" }), "bad-input"],
    ["another text", deciding({ operations: [{ ...place, start: 1, end: 4 }] }), "conflict"],
    ["no operation", deciding({ operations: [] }), "conflict"],
    ["an operation of another kind", deciding({ operations: ["The"] }), "conflict"],
    [
      "a rejection that changes the text",
      deciding({ decision: "rejected", after: "Teh" }),
      "conflict",
    ],
    ["an answer to no edit", deciding({ proposalId: null }), "not-found"],
    ["a comparison", deciding({ decision: "compared" }), "bad-input"],
    ["an undo of nothing", deciding({ decision: "undone" }), "not-found"],
    [
      "one edit twice",
      { ...act, corrections: [correction, { ...correction, id: by.documentId as never }] },
      "bad-input",
    ],
    ["one correction twice", { ...act, corrections: [correction, correction] }, "conflict"],
    [
      "typing elsewhere",
      { kind: "typed", edits: [{ ...place, before: "The" }], by: "ann" },
      "bad-input",
    ],
    [
      "typing outside",
      { kind: "typed", edits: [{ ...place, start: 90, end: 93 }], by: "ann" },
      "bad-input",
    ],
  ])("%s", (_, act, kind) => {
    const copy = structuredClone(state);
    expect(refused(() => apply(state, act)).kind).toBe(kind);
    expect(state).toEqual(copy);
  });

  test("proposals that overlap, share an id or are of another text", () => {
    const waiting = open(TEXT);
    const over = {
      ...proposedEdit,
      id: "x" as never,
      edit: { ...place, end: 7, before: "Teh cat" },
    };
    for (const edits of [
      [proposedEdit, proposedEdit],
      [proposedEdit, over],
    ])
      expect(
        refused(() => apply(waiting, { kind: "proposed", pass: 1, edits, silent: [] })).kind,
      ).toBe("bad-input");
    const other = open("Another text");
    expect(
      refused(() => apply(other, { kind: "proposed", pass: 1, edits: [proposedEdit], silent: [] }))
        .kind,
    ).toBe("bad-input");
  });

  test("a pass closed while the proposers are at work; anything before the document is open", () => {
    expect(refused(() => passed(open(TEXT))).kind).toBe("conflict");
  });
});

test("what the filter learns from is in the order of the decisions, with the text around", () => {
  const state = decided(
    decided(first(), says("c2", "p1-3", "rejected")),
    says("c1", "p1-1", "confirmed"),
  );
  const learned = decisionsOf(state);
  expect(learned.map(({ correctionId, accepted }) => [correctionId, accepted])).toEqual([
    ["c2", false],
    ["c1", true],
  ]);
  for (const { text, proposed } of learned)
    expect(text.slice(proposed.edit.start, proposed.edit.end)).toBe(proposed.edit.before);
});
