import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProjectId } from "#core/ids.ts";
import { backup, restore, restoreInto } from "./backup.ts";
import { type OpenStore, openStore } from "./open.ts";
import {
  batches,
  caseRow,
  config,
  correction,
  correctionId,
  databases,
  drawnTurn,
  emptyPostgres,
  item,
  itemId,
  lesson,
  lessonId,
  rewriteLesson,
  rewriteRule,
  type TestDatabase,
  undoOf,
} from "./samples.ts";
import { all } from "./suite-kit.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-backup-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A store with something of everything in it. */
async function fill(store: OpenStore): Promise<ProjectId> {
  const { id } = await store.createProject(config("backed up"));
  const odd = item("d\\t", { input: { text: 'nul \0, half \ud800, {"q"}', fields: {} } });
  await store.importItems(id, batches([item("a"), item("b"), item("c"), odd]), { format: "jsonl" });
  await store.putCases(id, [caseRow("a"), caseRow("b", { title: "tab\tand \\N" }), caseRow("c")]);
  const [first, second] = [correction("c1", "a"), correction("c2", "b")];
  await store.correct(id, first, 0);
  await store.correct(id, second, 0);
  await store.undo(id, second.id, undoOf("u1", second));
  await store.skip(id, itemId("c"), "ann");
  const learnedFrom = [first.id, correctionId('quoted "and" \\')];
  await store.putLesson(id, lesson("l1", { learnedFrom }), []);
  await store.promote(id, lessonId("l1"), "gate");
  const vector = Float32Array.from([0.25, -1e-7]);
  await store.remember(id, [
    { correctionId: first.id, itemId: first.itemId, label: "spam", vector },
  ]);
  const document = itemId("letter");
  const text = "Dear \0 reader";
  const opened = { title: "Letter", text, format: "plain" as const, depthMax: 3 };
  await store.openDocument(id, document, opened);
  const edit = { start: 0, end: 4, before: "Dear", after: "Kind" };
  const act = { kind: "typed" as const, edits: [edit], by: "ann" };
  await store.actOnDocument(id, document, { act, expectedVersion: 1 });
  await store.appendTurns(id, [
    drawnTurn("ann", 1, ["r1", "treated"], { signals: { rating: -1 } }),
    { userId: "bob", ts: 1_000_000, utterance: "nul \0, half \ud800, tab\t" },
    { id: "late", turnId: "ann-1", ts: 2, signals: { undone: true } },
  ]);
  await store.putLesson(id, rewriteLesson("l2", [rewriteRule("r1"), rewriteRule("r2")]), []);
  await store.promote(id, lessonId("l2"), "mined");
  const said = { pinned: true, toText: "r1 better", cannotLink: false, by: "ann", because: "yes" };
  await store.append(id, { kind: "rewrite-set", ruleId: "r1", state: "live", ...said });
  await store.rebuild(id);
  await store.putBlob(Buffer.alloc(800_000, "blob"));
  await store.putBlob(new Uint8Array());
  return id;
}

async function contents(store: OpenStore, id: ProjectId): Promise<unknown> {
  const answers = [];
  for await (const rows of store.answers(id)) answers.push(...rows);
  const hashes = await store.blobHashes();
  return {
    projects: await store.projects(),
    events: await store.events(id),
    answers,
    lessons: await store.lessons(id),
    inForce: (await store.lessonInForce(id))?.lesson.id,
    recalled: (await store.recall(id, Float32Array.from([1, 0]), 5)).map(
      ({ distance: _, ...same }) => same,
    ),
    turns: await all(store.turns(id)),
    rewrites: await store.rewriteRows(id, ["r1", "r2"]),
    documents: await store.documents(id),
    letter: await store.document(id, itemId("letter")),
    blobs: await Promise.all(
      hashes.map(async (hash) => [hash, Buffer.from((await store.blob(hash)) ?? []).length]),
    ),
  };
}

describe.each(databases())("a backup from $name", ({ name, make }) => {
  const file = join(folder, `${name}.emend`);
  let db: TestDatabase;
  let id: ProjectId;
  let before: unknown;
  beforeAll(async () => {
    db = await make();
    id = await fill(db.store);
    before = await contents(db.store, id);
    expect(await backup(db.store, file)).toMatchObject({ blobs: 2 });
  });
  afterAll(() => db.drop());

  /** The restored store is as the other was, and work goes on where it was. */
  async function equal(restored: OpenStore): Promise<void> {
    expect(await contents(restored, id)).toEqual(before);
    await restored.appendTurns(id, [{ id: "after", userId: "cy", ts: 2e6, utterance: "hello" }]);
    const records = await all(restored.turns(id));
    expect(records.map(({ record }) => record.id)).toEqual([
      "ann-1",
      expect.any(String),
      "late",
      "after",
    ]);
    expect((await restored.correct(id, correction("c9", "b"), 2)).kind).toBe("taken");
    const seqs = (await restored.events(id)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(seqs).toHaveLength((await db.store.events(id)).length + 1);
    expect((await restored.createProject(config("another"))).id).toBe("another");
  }

  test("restores into a new folder, but not from a file that is not whole", async () => {
    const target = await openStore({ dataDir: join(folder, `from-${name}`) }, { clock: db.clock });
    const text = gunzipSync(readFileSync(file)).toString();
    const broken: [string, Buffer][] = [
      ["cut", readFileSync(file).subarray(0, -20)],
      ["without-its-end", gzipSync(text.split("\n").slice(0, -2).join("\n"))],
      ["with-a-line-missing", gzipSync(text.split("\n").toSpliced(3, 1).join("\n"))],
      ["plain", Buffer.from(text)],
      ["other", gzipSync("a,b\n1,2\n")],
    ];
    for (const [how, bytes] of broken) {
      const bad = join(folder, `${how}.emend`);
      writeFileSync(bad, bytes);
      await expect(restoreInto(target, bad)).rejects.toMatchObject({
        kind: "bad-input",
        detail: { at: { file: bad } },
      });
    }
    const newer = text.replace(/"migration":"[^"]*"/, '"migration":"9999_to_come"');
    writeFileSync(join(folder, "newer.emend"), gzipSync(newer));
    await expect(restoreInto(target, join(folder, "newer.emend"))).rejects.toMatchObject({
      kind: "conflict",
    });
    await expect(restoreInto(target, join(folder, "absent"))).rejects.toMatchObject({
      kind: "not-found",
    });
    // Nothing of all that is left: the whole one goes in.
    await restoreInto(target, file);
    await equal(target);
    await target.close();
  });

  const url = process.env.EMEND_TEST_DATABASE_URL;
  test.runIf(url !== undefined)("restores into an empty PostgreSQL", async () => {
    const database = await emptyPostgres(url ?? "");
    const where = { databaseUrl: database.url };
    await restore(file, where, { clock: db.clock });
    const restored = await openStore(where, { clock: db.clock });
    await equal(restored);
    await restored.close();
    await database.drop();
  });

  test("is refused, and nothing is changed, where something is already", async () => {
    await expect(restoreInto(db.store, file)).rejects.toMatchObject({ kind: "conflict" });
    expect(await contents(db.store, id)).toEqual(before);
  });
});
