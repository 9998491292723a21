/** What every store does with documents that are revised. */
import { describe, expect, test } from "vitest";
import { CorrectionId, type ItemId, type ProjectId } from "#core/ids.ts";
import type { DocumentAct } from "#core/revision.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { decideEdits, undoDecision } from "#systems/r3/session-decisions.ts";
import { by, candidate, proposeOptions, says } from "#systems/r3/session-kit.ts";
import { proposePass } from "#systems/r3/session-pass.ts";
import { type DocumentState, openEdits } from "#systems/r3/session-state.ts";
import { itemId } from "./samples.ts";
import { type Kit, problem } from "./suite-kit.ts";

const TEXT = "Teh cat sat in order to sleep. It was very happy.";
const opened = (text = TEXT) => ({ title: "Cats", text, format: "plain" as const, depthMax: 3 });
const doc = itemId("doc");

const proposal = (state: DocumentState): DocumentAct =>
  proposePass(
    state,
    [candidate(state.text, "Teh", "The"), candidate(state.text, "very ", "")],
    proposeOptions,
  );

export function documentSuite(kit: Kit): void {
  const act = (id: ProjectId, state: DocumentState, act: DocumentAct) =>
    kit.store.actOnDocument(id, doc, { act, expectedVersion: state.version });
  async function acted(id: ProjectId, state: DocumentState, asked: DocumentAct) {
    const taken = await act(id, state, asked);
    if (taken.kind !== "taken") throw new Error(`the act was ${taken.kind}`);
    return taken.state;
  }

  describe("documents", () => {
    test("are opened, read, listed newest first, and deleted", async () => {
      const id = await kit.project();
      expect(await kit.store.document(id, doc)).toBeUndefined();
      const state = await kit.store.openDocument(id, doc, opened());
      expect(await kit.store.document(id, doc)).toEqual(state);
      kit.db.clock.advance(10);
      await kit.store.openDocument(id, itemId("other"), opened(""));
      expect(await kit.store.documents(id)).toMatchObject([
        { id: "other", words: 0 },
        { id: "doc", title: "Cats", status: "proposing", pass: 0, open: 0, words: 11 },
      ]);
      const again = await problem(kit.store.openDocument(id, doc, opened()));
      expect(again.kind).toBe("conflict");
      expect(await kit.store.deleteDocument(id, doc, "ann")).toBe(true);
      expect(await kit.store.deleteDocument(id, doc, "ann")).toBe(false);
      expect((await kit.store.documents(id)).map((row) => row.id)).toEqual(["other"]);
      const taken = await act(id, state, { kind: "passed", by: "ann" });
      expect(taken).toEqual({ kind: "no-such-document" });
    });

    test("an act is taken once: made on an older state it is refused, the same corrections answer as before", async () => {
      const id = await kit.project();
      const first = await kit.store.openDocument(id, doc, opened());
      const reviewing = await acted(id, first, proposal(first));
      const deciding = decideEdits(reviewing, [says("c1", "p1-1", "confirmed")], by);
      const state = await acted(id, reviewing, deciding);
      expect(state.text).toMatch(/^The cat/);
      expect(await act(id, reviewing, deciding)).toEqual({ kind: "repeated", version: 3, state });
      expect(await act(id, state, deciding)).toEqual({ kind: "repeated", version: 3, state });
      const renaming = { kind: "renamed", title: "Dogs" } as const;
      expect(await act(id, reviewing, renaming)).toEqual({ kind: "stale", state });
      const renamed = await acted(id, state, renaming);
      expect(await act(id, renamed, deciding)).toMatchObject({ kind: "repeated", version: 3 });
      expect(await kit.store.document(id, doc)).toEqual(renamed);
      expect((await kit.store.documents(id))[0]).toMatchObject({ title: "Dogs", open: 1 });
    });

    test("two at the same time: one is taken, the other is stale", async () => {
      const id = await kit.project();
      const first = await kit.store.openDocument(id, doc, opened());
      const renaming = (title: string) => act(id, first, { kind: "renamed", title });
      const kinds = (await Promise.all([renaming("a"), renaming("b")])).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(["stale", "taken"]);
    });

    test("an act that does not fit is refused and leaves no trace", async () => {
      const id = await kit.project();
      const state = await kit.store.openDocument(id, doc, opened());
      const log = await kit.store.events(id);
      const passed = await problem(act(id, state, { kind: "passed", by: "ann" }));
      expect(passed.kind).toBe("conflict");
      expect(await kit.store.document(id, doc)).toEqual(state);
      expect(await kit.store.events(id)).toEqual(log);
      await expect(
        kit.store.append(id, { kind: "document", documentId: doc, act: proposal(state) }),
      ).rejects.toThrow("actOnDocument");
    });

    test("characters no database holds are replaced one for one, the same in text and log", async () => {
      const id = await kit.project();
      const text = 'nul \0, half \ud800, whole 😀, "\\u0000" and \r\n';
      const state = await kit.store.openDocument(id, doc, opened(text));
      expect(state.text).toBe('nul \ufffd, half \ufffd, whole 😀, "\\u0000" and \r\n');
      expect(state.text).toHaveLength(text.length);
      await kit.store.rebuild(id);
      expect(await kit.store.document(id, doc)).toEqual(state);
    });

    test("after any acts, the log folded anew gives the same documents", async () => {
      const id = await kit.project();
      for (let run = 0; run < 4; run++) {
        const rng = rngOf(20_261_124).split(run);
        const name = itemId(`doc-${run}`);
        await randomActs(kit, { id, name, rng });
        if (run === 2) await kit.store.deleteDocument(id, name, "ann");
      }
      const all = async () => ({
        list: await kit.store.documents(id),
        states: await Promise.all(
          [0, 1, 2, 3].map((run) => kit.store.document(id, itemId(`doc-${run}`))),
        ),
      });
      const before = await all();
      expect(before.list).toHaveLength(3);
      await kit.store.rebuild(id);
      expect(await all()).toEqual(before);
    });
  });
}

/** Whatever a writer may do, forty times. */
async function randomActs(
  { store, db }: Kit,
  { id, name, rng }: { readonly id: ProjectId; readonly name: ItemId; readonly rng: Rng },
): Promise<void> {
  let state = await store.openDocument(id, name, opened(`${TEXT} Teh dog was very, very sad.`));
  for (let step = 0; step < 40; step++) {
    db.clock.advance(1 + rng.int(5));
    const act = randomAct(state, `${name}-${step}`, rng.split(step));
    if (act === undefined) continue;
    const taken = await store.actOnDocument(id, name, { act, expectedVersion: state.version });
    if (taken.kind !== "taken") throw new Error(`the act was ${taken.kind}`);
    state = taken.state;
  }
}

function randomAct(state: DocumentState, id: string, rng: Rng): DocumentAct | undefined {
  if (state.status === "proposing") {
    const pairs = [
      ["Teh", "The"],
      ["very", "so"],
      ["happy", "glad"],
      ["glad", "happy"],
      [" was", ""],
    ] as const;
    const found = pairs.filter(([before]) => state.text.includes(before));
    const candidates = found.map(([before, after]) => candidate(state.text, before, after));
    return proposePass(state, candidates, { ...proposeOptions, rng });
  }
  const standing = state.edits.filter((edit) => edit.correctionId !== null && edit.lost === null);
  const [open] = openEdits(state);
  const kind = rng.int(10);
  if (kind < 5 && open !== undefined) {
    const decision = rng.pick(["confirmed", "rejected", "edited"] as const);
    return decideEdits(state, [says(id, open.proposed.id, decision, "quite")], by);
  }
  if (kind === 5 && standing.length > 0) {
    const target = rng.pick(standing).correctionId;
    const undo = { ...by, id: CorrectionId.parse(id) };
    return target === null ? undefined : undoDecision(state, target, undo);
  }
  if (kind === 6) {
    const at = rng.int(state.text.length + 1);
    return { kind: "typed", edits: [{ start: at, end: at, before: "", after: "w" }], by: "ann" };
  }
  if (kind === 7) return { kind: "restored", version: rng.int(state.versions.length), by: "ann" };
  return kind === 8 ? { kind: "renamed", title: id } : { kind: "passed", by: "ann" };
}
