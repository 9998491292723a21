import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { summarise } from "#loop/study-report.ts";
import { llmStub } from "#propose/llm-stub-server.ts";
import { wordListProposers } from "#propose/revise/proposers.ts";
import { study } from "./study.ts";
import { HOW, revise } from "./study-arms.ts";
import { reviseAlone } from "./study-people.ts";
import { studyProposers } from "./study-proposer.ts";
import { proposeFor, studyWorld } from "./study-world.ts";

const ctx = (seed = 1) => ({
  rng: rngOf(seed).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const world = (seed = 1) => studyWorld(rngOf(seed), { fast: true });

test("a fast run exercises every arm and judges every claim", async () => {
  const result = await study.runSeed(1, ctx(), { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  const errors = (arm: string) => result.arms[arm]?.["errors-per-word"]?.value ?? Number.NaN;
  const reviews = (arm: string) => result.arms[arm]?.reviews?.value ?? Number.NaN;
  // Far apart even on six texts: the writer and the passes help, forgetting costs reviews.
  expect(errors("r3")).toBeLessThan(errors("one-shot"));
  expect(errors("one-shot")).toBeLessThan(errors("before"));
  expect(errors("r3")).toBeLessThan(errors("system-only"));
  expect(reviews("r3")).toBeLessThan(reviews("r3-no-memory"));
  expect(reviews("system-only")).toBe(0);
});

test("the same seed is the same to the byte, another seed another", async () => {
  const ids = async (seed: number) => (await world(seed)).documents.map(({ id }) => id);
  expect(await ids(1)).toEqual(await ids(1));
  expect(await ids(2)).not.toEqual(await ids(1));
  const texts = async () => (await world()).documents.map(({ corrupted }) => corrupted.text);
  expect(await texts()).toEqual(await texts());
});

test("no proposer sees the clean text, what was spoilt, or why: another clean text changes no proposal", async () => {
  const { documents } = await world();
  const propose = proposeFor(await wordListProposers({ careless: true }), ctx());
  const how = { propose, rng: rngOf(3), signal: ctx().signal };
  const blind = documents.map((document) => ({
    ...document,
    corrupted: { ...document.corrupted, corruptions: [], inverse: [] },
  }));
  for (const arm of Object.keys(HOW)) {
    const as = HOW[arm];
    if (as === undefined) throw new Error(`no arm ${arm}`);
    expect(await revise(blind, as, how)).toEqual(await revise(documents, as, how));
  }
  const wrong = documents.map((document) => ({ ...document, clean: "Nothing of the kind." }));
  const system = HOW["system-only"];
  if (system === undefined) throw new Error("no such arm");
  expect(await revise(wrong, system, how)).toEqual(await revise(documents, system, how));
});

test("a filter that learns shuffled answers learns them of as many decisions", async () => {
  const { documents } = await world();
  const how = {
    propose: proposeFor(await wordListProposers({ careless: true }), ctx()),
    rng: rngOf(3),
    signal: ctx().signal,
  };
  const reviewed = async (arm: string) => {
    const as = HOW[arm];
    if (as === undefined) throw new Error(`no arm ${arm}`);
    const [first] = await revise(documents, as, how);
    return first;
  };
  // Before anything is learned the arms are the same.
  expect(await reviewed("r3-filter")).toEqual(await reviewed("r3"));
  expect(await reviewed("r3-filter-shuffled")).toEqual(await reviewed("r3"));
  expect(await reviewed("r3-filter-counts")).toEqual(await reviewed("r3"));
});

test("the writer alone spends no more time than given, but for the last sentence's keys, and mends what it finds", async () => {
  const { documents } = await world();
  const nothing = reviseAlone(
    documents,
    documents.map(() => 0),
    rngOf(1),
  );
  expect(nothing.map(({ text }) => text)).toEqual(documents.map(({ corrupted }) => corrupted.text));
  expect(nothing.every(({ ms }) => ms === 0)).toBe(true);
  const endless = reviseAlone(
    documents,
    documents.map(() => 1e9),
    rngOf(1),
  );
  const spoilt = documents.reduce((sum, { corrupted }) => sum + corrupted.corruptions.length, 0);
  const mended = endless.reduce((sum, { accepted }) => sum + (accepted[0] ?? 0), 0);
  expect(mended).toBeGreaterThan(0.5 * spoilt);
  expect(mended).toBeLessThan(spoilt + 1);
});

test("with an endpoint asked for by name, a language model proposes", async () => {
  const { proposers, title } = await studyProposers({});
  expect(title).toBe("spelling, phrases, articles, grammar");
  expect(proposers).toHaveLength(4);
  const stub = await llmStub(() => ({
    content: JSON.stringify({ revised: "", intent: "fluency", rationale: "" }),
  }));
  try {
    const env = { EMEND_STUDY_PROPOSER: "llm", EMEND_LLM_BASE_URL: stub.url };
    const asked = await studyProposers(env);
    expect(asked.title).toBe("default");
    const propose = proposeFor(asked.proposers, ctx());
    expect(await propose("d", "One sentence. Another one.", 1)).toEqual([]);
    expect(stub.asked).toHaveLength(2);
  } finally {
    await stub.close();
  }
});
