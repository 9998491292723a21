/** Random command sequences against a model, and then: the log folded anew is what was there. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Correction } from "#core/correction.ts";
import type { ProjectId } from "#core/ids.ts";
import type { OpenStore } from "./open.ts";
import {
  batches,
  caseRow,
  config,
  correction,
  databases,
  item,
  itemId,
  lesson,
  lessonId,
  type TestDatabase,
  undoOf,
} from "./samples.ts";
import type { CaseStatus } from "./store.ts";

const ITEMS = ["a", "b", "c"];
const SEED = 20_261_123;
const RUNS = 25;

/** What the model knows of an item: as little as makes its state and version certain. */
interface ModelCase {
  base: CaseStatus;
  version: number;
  answers: Correction<string>[];
  skipped: boolean;
  failed: boolean;
}
interface Model {
  cases: Map<string, ModelCase>;
  lessons: string[];
  made: number;
}
interface Real {
  readonly store: OpenStore;
  readonly id: ProjectId;
}

const stateIn = (known: ModelCase): CaseStatus => {
  if (known.answers.length > 0) return "answered";
  if (known.skipped) return "skipped";
  return known.failed ? "waiting" : known.base;
};

/** A command that can always run; it changes the model and the store alike. */
class Command implements fc.AsyncCommand<Model, Real> {
  private readonly label: string;
  private readonly act: (model: Model, real: Real) => Promise<void>;
  constructor(label: string, act: (model: Model, real: Real) => Promise<void>) {
    this.label = label;
    this.act = act;
  }
  check = () => true;
  run = (model: Model, real: Real) => this.act(model, real);
  toString = () => this.label;
}

const put = (name: string, state: CaseStatus, cost: number) =>
  new Command(`put ${name} ${state}`, async (model, { store, id }) => {
    await store.putCases(id, [caseRow(name, { state, cost })]);
    const known = model.cases.get(name);
    if (known === undefined)
      model.cases.set(name, {
        base: state,
        version: 0,
        answers: [],
        skipped: false,
        failed: false,
      });
    else if (known.answers.length === 0) Object.assign(known, { base: state, failed: false });
  });

const correct = (name: string, fresh: boolean) =>
  new Command(`correct ${name}${fresh ? "" : " stale"}`, async (model, { store, id }) => {
    const known = model.cases.get(name);
    const made = correction(`${id}-${model.made++}`, name);
    const version = (known?.version ?? 0) + (fresh ? 0 : 1);
    const { kind } = await store.correct(id, made, version);
    expect(kind).toBe(known === undefined ? "no-such-case" : fresh ? "taken" : "stale");
    if (kind !== "taken" || known === undefined) return;
    known.version += 1;
    Object.assign(known, { skipped: false, failed: false });
    known.answers.push(made);
  });

const undo = (name: string) =>
  new Command(`undo ${name}`, async (model, { store, id }) => {
    const known = model.cases.get(name);
    const last = known?.answers.pop();
    if (known === undefined || last === undefined) return;
    await store.undo(id, last.id, undoOf(`${id}-${model.made++}`, last));
    known.version += 1;
  });

const say = (name: string, kind: "skipped" | "asked-again") =>
  new Command(`${kind} ${name}`, async (model, { store, id }) => {
    const known = model.cases.get(name);
    if (known === undefined) return;
    await store.append(id, { kind, itemId: itemId(name), by: "ann" });
    known.skipped = kind === "skipped";
    if (kind === "asked-again") known.failed = false;
  });

const fail = (name: string) =>
  new Command(`fail ${name}`, async (model, { store, id }) => {
    const failure = { itemId: itemId(name), reason: "down", attempts: 1 };
    await store.append(id, { kind: "propose-failed", ...failure });
    const known = model.cases.get(name);
    if (known !== undefined) known.failed = true;
  });

const learn = (gate: "promote" | "hold" | "none") =>
  new Command(`learn ${gate}`, async (model, { store, id }) => {
    const name = `${id}-l${model.lessons.length}`;
    const learnedFrom = (await store.corrections(id, { forLearning: true })).map((c) => c.id);
    const parent = model.lessons.at(-1);
    await store.putLesson(
      id,
      lesson(name, { learnedFrom, parent: parent === undefined ? null : lessonId(parent) }),
      [{ metric: "error", value: 0.1, interval: null, n: model.made }],
    );
    model.lessons.push(name);
    if (gate === "promote") await store.promote(id, lessonId(name), "p = 0.01");
    if (gate === "hold") await store.holdBack(id, lessonId(name), "p = 0.5");
  });

const rollBack = new Command("roll back", async (_, { store, id }) => {
  const retired = (await store.lessons(id)).find(({ status }) => status === "retired");
  const inForce = await store.lessonInForce(id);
  if (retired !== undefined && inForce !== undefined)
    await store.rollBack(id, retired.lesson.id, "ann");
});

const revoke = new Command("revoke", async (_, { store, id }) => {
  const [first] = await store.corrections(id, { forLearning: true });
  if (first !== undefined) await store.revoke(id, first.id, "ann");
});

async function snapshot({ store, id }: Real): Promise<unknown> {
  const answers = [];
  for await (const rows of store.answers(id)) answers.push(...rows);
  return {
    project: await store.project(id),
    counts: await store.counts(id),
    answers,
    corrections: await store.corrections(id),
    forLearning: await store.corrections(id, { forLearning: true }),
    lessons: await store.lessons(id),
    inForce: (await store.lessonInForce(id))?.lesson.id,
    queue: await store.queue(id, { order: "cost", limit: 10 }),
  };
}

describe.each(databases())("rebuild over $name", ({ make }) => {
  let db: TestDatabase;
  let projects = 0;
  beforeAll(async () => {
    db = await make();
  });
  afterAll(() => db.drop());

  test("after any commands the states are the model's, and the log folded anew equals them", async () => {
    const name = fc.constantFrom(...ITEMS);
    const state = fc.constantFrom<CaseStatus>("open", "accepted", "waiting");
    const command = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(name, state, fc.integer({ max: 9 })).map((a) => put(...a)) },
      { weight: 4, arbitrary: fc.tuple(name, fc.boolean()).map((a) => correct(...a)) },
      { weight: 3, arbitrary: name.map(undo) },
      { weight: 1, arbitrary: name.map((n) => say(n, "skipped")) },
      { weight: 1, arbitrary: name.map((n) => say(n, "asked-again")) },
      { weight: 1, arbitrary: name.map(fail) },
      { weight: 1, arbitrary: fc.constantFrom("promote", "hold", "none").map(learn) },
      { weight: 1, arbitrary: fc.constantFrom(rollBack, revoke) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.commands([command], { maxCommands: 40, size: "max" }),
        async (commands) => {
          const { id } = await db.store.createProject(config(`run ${projects++}`));
          await db.store.importItems(id, batches(ITEMS.map((n) => item(n))), { format: "jsonl" });
          const model: Model = { cases: new Map(), lessons: [], made: 0 };
          const real: Real = { store: db.store, id };
          await fc.asyncModelRun(() => ({ model, real }), commands);

          for (const [n, known] of model.cases) {
            const expected = { state: stateIn(known), version: known.version };
            expect(await db.store.case(id, itemId(n))).toMatchObject(expected);
          }
          const states = [...model.cases.values()].map(stateIn);
          const count = (state: CaseStatus) => states.filter((s) => s === state).length;
          expect(await db.store.counts(id)).toEqual({
            items: ITEMS.length,
            open: count("open"),
            answered: count("answered"),
            accepted: count("accepted"),
            waiting: count("waiting") + ITEMS.length - states.length,
          });
          const before = await snapshot(real);
          await db.store.rebuild(id);
          expect(await snapshot(real)).toEqual(before);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
