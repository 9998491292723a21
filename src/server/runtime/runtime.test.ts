import { afterAll, beforeAll, expect, test } from "vitest";
import { ActorId, CorrectionId, ItemId, type ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import type { LiveEvent } from "#core/views.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { demoProposer } from "#server/demo.ts";
import { ended, openTestHost, quiet, type TestHost } from "#server/testing.ts";
import type { ItemRow } from "#store/store.ts";
import { mailRules } from "#worlds/corpora/mail-rules.ts";
import { loadMails } from "#worlds/corpora/spam-assassin.ts";
import { askAgain } from "./ask-again.ts";
import type { Host } from "./host.ts";
import { listLessons, promoteByHand, revokeCorrection, rollBack } from "./lessons.ts";
import { overviewOf } from "./overview.ts";
import { askForAssessment, askForRefit } from "./requests.ts";
import { correctCase, nextCases, oneCase } from "./review.ts";

const POOL = 400;
const HELD_OUT = 300;
const REFIT_EVERY = 40;
const ANN = ActorId.parse("ann");

let on: TestHost;
let host: Host;
let id: ProjectId;
const gold = new Map<string, string>();
const heard: LiveEvent[] = [];

/** Every eighth mail of the corpus, so that all its folders are there. */
async function mailRows(): Promise<ItemRow[]> {
  const proposer = await demoProposer();
  const mails = (await loadMails()).filter((_, index) => index % 8 === 3).slice(0, POOL + HELD_OUT);
  return mails.map((mail, index): ItemRow => {
    const itemId = ItemId.parse(`m${String(index).padStart(3, "0")}`);
    gold.set(itemId, mail.gold);
    const held = index % 7 < 3;
    return {
      id: itemId,
      input: mail.input,
      proposal: {
        id: proposalId(itemId, proposer.source.id),
        itemId,
        source: proposer.source,
        output: proposer.first(mail.input),
      },
      votes: [],
      gold: held ? mail.gold : null,
      split: held ? "heldout" : "pool",
    };
  });
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

beforeAll(async () => {
  on = await openTestHost();
  host = on.host;
  host.live.listen(
    (event) => heard.push(event),
    () => {},
  );
  const config = ProjectConfig.parse({
    name: "mails",
    task: { kind: "label", schema: { classes: ["spam", "ham"], positive: "spam" } },
    rules: await mailRules(),
    correct: { refitEvery: REFIT_EVERY, auditShare: 0.2, blindShare: 0.1 },
  });
  ({ id } = await host.store.createProject(config));
  await host.store.importItems(id, once(await mailRows()), { format: "jsonl" });
  await askForAssessment(host, id, "new");
  await quiet(host);
});
afterAll(() => on.close());

/** Answers the next cases with what is right, as a careful person would. */
async function review(count: number): Promise<CorrectionId[]> {
  const made: CorrectionId[] = [];
  while (made.length < count) {
    const { cases } = await nextCases(host, id, { reviewer: "ann", count: 10, exclude: [] });
    for (const shown of cases.slice(0, count - made.length)) {
      const correctionId = CorrectionId.parse(`c-${shown.itemId}-${shown.version}`);
      await correctCase(host, {
        projectId: id,
        itemId: shown.itemId,
        by: ANN,
        input: {
          id: correctionId,
          version: shown.version,
          decision: "edited",
          after: gold.get(shown.itemId) ?? "ham",
          effort: { ms: 3_000, gestures: 1, edit: 0 },
        },
      });
      made.push(correctionId);
    }
  }
  return made;
}

test("the first lesson is in force at once, measured, and orders the queue by its risk", async () => {
  const [first] = await listLessons(host, id);
  expect(first).toMatchObject({ version: 1, status: "in-force", corrections: 0 });
  const counts = await host.store.counts(id);
  expect(counts.open + counts.accepted).toBe(counts.items - 300);
  const { cases } = await nextCases(host, id, { reviewer: "bea", count: 5, exclude: [] });
  expect(cases.every(({ assessment }) => (assessment?.risk ?? 0) > 0.5)).toBe(true);
});

test("a case shown blind tells nothing a machine said", async () => {
  const { rows } = await host.store.queue(id, { order: "cost", limit: 60 });
  let blind = 0;
  for (const { itemId } of rows) {
    const shown = await oneCase(host, id, itemId);
    if (shown.suggestionShown) continue;
    blind += 1;
    expect(shown).toMatchObject({ proposal: null, votes: [], assessment: { suggestion: null } });
  }
  expect(blind).toBeGreaterThan(0);
});

test("forty corrections make a refit that is measured and judged, and answered cases stay", async () => {
  const errorBefore = (await overviewOf(host, id)).error?.value ?? 0;
  const made = await review(REFIT_EVERY);
  await quiet(host);
  const lessons = await listLessons(host, id);
  expect(lessons).toHaveLength(2);
  const [second, first] = lessons;
  expect(second?.corrections).toBe(REFIT_EVERY);
  expect(second?.gate).toMatch(/^(Promoted|Held back): on 300 held-out items the error/);
  expect(["in-force", "held-back"]).toContain(second?.status);
  expect(second?.parent).toBe(first?.id);
  const learning = heard.find((event) => event.kind === "learning");
  expect(learning).toMatchObject({ step: { corrections: REFIT_EVERY, lessonId: second?.id } });
  expect((await host.store.counts(id)).answered).toBe(made.length);
  const overview = await overviewOf(host, id);
  expect(overview.errorCurve.map(({ x }) => x)).toEqual([0, REFIT_EVERY]);
  expect(overview.steps).toHaveLength(1);
  expect(overview.minutes).toMatchObject({ value: 2, n: REFIT_EVERY });
  expect(overview.error?.value).toBeLessThan(errorBefore);
  expect(overview.errorPerMinute?.value).toBeGreaterThan(0);
});

test("a person may overrule the gate, and go back", async () => {
  const [second, first] = await listLessons(host, id);
  if (first === undefined || second === undefined) throw new Error("two lessons are there");
  if (second.status !== "in-force") await promoteByHand(host, id, second.id, ANN);
  await quiet(host);
  const inForce = async () => (await host.store.lessonInForce(id))?.lesson.id;
  expect(await inForce()).toBe(second.id);
  await expect(promoteByHand(host, id, second.id, ANN)).rejects.toMatchObject({ kind: "conflict" });
  await rollBack(host, id, first.id, ANN);
  expect(await inForce()).toBe(first.id);
  await quiet(host);
  const { rows } = await host.store.queue(id, { order: "cost", limit: 5 });
  expect(new Set(rows.map(({ assessment }) => assessment?.lessonId))).toEqual(new Set([first.id]));
  await promoteByHand(host, id, second.id, ANN);
  await quiet(host);
});

test("a refit with nothing new says so and makes no lesson", async () => {
  const before = await listLessons(host, id);
  const job = await ended(host, await askForRefit(host, id));
  expect(job.state).toBe("done");
  expect(job.result).toMatchObject({
    promoted: false,
    gate: "There is nothing new to learn from.",
  });
  expect(await listLessons(host, id)).toEqual(before);
});

test("revoking a correction marks what learned from it as stale", async () => {
  const [latest] = await host.store.corrections(id);
  if (latest === undefined) throw new Error("corrections are there");
  const stale = await revokeCorrection(host, id, latest.id, ANN);
  expect(stale.length).toBeGreaterThan(0);
  const lessons = await listLessons(host, id);
  for (const lesson of lessons)
    expect(lesson.status === "stale").toBe(stale.some((staleId) => staleId === lesson.id));
  const job = await ended(host, await askForRefit(host, id));
  await quiet(host);
  expect(job.state).toBe("done");
  const fresh = (await listLessons(host, id))[0];
  expect(fresh?.corrections).toBe(REFIT_EVERY - 1);
});

test("asking again gives a new proposal, assessed anew", async () => {
  const { cases } = await nextCases(host, id, { reviewer: "zoe", count: 1, exclude: [] });
  const [before] = cases;
  if (before === undefined) throw new Error("a case is open");
  const after = await askAgain(host, id, before.itemId, ANN);
  expect(after.proposal?.source ?? "scripted").toBe("scripted");
  const item = await host.store.item(id, before.itemId);
  expect(item?.proposal?.id).toMatch(/again-\d+$/);
  const row = await host.store.case(id, before.itemId);
  expect(row?.assessment?.proposalId).toBe(item?.proposal?.id);
});
