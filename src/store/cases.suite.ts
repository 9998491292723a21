/** Cases, the queue and its leases. */
import { describe, expect, test } from "vitest";
import { caseRow, correction, itemId, undoOf } from "./samples.ts";
import type { CaseRow } from "./store.ts";
import { all, type Kit, problem } from "./suite-kit.ts";

export function caseSuite(kit: Kit): void {
  describe("cases", () => {
    test("are counted by state as they come and change", async () => {
      const id = await kit.reviewed([
        caseRow("a"),
        caseRow("b", { state: "accepted" }),
        caseRow("c", { state: "waiting", waitingFor: "the model is down" }),
      ]);
      expect(await kit.store.counts(id)).toEqual({
        items: 3,
        open: 1,
        answered: 0,
        accepted: 1,
        waiting: 1,
      });
      await kit.store.putCases(id, [caseRow("b"), caseRow("c", { state: "accepted" })]);
      expect(await kit.store.counts(id)).toMatchObject({ open: 2, accepted: 1, waiting: 0 });
      expect(await kit.store.case(id, itemId("b"))).toEqual(caseRow("b"));
      expect(await kit.store.case(id, itemId("absent"))).toBeUndefined();
    });
    test("the last of several rows for one item counts", async () => {
      const id = await kit.reviewed([
        caseRow("a", { title: "first" }),
        caseRow("a", { title: "last" }),
      ]);
      expect((await kit.store.case(id, itemId("a")))?.title).toBe("last");
      expect((await kit.store.counts(id)).open).toBe(1);
    });
    test("answered ones are left as they are; skipped ones stay skipped with the new scores", async () => {
      const id = await kit.reviewed([caseRow("a"), caseRow("s")]);
      await kit.store.correct(id, correction("c1", "a"), 0);
      await kit.store.skip(id, itemId("s"), "ann");
      await kit.store.putCases(id, [caseRow("a", { cost: 9 }), caseRow("s", { cost: 9 })]);
      expect(await kit.store.case(id, itemId("a"))).toMatchObject({ state: "answered", cost: 0.5 });
      expect(await kit.store.case(id, itemId("s"))).toMatchObject({ state: "skipped", cost: 9 });
      await kit.store.append(id, { kind: "asked-again", itemId: itemId("s"), by: "ann" });
      expect((await kit.store.case(id, itemId("s")))?.state).toBe("open");
      expect(await kit.store.counts(id)).toMatchObject({ open: 1, answered: 1 });
    });
    test("a failed proposer makes a case wait with the reason, until the assessor speaks again", async () => {
      const id = await kit.reviewed([caseRow("a")]);
      await kit.store.append(id, {
        kind: "propose-failed",
        itemId: itemId("a"),
        reason: "rate limit",
        attempts: 3,
      });
      const waiting = { state: "waiting", waitingFor: "rate limit" };
      expect(await kit.store.case(id, itemId("a"))).toMatchObject(waiting);
      await kit.store.putCases(id, [caseRow("a")]);
      const open = { state: "open", waitingFor: null };
      expect(await kit.store.case(id, itemId("a"))).toMatchObject(open);
      await kit.store.rebuild(id);
      expect(await kit.store.case(id, itemId("a"))).toMatchObject(open);
    });
    test("skipping what has no case is refused", async () => {
      const id = await kit.project();
      expect((await problem(kit.store.skip(id, itemId("x"), "ann"))).kind).toBe("not-found");
      const skipped = { kind: "skipped", itemId: itemId("x"), by: "ann" } as const;
      expect((await problem(kit.store.append(id, skipped))).kind).toBe("not-found");
    });
    test("text that PostgreSQL cannot hold is replaced, not refused", async () => {
      const id = await kit.reviewed([caseRow("a", { title: "a\0b\ttab", from: "\\N" })]);
      expect(await kit.store.case(id, itemId("a"))).toMatchObject({
        title: "a\uFFFDb\ttab",
        from: "\\N",
      });
    });
    test("stream by state, dearest first", async () => {
      const id = await kit.reviewed([
        caseRow("a", { cost: 0 }),
        caseRow("b", { cost: 2, state: "accepted" }),
        caseRow("c", { cost: 1 }),
      ]);
      const names = (await all(kit.store.cases(id, "open"))).map((row) => row.itemId);
      expect(names).toEqual(["c", "a"]);
    });
  });

  describe("queue", () => {
    test.each(["cost", "uncertainty", "diversity", "random"] as const)(
      "pages by %s, ties included, each row once",
      async (order) => {
        const rows = Array.from({ length: 25 }, (_, k) =>
          caseRow(`i${String(k).padStart(2, "0")}`, { [order]: k % 3 }),
        );
        const id = await kit.reviewed(rows);
        const seen: CaseRow[] = [];
        let cursor: string | undefined;
        do {
          const page = await kit.store.queue(id, {
            order,
            limit: 7,
            ...(cursor ? { cursor } : {}),
          });
          seen.push(...page.rows);
          cursor = page.next ?? undefined;
        } while (cursor !== undefined);
        const key = (row: CaseRow) => `${row[order]} ${row.itemId}`;
        expect(seen.map(key)).toEqual(rows.map(key).sort().reverse());
      },
    );
    test("of another state; a cursor of something else is refused", async () => {
      const id = await kit.reviewed([caseRow("a"), caseRow("b", { state: "accepted" })]);
      const page = await kit.store.queue(id, { order: "cost", state: "accepted", limit: 10 });
      expect(page).toEqual({ rows: [caseRow("b", { state: "accepted" })], next: null });
      const refused = await problem(kit.store.queue(id, { order: "cost", limit: 1, cursor: "x" }));
      expect(refused.kind).toBe("bad-input");
    });
  });

  describe("leases", () => {
    const how = { order: "cost", count: 2, leaseMs: 1_000 } as const;
    const ids = (rows: readonly CaseRow[]) => rows.map((row) => row.itemId);
    const four = () =>
      kit.reviewed(["a", "b", "c", "d"].map((name, k) => caseRow(name, { cost: 10 - k })));

    test("two reviewers get different cases, dearest first; each gets their own again", async () => {
      const id = await four();
      expect(ids(await kit.store.lease(id, { reviewer: "ann", ...how }))).toEqual(["a", "b"]);
      expect(ids(await kit.store.lease(id, { reviewer: "bob", ...how }))).toEqual(["c", "d"]);
      expect(ids(await kit.store.lease(id, { reviewer: "ann", ...how }))).toEqual(["a", "b"]);
      expect(await kit.store.lease(id, { reviewer: "cyd", ...how })).toEqual([]);
    });
    test("a lease that ran out is anybody's", async () => {
      const id = await four();
      await kit.store.lease(id, { reviewer: "ann", ...how });
      kit.db.clock.advance(1_000);
      expect(ids(await kit.store.lease(id, { reviewer: "bob", ...how }))).toEqual(["a", "b"]);
    });
    test("what is prefetched can be left out", async () => {
      const id = await four();
      const exclude = [itemId("a"), itemId("c")];
      expect(ids(await kit.store.lease(id, { reviewer: "ann", ...how, exclude }))).toEqual([
        "b",
        "d",
      ]);
    });
    test("an answer ends the lease: after an undo the case is anybody's", async () => {
      const id = await four();
      await kit.store.lease(id, { reviewer: "ann", ...how });
      const first = correction("c1", "a");
      await kit.store.correct(id, first, 0);
      await kit.store.undo(id, first.id, undoOf("u1", first));
      expect(ids(await kit.store.lease(id, { reviewer: "bob", ...how }))).toEqual(["a", "c"]);
    });
    test("reviewers who ask at the same moment share nothing and lack nothing", async () => {
      const id = await kit.reviewed(
        Array.from({ length: 24 }, (_, k) => caseRow(`i${k}`, { cost: k })),
      );
      const got = await Promise.all(
        Array.from({ length: 8 }, (_, k) =>
          kit.store.lease(id, { reviewer: `r${k}`, order: "cost", count: 3, leaseMs: 1_000 }),
        ),
      );
      expect(new Set(ids(got.flat())).size).toBe(24);
    });
  });
}
