/** What every store does, whatever it runs on. */
import { describe, expect, test } from "vitest";
import { ProjectId, ProposalId } from "#core/ids.ts";
import { caseSuite } from "./cases.suite.ts";
import { comparisonSuite } from "./comparisons.suite.ts";
import { correctionSuite } from "./corrections.suite.ts";
import { documentSuite } from "./documents.suite.ts";
import { episodeSuite } from "./episodes.suite.ts";
import { rewriteSuite } from "./rewrites.suite.ts";
import {
  batches,
  caseRow,
  config,
  correction,
  correctionId,
  item,
  itemId,
  type TestDatabase,
  undoOf,
} from "./samples.ts";
import type { ItemRow } from "./store.ts";
import { all, problem, suiteKit } from "./suite-kit.ts";

export function storeSuite(make: () => Promise<TestDatabase>): void {
  const kit = suiteKit(make);
  caseSuite(kit);
  correctionSuite(kit);
  comparisonSuite(kit);
  documentSuite(kit);
  episodeSuite(kit);
  rewriteSuite(kit);

  describe("projects", () => {
    test("are made, found by id and by name, and changed", async () => {
      const made = await kit.store.createProject(config("Mail triage, ünïque"));
      expect(made.id).toBe("mail-triage-u-ni-que");
      expect(await kit.store.project(made.id)).toEqual(made);
      expect(await kit.store.projectByName("Mail triage, ünïque")).toEqual(made);
      const changed = await kit.store.changeProject(made.id, config("renamed"));
      expect(changed).toEqual({ ...made, config: config("renamed") });
      expect(await kit.store.projectByName("Mail triage, ünïque")).toBeUndefined();
      expect((await kit.store.projects()).find(({ id }) => id === made.id)).toEqual({
        ...changed,
        counts: { items: 0, open: 0, answered: 0, accepted: 0, waiting: 0 },
      });
    });
    test("a second project of a name is refused; a like name gets an id of its own", async () => {
      await kit.store.createProject(config("twice"));
      expect((await problem(kit.store.createProject(config("twice")))).kind).toBe("conflict");
      expect((await kit.store.createProject(config("Twice!"))).id).toBe("twice-2");
    });
    test("one that is not there is said to be not found", async () => {
      const nobody = ProjectId.parse("nobody");
      expect(await kit.store.project(nobody)).toBeUndefined();
      expect((await problem(kit.store.counts(nobody))).kind).toBe("not-found");
      expect((await problem(kit.store.putCases(nobody, [caseRow("a")]))).kind).toBe("not-found");
    });
  });

  describe("items", () => {
    test("come back to the letter, whatever characters are in them", async () => {
      const id = await kit.project();
      const odd: ItemRow[] = [
        item("plain"),
        item("controls", {
          input: { text: "tab\tnewline\nreturn\rslash\\N\\.\u0001", fields: {}, html: "<b>" },
        }),
        item("nul", { input: { text: "a\0b", fields: { n: 1.5, yes: true } } }),
        item("surrogate", { input: { text: "\ud800 half, 😀 whole", fields: {} } }),
        item("tab\tid\\", { proposal: null, votes: [], gold: null, split: "heldout" }),
      ];
      await kit.store.importItems(id, batches(odd), { format: "jsonl" });
      for (const row of odd) expect(await kit.store.item(id, row.id)).toEqual(row);
      expect(await kit.store.item(id, itemId("absent"))).toBeUndefined();
    });
    test("duplicates, of earlier batches and within one, are left alone and named", async () => {
      const id = await kit.project();
      const first = await kit.store.importItems(id, batches([item("a"), item("b")], 1), {
        format: "csv",
      });
      expect(first).toEqual({ accepted: 2, duplicates: [] });
      const again = [item("c"), item("a", { gold: "ham" }), item("c", { gold: "ham" })];
      expect(await kit.store.importItems(id, batches(again), { format: "csv" })).toEqual({
        accepted: 1,
        duplicates: ["a", "c"],
      });
      expect((await kit.store.item(id, itemId("a")))?.gold).toBe("spam");
      const imported = (await kit.store.events(id)).filter(({ body }) => body.kind === "imported");
      expect(imported.map(({ body }) => body)).toMatchObject([
        { rows: 1 },
        { rows: 1 },
        { rows: 1 },
      ]);
      expect((await kit.store.counts(id)).items).toBe(3);
    });
    test("an id with a NUL character is refused with the field, and nothing of its batch is kept", async () => {
      const id = await kit.project();
      const refused = await problem(
        kit.store.importItems(id, batches([item("good"), item("b\0ad")]), { format: "jsonl" }),
      );
      expect(refused.kind).toBe("bad-input");
      expect(refused.detail.at).toEqual({ field: "id" });
      expect((await kit.store.counts(id)).items).toBe(0);
    });
    test("an import can be stopped between batches", async () => {
      const id = await kit.project();
      const stop = new AbortController();
      const rows = batches([item("a"), item("b")], 1);
      const work = kit.store.importItems(id, rows, {
        format: "jsonl",
        signal: stop.signal,
        progress: () => stop.abort(),
      });
      expect((await problem(work)).kind).toBe("cancelled");
      expect((await kit.store.counts(id)).items).toBe(1);
    });
    test("stream in the order of their bytes, in batches, by split and by what has no case", async () => {
      const id = await kit.project();
      const names = ["b", "B", "a10", "a9", "é", "a"];
      await kit.store.importItems(
        id,
        batches(names.map((name) => item(name, { split: name === "b" ? "heldout" : "pool" }))),
        { format: "jsonl" },
      );
      const order = ["B", "a", "a10", "a9", "b", "é"];
      const sizes: number[] = [];
      for await (const batch of kit.store.items(id, { batch: 4 })) sizes.push(batch.length);
      expect(sizes).toEqual([4, 2]);
      expect((await all(kit.store.items(id))).map((row) => row.id)).toEqual(order);
      expect((await all(kit.store.items(id, { split: "heldout" }))).map((row) => row.id)).toEqual([
        "b",
      ]);
      await kit.store.putCases(id, [caseRow("a"), caseRow("B")]);
      const left = await all(kit.store.items(id, { unassessed: true, batch: 2 }));
      expect(left.map((row) => row.id)).toEqual(["a10", "a9", "é"]);
      expect((await kit.store.counts(id)).waiting).toBe(3);
    });
    test("a later proposal replaces the imported one and survives a rebuild", async () => {
      const id = await kit.project();
      await kit.store.importItems(id, batches([item("a")]), { format: "jsonl" });
      const source = { id: "llm", kind: "model" as const, version: "2" };
      const later = (name: string, of: string, output: string) => ({
        id: ProposalId.parse(name),
        itemId: itemId(of),
        source,
        output,
        raw: "a\0b",
      });
      await kit.store.putProposals(id, [later("q1", "a", "ham"), later("q0", "nobody", "ham")]);
      await kit.store.putProposals(id, [later("q2", "a", "spam")]);
      await kit.store.rebuild(id);
      const found = await kit.store.item(id, itemId("a"));
      expect(found?.proposal).toEqual({ ...later("q2", "a", "spam"), raw: "a\uFFFDb" });
      expect(found?.votes).toEqual(item("a").votes);
    });
  });

  test("recall gives the nearest remembered corrections that stand, by cosine", async () => {
    const id = await kit.reviewed([caseRow("a"), caseRow("b"), caseRow("c")]);
    for (const name of ["a", "b", "c"])
      await kit.store.correct(id, correction(`c-${name}`, name), 0);
    const remember = (name: string, vector: number[]) => ({
      correctionId: correctionId(`c-${name}`),
      itemId: itemId(name),
      label: "spam",
      vector: Float32Array.from(vector),
    });
    await kit.store.remember(id, [
      remember("a", [0, 2]),
      remember("b", [3, 3]),
      remember("c", [1, 0]),
      remember("c", [-1, 0]),
    ]);
    const near = await kit.store.recall(id, Float32Array.from([5, 0]), 2);
    expect(near.map((row) => row.itemId)).toEqual(["b", "a"]);
    expect(near[0]?.distance).toBeCloseTo(1 - Math.SQRT1_2, 6);
    expect(near[1]?.distance).toBeCloseTo(1, 6);
    await kit.store.revoke(id, correctionId("c-b"), "ann");
    const first = correction("c-a", "a");
    await kit.store.undo(id, first.id, undoOf("u", first));
    const left = await kit.store.recall(id, Float32Array.from([5, 0]), 3);
    expect(left.map((row) => [row.itemId, row.distance])).toEqual([["c", 2]]);
    expect(await kit.store.recall(id, new Float32Array(3), 3)).toEqual([]);
  });

  test("blobs come back by their hash", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, k) => k % 256);
    const hash = await kit.store.putBlob(bytes);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await kit.store.putBlob(bytes)).toBe(hash);
    expect(Buffer.from((await kit.store.blob(hash)) ?? []).equals(bytes)).toBe(true);
    expect(await kit.store.blob("0".repeat(64))).toBeUndefined();
    expect(await kit.store.blob("../../etc/passwd")).toBeUndefined();
  });

  test("the log is read in order, from any point, a page at a time", async () => {
    const id = await kit.reviewed([caseRow("a")]);
    await kit.store.correct(id, correction("c1", "a"), 0);
    const log = await kit.store.events(id);
    expect(log.map(({ body }) => body.kind)).toEqual(["project-created", "imported", "corrected"]);
    expect(log.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq).toSorted((a, b) => a - b));
    const second = await kit.store.events(id, { afterSeq: log[0]?.seq ?? 0, limit: 1 });
    expect(second).toEqual([log[1]]);
    const correct = { kind: "corrected", correction: correction("c2", "a") } as const;
    await expect(
      kit.store.append(id, { ...correct, correction: { ...correct.correction, operations: [] } }),
    ).rejects.toThrow("correct");
  });
}
