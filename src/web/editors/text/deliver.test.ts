import { expect, test } from "vitest";
import { CorrectionId, ItemId, ProposalId } from "#core/ids.ts";
import type { DocumentView, EditView } from "#core/revision.ts";
import { applyEdits } from "#correct/text/edits.ts";
import type { DocumentAct, DocumentCommand, TypedEdit } from "./acts.ts";
import { type DocumentServer, deliver, Overtaken, placed, says } from "./deliver.ts";

const TEXT = "The first line says a thing. The second line says another thing. The end.";

/** What a page keeps of something typed at the only place `at` stands. */
function typed(text: string, at: string, before: string, after: string): TypedEdit {
  const start = text.indexOf(at) + at.length;
  const end = start + before.length;
  const edit = { start, end, before, after };
  return {
    edit,
    left: text.slice(Math.max(0, start - 20), start),
    right: text.slice(end, end + 20),
  };
}

const edit = (id: string, state: EditView["state"], correctionId: string | null = null) =>
  ({
    id: ProposalId.parse(id),
    state,
    correctionId: correctionId === null ? null : CorrectionId.parse(correctionId),
  }) as EditView;

const viewOf = (version: number, more: Partial<DocumentView> = {}): DocumentView => ({
  id: ItemId.parse("d"),
  title: "",
  status: "reviewing",
  pass: 1,
  depthMax: 3,
  open: 0,
  words: 0,
  updatedAtMs: 0,
  version,
  format: "plain",
  text: TEXT,
  edits: [],
  passes: [],
  versions: [],
  silent: [],
  ...more,
});

class Stale extends Error {}

/** A server whose document stands at `view`; what is posted is noted, and taken when it is made against that version. */
function serverAt(view: DocumentView) {
  const posted: object[] = [];
  let reads = 0;
  const server: DocumentServer = {
    read: async () => {
      reads++;
      return view;
    },
    post: async (verb, body) => {
      if ((body as { version: number }).version !== view.version) throw new Stale();
      posted.push({ verb, ...body });
      return { version: view.version + 1 };
    },
    isConflict: (error) => error instanceof Stale,
  };
  return { server, posted, reads: () => reads };
}

const act = (command: DocumentCommand, version: number): DocumentAct => ({
  kind: "document",
  projectId: "p",
  itemId: "d",
  version,
  command,
});

const decision = (id: string, proposalId: string) => ({
  id: CorrectionId.parse(id),
  proposalId: ProposalId.parse(proposalId),
  decision: "confirmed" as const,
  effort: { ms: 1, gestures: 1, edit: 1 },
});

test("on a document nobody else touches, an act is sent as it is, without reading", async () => {
  const { server, posted, reads } = serverAt(viewOf(7));
  const one = typed(TEXT, "first", "", " and best");
  expect(await deliver(act({ kind: "typed", edits: [one] }, 7), 7, server)).toBe(8);
  expect(posted).toEqual([{ verb: "typed", version: 7, edits: [one.edit] }]);
  expect(reads()).toBe(0);
});

test("after a reload the document is read first, and the act sent as it is where nothing happened", async () => {
  const { server, posted, reads } = serverAt(viewOf(7));
  const command = { kind: "decide", decisions: [decision("c1", "e1")] } as const;
  expect(await deliver(act(command, 7), undefined, server)).toBe(8);
  expect(posted).toEqual([{ verb: "decide", version: 7, decisions: command.decisions }]);
  expect(reads()).toBe(1);
});

test("what was typed finds its place in a text that changed elsewhere", async () => {
  const now = TEXT.replace("The first", "At long last the first");
  const { server, posted } = serverAt(viewOf(9, { text: now }));
  const one = typed(TEXT, "another", " thing", " thing entirely");
  expect(await deliver(act({ kind: "typed", edits: [one] }, 7), 7, server)).toBe(10);
  const [sent] = posted as { edits: Parameters<typeof applyEdits>[1] }[];
  expect(applyEdits(now, sent?.edits ?? [])).toBe(
    now.replace("another thing", "another thing entirely"),
  );
});

test("what was typed is not typed twice when only the answer was lost", async () => {
  const one = typed(TEXT, "first", "", " and best");
  const { server, posted } = serverAt(viewOf(8, { text: applyEdits(TEXT, [one.edit]) }));
  expect(await deliver(act({ kind: "typed", edits: [one] }, 7), undefined, server)).toBe(8);
  expect(posted).toEqual([]);
});

test("what was typed where the text is gone waits for the person", async () => {
  const { server, posted } = serverAt(viewOf(9, { text: "Something else altogether." }));
  const one = typed(TEXT, "first", "", " and best");
  await expect(deliver(act({ kind: "typed", edits: [one] }, 7), 7, server)).rejects.toThrow(
    Overtaken,
  );
  expect(posted).toEqual([]);
});

test("typed and taken back in one burst is nothing to send", async () => {
  const { server, posted } = serverAt(viewOf(7));
  expect(await deliver(act({ kind: "typed", edits: [] }, 7), 7, server)).toBe(7);
  expect(posted).toEqual([]);
});

test("of decisions, those already made and those overtaken are left out", async () => {
  const edits = [edit("e1", "accepted", "c1"), edit("e2", "open"), edit("e3", "dropped")];
  const { server, posted } = serverAt(viewOf(9, { edits }));
  const decisions = [decision("c1", "e1"), decision("c2", "e2"), decision("c3", "e3")];
  await deliver(act({ kind: "decide", decisions }, 7), 7, server);
  expect(posted).toEqual([{ verb: "decide", version: 9, decisions: [decisions[1]] }]);
  const again = deliver(act({ kind: "decide", decisions: [decision("c1", "e1")] }, 7), 7, server);
  expect(await again).toBe(9);
  const gone = deliver(act({ kind: "decide", decisions: [decision("c3", "e3")] }, 7), 7, server);
  await expect(gone).rejects.toThrow(Overtaken);
  expect(posted).toHaveLength(1);
});

test("an undo of what does not stand, and a pass that was closed, are done already", async () => {
  const { server, posted } = serverAt(viewOf(9, { pass: 2, edits: [edit("e1", "open")] }));
  const ids = { id: CorrectionId.parse("u"), correctionId: CorrectionId.parse("c1") };
  expect(await deliver(act({ kind: "undo", ...ids }, 7), 7, server)).toBe(9);
  expect(await deliver(act({ kind: "next", pass: 1, leaveRest: true }, 7), 7, server)).toBe(9);
  expect(posted).toEqual([]);
  await deliver(act({ kind: "next", pass: 2, leaveRest: false }, 7), 7, server);
  await deliver(act({ kind: "restore", to: 0 }, 7), 7, server);
  expect(posted).toEqual([
    { verb: "next", version: 9, leaveRest: false },
    { verb: "restore", version: 9, to: 0 },
  ]);
});

test("a refusal that is no conflict is the caller's", async () => {
  const { server } = serverAt(viewOf(7));
  const broken = { ...server, post: () => Promise.reject(new Error("503")) };
  await expect(deliver(act({ kind: "restore", to: 0 }, 7), 7, broken)).rejects.toThrow("503");
});

test("an edit whose surroundings stand twice keeps to its own place, or has none", () => {
  const twice = "same words here. same words here.";
  const one = {
    edit: { start: 5, end: 5, before: "", after: "x" },
    left: "same ",
    right: "words here.",
  };
  expect(placed(one, twice)?.start).toBe(5);
  expect(placed({ ...one, edit: { ...one.edit, start: 9, end: 9 } }, twice)).toBeNull();
  expect(says(one, "same xwords here.")).toBe(true);
  expect(says(one, twice)).toBe(false);
});
