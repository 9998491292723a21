import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { summarise } from "#loop/study-report.ts";
import { llmStub } from "#propose/llm-stub-server.ts";
import { askAgain } from "./ask-again.ts";
import { study } from "./study.ts";
import { baselineArms, cut, harmoniserArms } from "./study-arms.ts";
import { askAgainArms } from "./study-ask-again.ts";
import { llmFromEnv } from "./study-proposer.ts";
import { CLASSES, mailWorld } from "./study-world.ts";

const ctx = () => ({
  rng: rngOf(1).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

const at = (seed: number) => ({ ...ctx(), rng: rngOf(seed) });

test("a fast run exercises every arm and judges every claim", async () => {
  const result = await study.runSeed(1, ctx(), { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  expect(result.arms.oracle?.auroc?.value).toBe(1);
  const polar = result.arms["polar-linear-weak"]?.auroc?.value ?? 0;
  expect(polar).toBeGreaterThan(result.arms["own-confidence"]?.auroc?.value ?? 1);
  // Votes that belong to other mails cannot help: far below what the same fit reaches on its own.
  expect(result.arms["polar-linear-shuffled"]?.auroc?.value).toBeLessThan(polar - 0.2);
});

test("no arm but those that say so reads gold, and no risk reads the proposer's hidden score", async () => {
  const world = await mailWorld(at(1), { fast: true });
  const blind = {
    ...world,
    gold: world.gold.map(() => 0),
    mails: world.mails.map((mail) => ({ ...mail, gold: "ham" as const })),
    confidence: world.confidence.map(() => 0.5),
  };
  const arms = (of: typeof world) => ({
    ...harmoniserArms(of, cut(of), rngOf(2)),
    ...baselineArms(of, cut(of), rngOf(2)),
  });
  const [seen, unseen] = [arms(world), arms(blind)];
  for (const [arm, judged] of Object.entries(seen)) {
    const same = JSON.stringify(unseen[arm]) === JSON.stringify(judged);
    expect([arm, same]).toEqual([arm, !arm.endsWith("-gold") && arm !== "own-confidence"]);
  }
});

test("the same seed draws the same mails, another seed others", async () => {
  const ids = async (seed: number) =>
    (await mailWorld(at(seed), { fast: true })).mails.map(({ id }) => id);
  expect(await ids(1)).toEqual(await ids(1));
  expect(await ids(2)).not.toEqual(await ids(1));
});

test("asking again: only above the threshold, where nothing was said, and no answer changes nothing", async () => {
  const asked: number[] = [];
  const { answers, calls } = await askAgain({
    risk: Float64Array.of(0.9, 0.5, Number.NaN, 0.51, 0.99),
    first: Int16Array.of(0, 0, -1, 0, 0),
    again: async (row) => {
      asked.push(row);
      return row === 4 ? -1 : 1;
    },
  });
  expect(Array.from(answers)).toEqual([1, 0, 1, 1, 0]);
  expect(asked).toEqual([0, 2, 3, 4]);
  expect(calls).toBe(4);
});

test("with an endpoint asked for, the study is about that model's answers", async () => {
  expect(llmFromEnv({ EMEND_LLM_BASE_URL: "http://127.0.0.1:9/v1" }, CLASSES)).toBeUndefined();
  const stub = await llmStub(({ messages }) => {
    const talk = messages.map(({ content }) => content).join(" ");
    if (messages.length > 2) return { content: JSON.stringify({ label: "ham", reason: "sure" }) };
    return talk.includes("unsubscribe")
      ? { content: JSON.stringify({ label: "spam", reason: "it says so" }) }
      : {
          content: JSON.stringify({ label: talk.includes("viagra") ? "junk" : "ham", reason: "" }),
        };
  });
  try {
    const env = { EMEND_STUDY_PROPOSER: "llm", EMEND_LLM_BASE_URL: stub.url };
    const proposer = llmFromEnv(env, CLASSES);
    const world = await mailWorld(at(1), { fast: true, ...(proposer && { proposer }) });
    expect(world.proposer.title).toBe("default, zero-shot");
    expect(world.mails.length + world.unanswered).toBe(600);
    expect(world.unanswered).toBeGreaterThan(0);
    const risk = new Float64Array(world.test.length).fill(0.9);
    const judged = { risk, labels: new Int16Array(world.test.length) };
    const arms = await askAgainArms(world, judged, at(1));
    expect(arms["self-supervision"]?.answers.every((label) => label === 1)).toBe(true);
    expect(arms["first-answer"]?.answers.some((label) => label === 0)).toBe(true);
  } finally {
    await stub.close();
  }
});
