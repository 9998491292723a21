/** What every store does, whatever it runs on. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { ProjectId, ProposalId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import type { OpenStore } from "./open.ts";
import {
  batches,
  caseRow,
  config,
  correction,
  correctionId,
  item,
  itemId,
  lesson,
  lessonId,
  type TestDatabase,
  undoOf,
} from "./samples.ts";
import type { CaseRow, ItemRow } from "./store.ts";

export function storeSuite(make: () => Promise<TestDatabase>): void {
  let db: TestDatabase;
  let store: OpenStore;
  let projects = 0;

  beforeAll(async () => {
    db = await make();
    store = db.store;
  });
  afterAll(() => db.drop());

  const project = async (): Promise<ProjectId> =>
    (await store.createProject(config(`suite ${projects++}`))).id;

  /** A project whose items each have an open case. */
  async function reviewed(rows: readonly CaseRow[]): Promise<ProjectId> {
    const id = await project();
    await store.importItems(id, batches(rows.map((row) => item(row.itemId))), { format: "jsonl" });
    await store.putCases(id, rows);
    return id;
  }

  async function all<T>(stream: AsyncIterable<T[]>): Promise<T[]> {
    const rows: T[] = [];
    for await (const batch of stream) rows.push(...batch);
    return rows;
  }

  const problem = async (work: Promise<unknown>): Promise<Problem> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Problem);
    return error as Problem;
  };

  describe("projects", () => {
    test("are made, found by id and by name, and changed", async () => {
      const made = await store.createProject(config("Mail triage, ünïque"));
      expect(made.id).toBe("mail-triage-u-ni-que");
      expect(await store.project(made.id)).toEqual(made);
      expect(await store.projectByName("Mail triage, ünïque")).toEqual(made);
      const changed = await store.changeProject(made.id, config("renamed"));
      expect(changed).toEqual({ ...made, config: config("renamed") });
      expect(await store.projectByName("Mail triage, ünïque")).toBeUndefined();
      expect((await store.projects()).find(({ id }) => id === made.id)).toEqual({
        ...changed,
        counts: { items: 0, open: 0, answered: 0, accepted: 0, waiting: 0 },
      });
    });
    test("a second project of a name is refused; a like name gets an id of its own", async () => {
      await store.createProject(config("twice"));
      expect((await problem(store.createProject(config("twice")))).kind).toBe("conflict");
      expect((await store.createProject(config("Twice!"))).id).toBe("twice-2");
    });
    test("one that is not there is said to be not found", async () => {
      const nobody = ProjectId.parse("nobody");
      expect(await store.project(nobody)).toBeUndefined();
      expect((await problem(store.counts(nobody))).kind).toBe("not-found");
      expect((await problem(store.putCases(nobody, [caseRow("a")]))).kind).toBe("not-found");
    });
  });

  describe("items", () => {
    test("come back to the letter, whatever characters are in them", async () => {
      const id = await project();
      const odd: ItemRow[] = [
        item("plain"),
        item("controls", {
          input: { text: "tab\tnewline\nreturn\rslash\\N\\.\u0001", fields: {}, html: "<b>" },
        }),
        item("nul", { input: { text: "a\0b", fields: { n: 1.5, yes: true } } }),
        item("surrogate", { input: { text: "\ud800 half, 😀 whole", fields: {} } }),
        item("tab\tid\\", { proposal: null, votes: [], gold: null, split: "heldout" }),
      ];
      await store.importItems(id, batches(odd), { format: "jsonl" });
      for (const row of odd) expect(await store.item(id, row.id)).toEqual(row);
      expect(await store.item(id, itemId("absent"))).toBeUndefined();
    });
    test("duplicates, of earlier batches and within one, are left alone and named", async () => {
      const id = await project();
      const first = await store.importItems(id, batches([item("a"), item("b")], 1), {
        format: "csv",
      });
      expect(first).toEqual({ accepted: 2, duplicates: [] });
      const again = [item("c"), item("a", { gold: "ham" }), item("c", { gold: "ham" })];
      expect(await store.importItems(id, batches(again), { format: "csv" })).toEqual({
        accepted: 1,
        duplicates: ["a", "c"],
      });
      expect((await store.item(id, itemId("a")))?.gold).toBe("spam");
      const imported = (await store.events(id)).filter(({ body }) => body.kind === "imported");
      expect(imported.map(({ body }) => body)).toMatchObject([
        { rows: 1 },
        { rows: 1 },
        { rows: 1 },
      ]);
      expect((await store.counts(id)).items).toBe(3);
    });
    test("an id with a NUL character is refused with the field, and nothing of its batch is kept", async () => {
      const id = await project();
      const refused = await problem(
        store.importItems(id, batches([item("good"), item("b\0ad")]), { format: "jsonl" }),
      );
      expect(refused.kind).toBe("bad-input");
      expect(refused.detail.at).toEqual({ field: "id" });
      expect((await store.counts(id)).items).toBe(0);
    });
    test("an import can be stopped between batches", async () => {
      const id = await project();
      const stop = new AbortController();
      const rows = batches([item("a"), item("b")], 1);
      const work = store.importItems(id, rows, {
        format: "jsonl",
        signal: stop.signal,
        progress: () => stop.abort(),
      });
      expect((await problem(work)).kind).toBe("cancelled");
      expect((await store.counts(id)).items).toBe(1);
    });
    test("stream in the order of their bytes, in batches, by split and by what has no case", async () => {
      const id = await project();
      const names = ["b", "B", "a10", "a9", "é", "a"];
      await store.importItems(
        id,
        batches(names.map((name) => item(name, { split: name === "b" ? "heldout" : "pool" }))),
        { format: "jsonl" },
      );
      const order = ["B", "a", "a10", "a9", "b", "é"];
      const sizes: number[] = [];
      for await (const batch of store.items(id, { batch: 4 })) sizes.push(batch.length);
      expect(sizes).toEqual([4, 2]);
      expect((await all(store.items(id))).map((row) => row.id)).toEqual(order);
      expect((await all(store.items(id, { split: "heldout" }))).map((row) => row.id)).toEqual([
        "b",
      ]);
      await store.putCases(id, [caseRow("a"), caseRow("B")]);
      const left = await all(store.items(id, { unassessed: true, batch: 2 }));
      expect(left.map((row) => row.id)).toEqual(["a10", "a9", "é"]);
      expect((await store.counts(id)).waiting).toBe(3);
    });
    test("a later proposal replaces the imported one and survives a rebuild", async () => {
      const id = await project();
      await store.importItems(id, batches([item("a")]), { format: "jsonl" });
      const source = { id: "llm", kind: "model" as const, version: "2" };
      const later = (name: string, of: string, output: string) => ({
        id: ProposalId.parse(name),
        itemId: itemId(of),
        source,
        output,
        raw: "a\0b",
      });
      await store.putProposals(id, [later("q1", "a", "ham"), later("q0", "nobody", "ham")]);
      await store.putProposals(id, [later("q2", "a", "spam")]);
      await store.rebuild(id);
      const found = await store.item(id, itemId("a"));
      expect(found?.proposal).toEqual({ ...later("q2", "a", "spam"), raw: "a\uFFFDb" });
      expect(found?.votes).toEqual(item("a").votes);
    });
  });

  describe("cases", () => {
    test("are counted by state as they come and change", async () => {
      const id = await reviewed([
        caseRow("a"),
        caseRow("b", { state: "accepted" }),
        caseRow("c", { state: "waiting", waitingFor: "the model is down" }),
      ]);
      expect(await store.counts(id)).toEqual({
        items: 3,
        open: 1,
        answered: 0,
        accepted: 1,
        waiting: 1,
      });
      await store.putCases(id, [caseRow("b"), caseRow("c", { state: "accepted" })]);
      expect(await store.counts(id)).toMatchObject({ open: 2, accepted: 1, waiting: 0 });
      expect(await store.case(id, itemId("b"))).toEqual(caseRow("b"));
      expect(await store.case(id, itemId("absent"))).toBeUndefined();
    });
    test("the last of several rows for one item counts", async () => {
      const id = await reviewed([
        caseRow("a", { title: "first" }),
        caseRow("a", { title: "last" }),
      ]);
      expect((await store.case(id, itemId("a")))?.title).toBe("last");
      expect((await store.counts(id)).open).toBe(1);
    });
    test("answered ones are left as they are; skipped ones stay skipped with the new scores", async () => {
      const id = await reviewed([caseRow("a"), caseRow("s")]);
      await store.correct(id, correction("c1", "a"), 0);
      await store.skip(id, itemId("s"), "ann");
      await store.putCases(id, [caseRow("a", { cost: 9 }), caseRow("s", { cost: 9 })]);
      expect(await store.case(id, itemId("a"))).toMatchObject({ state: "answered", cost: 0.5 });
      expect(await store.case(id, itemId("s"))).toMatchObject({ state: "skipped", cost: 9 });
      await store.append(id, { kind: "asked-again", itemId: itemId("s"), by: "ann" });
      expect((await store.case(id, itemId("s")))?.state).toBe("open");
      expect(await store.counts(id)).toMatchObject({ open: 1, answered: 1 });
    });
    test("a failed proposer makes a case wait with the reason, until the assessor speaks again", async () => {
      const id = await reviewed([caseRow("a")]);
      await store.append(id, {
        kind: "propose-failed",
        itemId: itemId("a"),
        reason: "rate limit",
        attempts: 3,
      });
      const waiting = { state: "waiting", waitingFor: "rate limit" };
      expect(await store.case(id, itemId("a"))).toMatchObject(waiting);
      await store.putCases(id, [caseRow("a")]);
      const open = { state: "open", waitingFor: null };
      expect(await store.case(id, itemId("a"))).toMatchObject(open);
      await store.rebuild(id);
      expect(await store.case(id, itemId("a"))).toMatchObject(open);
    });
    test("skipping what has no case is refused", async () => {
      const id = await project();
      expect((await problem(store.skip(id, itemId("x"), "ann"))).kind).toBe("not-found");
      const skipped = { kind: "skipped", itemId: itemId("x"), by: "ann" } as const;
      expect((await problem(store.append(id, skipped))).kind).toBe("not-found");
    });
    test("text that PostgreSQL cannot hold is replaced, not refused", async () => {
      const id = await reviewed([caseRow("a", { title: "a\0b\ttab", from: "\\N" })]);
      expect(await store.case(id, itemId("a"))).toMatchObject({
        title: "a\uFFFDb\ttab",
        from: "\\N",
      });
    });
    test("stream risk first, those without a risk last", async () => {
      const risky = (name: string, risk: number | null) => {
        const row = caseRow(name);
        return { ...row, assessment: row.assessment && { ...row.assessment, risk } };
      };
      const id = await reviewed([risky("low", 0), risky("none", null), risky("high", 0.9)]);
      const names = (await all(store.cases(id, "open"))).map((row) => row.itemId);
      expect(names).toEqual(["high", "low", "none"]);
    });
  });

  describe("queue", () => {
    test.each(["cost", "uncertainty", "diversity", "random"] as const)(
      "pages by %s, ties included, each row once",
      async (order) => {
        const rows = Array.from({ length: 25 }, (_, k) =>
          caseRow(`i${String(k).padStart(2, "0")}`, { [order]: k % 3 }),
        );
        const id = await reviewed(rows);
        const seen: CaseRow[] = [];
        let cursor: string | undefined;
        do {
          const page = await store.queue(id, { order, limit: 7, ...(cursor ? { cursor } : {}) });
          seen.push(...page.rows);
          cursor = page.next ?? undefined;
        } while (cursor !== undefined);
        const key = (row: CaseRow) => `${row[order]} ${row.itemId}`;
        expect(seen.map(key)).toEqual(rows.map(key).sort().reverse());
      },
    );
    test("of another state; a cursor of something else is refused", async () => {
      const id = await reviewed([caseRow("a"), caseRow("b", { state: "accepted" })]);
      const page = await store.queue(id, { order: "cost", state: "accepted", limit: 10 });
      expect(page).toEqual({ rows: [caseRow("b", { state: "accepted" })], next: null });
      const refused = await problem(store.queue(id, { order: "cost", limit: 1, cursor: "x" }));
      expect(refused.kind).toBe("bad-input");
    });
  });

  describe("leases", () => {
    const how = { order: "cost", count: 2, leaseMs: 1_000 } as const;
    const ids = (rows: readonly CaseRow[]) => rows.map((row) => row.itemId);
    const four = () =>
      reviewed(["a", "b", "c", "d"].map((name, k) => caseRow(name, { cost: 10 - k })));

    test("two reviewers get different cases, dearest first; each gets their own again", async () => {
      const id = await four();
      expect(ids(await store.lease(id, { reviewer: "ann", ...how }))).toEqual(["a", "b"]);
      expect(ids(await store.lease(id, { reviewer: "bob", ...how }))).toEqual(["c", "d"]);
      expect(ids(await store.lease(id, { reviewer: "ann", ...how }))).toEqual(["a", "b"]);
      expect(await store.lease(id, { reviewer: "cyd", ...how })).toEqual([]);
    });
    test("a lease that ran out is anybody's", async () => {
      const id = await four();
      await store.lease(id, { reviewer: "ann", ...how });
      db.clock.advance(1_000);
      expect(ids(await store.lease(id, { reviewer: "bob", ...how }))).toEqual(["a", "b"]);
    });
    test("what is prefetched can be left out", async () => {
      const id = await four();
      const exclude = [itemId("a"), itemId("c")];
      expect(ids(await store.lease(id, { reviewer: "ann", ...how, exclude }))).toEqual(["b", "d"]);
    });
    test("an answer ends the lease: after an undo the case is anybody's", async () => {
      const id = await four();
      await store.lease(id, { reviewer: "ann", ...how });
      const first = correction("c1", "a");
      await store.correct(id, first, 0);
      await store.undo(id, first.id, undoOf("u1", first));
      expect(ids(await store.lease(id, { reviewer: "bob", ...how }))).toEqual(["a", "c"]);
    });
    test("reviewers who ask at the same moment share nothing and lack nothing", async () => {
      const id = await reviewed(
        Array.from({ length: 24 }, (_, k) => caseRow(`i${k}`, { cost: k })),
      );
      const got = await Promise.all(
        Array.from({ length: 8 }, (_, k) =>
          store.lease(id, { reviewer: `r${k}`, order: "cost", count: 3, leaseMs: 1_000 }),
        ),
      );
      expect(new Set(ids(got.flat())).size).toBe(24);
    });
  });

  describe("corrections", () => {
    test("answer a case, once per id, only against the version that was seen", async () => {
      const id = await reviewed([caseRow("a")]);
      const first = correction("c1", "a", { reason: "nul \0, half \ud800, \\u0000 as text" });
      const kept = { ...first, reason: "nul \uFFFD, half \uFFFD, \\u0000 as text" };
      expect(await store.correct(id, first, 0)).toMatchObject({ kind: "taken", version: 1 });
      expect(await store.case(id, itemId("a"))).toMatchObject({ state: "answered", version: 1 });
      expect(await store.correct(id, first, 0)).toEqual({
        kind: "repeated",
        correction: kept,
        version: 1,
      });
      expect(await store.correct(id, correction("c2", "a"), 0)).toEqual({
        kind: "stale",
        version: 1,
      });
      expect(await store.correct(id, correction("c3", "x"), 0)).toEqual({ kind: "no-such-case" });
      expect(await store.correct(id, correction("c2", "a"), 1)).toMatchObject({ version: 2 });
      expect((await store.corrections(id)).map((c) => c.id)).toEqual(["c1", "c2"]);
      expect(await store.corrections(id, { itemId: itemId("x") })).toEqual([]);
      expect(await store.counts(id)).toMatchObject({ open: 0, answered: 1 });
    });
    test("that come together are each decided on what came before", async () => {
      const id = await reviewed([caseRow("a"), caseRow("b")]);
      const taken = await Promise.all([
        store.correct(id, correction("c1", "a"), 0),
        store.correct(id, correction("c2", "a"), 0),
        store.correct(id, correction("c1", "a"), 0),
        store.correct(id, correction("c3", "b"), 0),
        store.correct(id, correction("c4", "a"), 1),
        store.correct(id, correction("c5", "absent"), 0),
      ]);
      expect(taken.map(({ kind }) => kind)).toEqual([
        "taken",
        "stale",
        "repeated",
        "taken",
        "taken",
        "no-such-case",
      ]);
      expect((await store.corrections(id)).map((c) => c.id)).toEqual(["c1", "c3", "c4"]);
    });
    test("one that cannot be stored does not take its neighbours with it", async () => {
      const id = await reviewed([caseRow("a"), caseRow("b")]);
      const good = store.correct(id, correction("c1", "a"), 0);
      const bad = store.correct(id, correction("c\0", "b"), 0);
      expect((await problem(bad)).kind).toBe("bad-input");
      expect((await good).kind).toBe("taken");
    });
    test("an undo opens the case again, is itself idempotent, and can be undone", async () => {
      const id = await reviewed([caseRow("a")]);
      const first = correction("c1", "a");
      await store.correct(id, first, 0);
      const undo = undoOf("u1", first);
      expect(await store.undo(id, first.id, undo)).toMatchObject({ kind: "taken", version: 2 });
      expect((await store.case(id, itemId("a")))?.state).toBe("open");
      expect(await store.undo(id, first.id, undo)).toMatchObject({ kind: "repeated", version: 2 });
      expect(await store.undo(id, first.id, undoOf("u2", first))).toEqual({
        kind: "stale",
        version: 2,
      });
      const absent = correction("absent", "a");
      expect(await store.undo(id, absent.id, undoOf("u3", absent))).toEqual({
        kind: "no-such-case",
      });
      expect(await store.corrections(id, { forLearning: true })).toEqual([]);
      await store.undo(id, undo.id, undoOf("u4", undo));
      expect(await store.case(id, itemId("a"))).toMatchObject({ state: "answered", version: 3 });
      expect(await store.corrections(id, { forLearning: true })).toEqual([first]);
      expect(await store.corrections(id)).toHaveLength(3);
    });
    test("undoing a second answer brings the first one back", async () => {
      const id = await reviewed([caseRow("a")]);
      const [first, second] = [correction("c1", "a"), correction("c2", "a", { after: "ham" })];
      await store.correct(id, first, 0);
      await store.correct(id, second, 1);
      await store.undo(id, second.id, undoOf("u1", second));
      expect((await store.case(id, itemId("a")))?.state).toBe("answered");
      const [answer] = await all(store.answers(id));
      expect(answer?.correction).toEqual(first);
    });
    test("answers stream each item with what stands on it", async () => {
      const id = await reviewed([caseRow("a"), caseRow("b")]);
      await store.importItems(id, batches([item("c")]), { format: "jsonl" });
      await store.correct(id, correction("c1", "b"), 0);
      const rows = await all(store.answers(id));
      expect(rows.map((row) => [row.item, row.correction?.id ?? null, row.case?.state])).toEqual([
        [item("a"), null, "open"],
        [item("b"), "c1", "answered"],
        [item("c"), null, undefined],
      ]);
    });
  });

  describe("lessons", () => {
    const measured = (value: number): Measurement[] => [
      { metric: "error", value, interval: null, n: 100 },
    ];
    const statuses = async (id: ProjectId) =>
      Object.fromEntries((await store.lessons(id)).map((row) => [row.lesson.id, row.status]));

    test("are numbered as they come, measured, promoted, held back and rolled back", async () => {
      const id = await project();
      const name = (k: number) => `${id}-l${k}`;
      expect(await store.lessonInForce(id)).toBeUndefined();
      for (const k of [1, 2, 3]) await store.putLesson(id, lesson(name(k)), measured(k / 10));
      await store.promote(id, lessonId(name(1)), "first");
      await store.promote(id, lessonId(name(2)), "p = 0.01");
      await store.holdBack(id, lessonId(name(3)), "p = 0.4");
      expect(await store.lesson(lessonId(name(2)))).toEqual({
        lesson: lesson(name(2)),
        version: 2,
        status: "in-force",
        measurements: measured(0.2),
        gate: "p = 0.01",
      });
      expect(await statuses(id)).toEqual({
        [name(1)]: "retired",
        [name(2)]: "in-force",
        [name(3)]: "held-back",
      });
      await store.rollBack(id, lessonId(name(1)), "ann");
      expect((await store.lessonInForce(id))?.lesson.id).toBe(name(1));
      expect((await statuses(id))[name(2)]).toBe("retired");
      const back = await problem(store.rollBack(id, lessonId(name(1)), "ann"));
      expect(back.kind).toBe("conflict");
      const unknown = await problem(store.promote(id, lessonId("unknown"), "?"));
      expect(unknown.kind).toBe("not-found");
    });
    test("put again, a lesson is measured again and stays what it was", async () => {
      const id = await project();
      const name = `${id}-l`;
      await store.putLesson(id, lesson(name), measured(0.2));
      await store.putLesson(id, lesson(name, { summary: "other" }), measured(0.1));
      expect(await store.lesson(lessonId(name))).toMatchObject({
        version: 1,
        lesson: { summary: `lesson ${name}` },
        measurements: measured(0.1),
      });
    });
    test("revoking a correction makes what descends from it stale, and keeps it from learning", async () => {
      const id = await reviewed([caseRow("a"), caseRow("b")]);
      await store.correct(id, correction("c1", "a"), 0);
      await store.correct(id, correction("c2", "b"), 0);
      const name = (k: number) => lessonId(`${id}-l${k}`);
      await store.putLesson(id, lesson(name(1), { learnedFrom: [correctionId("c1")] }), []);
      await store.putLesson(id, lesson(name(2), { parent: name(1) }), []);
      await store.putLesson(id, lesson(name(3), { learnedFrom: [correctionId("c2")] }), []);
      await store.promote(id, name(2), "gate");
      expect(await store.revoke(id, correctionId("c1"), "ann")).toEqual([name(1), name(2)]);
      expect(await store.revoke(id, correctionId("c1"), "ann")).toEqual([name(1), name(2)]);
      expect(await statuses(id)).toEqual({
        [name(1)]: "stale",
        [name(2)]: "stale",
        [name(3)]: "candidate",
      });
      // It is still what runs, until another takes its place.
      expect((await store.lessonInForce(id))?.lesson.id).toBe(name(2));
      const learning = await store.corrections(id, { forLearning: true });
      expect(learning.map((c) => c.id)).toEqual(["c2"]);
      expect((await problem(store.promote(id, name(1), "again"))).kind).toBe("conflict");
      await store.promote(id, name(3), "gate");
      expect((await statuses(id))[name(2)]).toBe("stale");
      const unknown = await problem(store.revoke(id, correctionId("c9"), "ann"));
      expect(unknown.kind).toBe("not-found");
    });
  });

  test("recall gives the nearest remembered corrections that stand, by cosine", async () => {
    const id = await reviewed([caseRow("a"), caseRow("b"), caseRow("c")]);
    for (const name of ["a", "b", "c"]) await store.correct(id, correction(`c-${name}`, name), 0);
    const remember = (name: string, vector: number[]) => ({
      correctionId: correctionId(`c-${name}`),
      itemId: itemId(name),
      label: "spam",
      vector: Float32Array.from(vector),
    });
    await store.remember(id, [
      remember("a", [0, 2]),
      remember("b", [3, 3]),
      remember("c", [1, 0]),
      remember("c", [-1, 0]),
    ]);
    const near = await store.recall(id, Float32Array.from([5, 0]), 2);
    expect(near.map((row) => row.itemId)).toEqual(["b", "a"]);
    expect(near[0]?.distance).toBeCloseTo(1 - Math.SQRT1_2, 6);
    expect(near[1]?.distance).toBeCloseTo(1, 6);
    await store.revoke(id, correctionId("c-b"), "ann");
    const first = correction("c-a", "a");
    await store.undo(id, first.id, undoOf("u", first));
    const left = await store.recall(id, Float32Array.from([5, 0]), 3);
    expect(left.map((row) => [row.itemId, row.distance])).toEqual([["c", 2]]);
    expect(await store.recall(id, new Float32Array(3), 3)).toEqual([]);
  });

  test("blobs come back by their hash", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, k) => k % 256);
    const hash = await store.putBlob(bytes);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await store.putBlob(bytes)).toBe(hash);
    expect(Buffer.from((await store.blob(hash)) ?? []).equals(bytes)).toBe(true);
    expect(await store.blob("0".repeat(64))).toBeUndefined();
    expect(await store.blob("../../etc/passwd")).toBeUndefined();
  });

  test("the log is read in order, from any point, a page at a time", async () => {
    const id = await reviewed([caseRow("a")]);
    await store.correct(id, correction("c1", "a"), 0);
    const log = await store.events(id);
    expect(log.map(({ body }) => body.kind)).toEqual(["project-created", "imported", "corrected"]);
    expect(log.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq).toSorted((a, b) => a - b));
    const second = await store.events(id, { afterSeq: log[0]?.seq ?? 0, limit: 1 });
    expect(second).toEqual([log[1]]);
    const correct = { kind: "corrected", correction: correction("c2", "a") } as const;
    await expect(
      store.append(id, { ...correct, correction: { ...correct.correction, operations: [] } }),
    ).rejects.toThrow("correct");
  });
}
