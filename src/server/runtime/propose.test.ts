import { afterAll, beforeAll, expect, test } from "vitest";
import { ActorId, ItemId, type ProjectId } from "#core/ids.ts";
import { labelSchema } from "#core/project.ts";
import { llmProposer } from "#propose/llm.ts";
import { type Behaviour, type LlmStub, llmStub } from "#propose/llm-stub-server.ts";
import { openTestHost, quiet, smallConfig, type TestHost } from "#server/testing.ts";
import type { ItemRow } from "#store/store.ts";
import { askAgain } from "./ask-again.ts";
import { askForAssessment } from "./requests.ts";
import { oneCase } from "./review.ts";

let on: TestHost;
let stub: LlmStub;
let id: ProjectId;
let behaviour: Behaviour = { status: 503 };
const ITEMS = 40;
const ANN = ActorId.parse("ann");
const ITEM = ItemId.parse("i00");

const item = (index: number): ItemRow => ({
  id: ItemId.parse(`i${String(index).padStart(2, "0")}`),
  input: {
    text: index % 2 === 0 ? `money and a prize ${index}` : `notes of day ${index}`,
    fields: { subject: index % 2 === 0 ? "win" : "re: notes" },
  },
  proposal: null,
  votes: [],
  gold: null,
  split: "pool",
});

async function* rows(): AsyncGenerator<ItemRow[]> {
  yield Array.from({ length: ITEMS }, (_, index) => item(index));
}

beforeAll(async () => {
  stub = await llmStub(() => behaviour);
  on = await openTestHost({
    model: (config) =>
      llmProposer({
        baseUrl: stub.url,
        model: "stub",
        classes: labelSchema(config).classes,
        instructions: "Label the item.",
        retry: { attempts: 2 },
        sleep: async () => {},
      }),
  });
  ({ id } = await on.host.store.createProject(smallConfig({ name: "asked" })));
  await on.host.store.importItems(id, rows(), { format: "jsonl" });
});
afterAll(async () => {
  await on.close();
  await stub.close();
});

test("while the endpoint is down every item waits with the reason, and few are asked about", async () => {
  await askForAssessment(on.host, id, "new");
  await quiet(on.host);
  expect(await on.host.store.counts(id)).toMatchObject({ waiting: ITEMS, open: 0 });
  const shown = await oneCase(on.host, id, ITEM);
  expect(shown.waitingFor).toContain("503");
  expect(shown.why).toContain("It waits");
  expect(stub.asked.length).toBeLessThan(ITEMS);
});

test("asked again by hand while it is down, the item goes on waiting and the answer says so", async () => {
  const shown = await askAgain(on.host, id, ITEM, ANN);
  expect(shown).toMatchObject({ state: "waiting", proposal: null });
  expect(shown.waitingFor).toContain("503");
});

test("once it answers, what waited is proposed for and comes into the queue", async () => {
  behaviour = { content: JSON.stringify({ label: "spam", reason: "it looks so" }) };
  await askForAssessment(on.host, id, "new");
  await quiet(on.host);
  expect(await on.host.store.counts(id)).toMatchObject({ waiting: 0 });
  const shown = await oneCase(on.host, id, ITEM);
  expect(shown).toMatchObject({
    waitingFor: null,
    proposal: { source: "llm:stub", output: "spam" },
  });
});

test("asked again with the evidence, it may change its mind", async () => {
  behaviour = { content: JSON.stringify({ label: "ham", reason: "on second thought" }) };
  const before = await oneCase(on.host, id, ITEM);
  const after = await askAgain(on.host, id, ITEM, ANN);
  expect(after.proposal?.output).toBe("ham");
  expect(after.proposal?.id).not.toBe(before.proposal?.id);
  expect(stub.asked.at(-1)?.messages.at(-1)?.content).toContain("money");
});
