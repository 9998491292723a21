/** Random histories of rewrites: what is folded anew, log and turns, is what was there. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProjectId } from "#core/ids.ts";
import { RewriteState, type TurnRecord } from "#core/rewrite.ts";
import { outcomesFor, tallyOf } from "./outcomes.ts";
import {
  config,
  databases,
  drawnTurn,
  lessonId,
  rewriteLesson,
  rewriteRule,
  type TestDatabase,
} from "./samples.ts";
import { all } from "./suite-kit.ts";

const RULES = ["r1", "r2", "r3", "r4"];
const USERS = ["ann", "bob", "cy"];
const SEED = 20_261_126;
const RUNS = 30;

const rule = fc.constantFrom(...RULES);
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("mine"), rules: fc.subarray(RULES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("roll back"), pick: fc.nat(5) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("say"),
      rule,
      state: fc.constantFrom(...RewriteState.options),
      pinned: fc.boolean(),
      toText: fc.option(fc.constantFrom("better", "best")),
      cannotLink: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("turn"),
      rule,
      user: fc.constantFrom(...USERS),
      what: fc.constantFrom("treated", "hold-out", "request", "target", "late"),
      gapMs: fc.integer({ min: 0, max: 90_000 }),
      bad: fc.boolean(),
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

describe.each(databases())("rewrites rebuilt over $name", ({ make }) => {
  let db: TestDatabase;
  let projects = 0;
  beforeAll(async () => {
    db = await make();
  });
  afterAll(() => db.drop());

  /** What a server does: after everything, the counts of what is in force are written. */
  async function count(id: ProjectId): Promise<void> {
    const project = await db.store.project(id);
    if (project === undefined) throw new Error("the project is there");
    const lesson = (await db.store.lessonInForce(id))?.lesson;
    const heads = await db.store.rewriteHeads(id);
    const outcomes = outcomesFor(project.config, lesson, heads);
    for (const { seq, record } of await all(db.store.turns(id))) outcomes.take(seq, record);
    await db.store.putOutcomes(
      id,
      new Map(heads.map((head) => [head.id, tallyOf(outcomes, head)])),
    );
  }

  async function run(id: ProjectId, commands: readonly Command[]): Promise<void> {
    const { store } = db;
    let lessons = 0;
    let ts = 0;
    let last: string | undefined;
    for (const one of commands) {
      switch (one.do) {
        case "mine": {
          const name = `${id}-l${lessons++}`;
          const seen = (await all(store.turns(id))).at(-1)?.seq ?? 0;
          const rules = (one as { rules: string[] }).rules.map((ruleId) => rewriteRule(ruleId));
          await store.putLesson(id, rewriteLesson(name, rules, { last: seen }), []);
          await store.promote(id, lessonId(name), "mined");
          break;
        }
        case "roll back": {
          const retired = (await store.lessons(id)).filter(({ status }) => status === "retired");
          const to = retired[(one as { pick: number }).pick % Math.max(1, retired.length)];
          if (to !== undefined) await store.rollBack(id, to.lesson.id, "ann");
          break;
        }
        case "say": {
          const { do: _, rule: ruleId, ...said } = one as Extract<Command, { pinned: boolean }>;
          const body = { ...said, by: "ann", because: `${said.state} ${lessons}` };
          await store.append(id, { kind: "rewrite-set", ruleId, ...body });
          break;
        }
        case "turn": {
          const turn = one as Extract<Command, { what: string }>;
          ts += turn.gapMs;
          last = await said(id, turn, { ts, last });
          break;
        }
      }
      await count(id);
    }
  }

  /** Returns the id of the turn that late signals may be about next. */
  async function said(
    id: ProjectId,
    { rule: ruleId, user, what, bad }: Extract<Command, { what: string }>,
    { ts, last }: { readonly ts: number; readonly last: string | undefined },
  ): Promise<string | undefined> {
    const more = bad ? { signals: { rating: -1 } } : {};
    const plain = (utterance: string): TurnRecord => ({
      id: `${user}-${ts}`,
      userId: user,
      ts,
      utterance,
      ...more,
    });
    if (what === "late") {
      if (last !== undefined)
        await db.store.appendTurns(id, [{ turnId: last, ts, signals: { undone: bad } }]);
      return last;
    }
    const drawn = what === "treated" || what === "hold-out";
    const record = drawn
      ? drawnTurn(user, ts, [ruleId, what], more)
      : plain(`${ruleId} ${what === "target" ? "right" : "wrong"}`);
    await db.store.appendTurns(id, [record]);
    return record.id;
  }

  async function snapshot(id: ProjectId): Promise<unknown> {
    const { store } = db;
    const heads = await store.rewriteHeads(id);
    return {
      heads,
      rows: await store.rewriteRows(
        id,
        heads.map((head) => head.id),
      ),
      // Those out of force too: what was said of them counts when they are mined again.
      standing: await store.sql.query(
        `select rule_id, lesson_id, state, pinned, to_text, because from rewrites
         where project_no = (select no from projects where id = $1) order by rule_id`,
        [id],
      ),
      apart: await store.cannotLinks(id),
      inForce: (await store.lessonInForce(id))?.lesson.id,
      statuses: (await store.lessons(id)).map(({ status }) => status),
    };
  }

  test("after any history the log and the turns folded anew equal what was there", async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 30, size: "max" }), async (commands) => {
        const { id } = await db.store.createProject(config(`rewrites ${projects++}`));
        await run(id, commands);
        const before = await snapshot(id);
        seen += (before as { rows: unknown[] }).rows.length;
        await db.store.rebuild(id);
        expect(await snapshot(id)).toEqual(before);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(seen).toBeGreaterThan(RUNS / 2);
  });
});
