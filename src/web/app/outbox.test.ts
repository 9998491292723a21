import { expect, test } from "vitest";
import { CorrectionId } from "#core/ids.ts";
import { type Act, type Entry, Outbox, type Sent, type Shelf } from "./outbox.ts";

function shelfOf(capacity = Number.POSITIVE_INFINITY): Shelf {
  const held = new Map<string, string>();
  return {
    get length() {
      return held.size;
    },
    key: (i) => [...held.keys()][i] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => {
      if (!held.has(key) && held.size >= capacity) throw new Error("QuotaExceededError");
      held.set(key, value);
    },
    removeItem: (key) => {
      held.delete(key);
    },
  };
}

const correct = (itemId: string, id = `c-${itemId}`): Act => ({
  kind: "correct",
  projectId: "p",
  itemId,
  rebase: false,
  input: {
    id: CorrectionId.parse(id),
    version: 1,
    decision: "confirmed",
    after: "spam",
    effort: { ms: 900, gestures: 1, edit: 0 },
  },
});

/** An outbox whose server answers what `answer` says; `sent` lists the items in the order they arrived. */
function setup(answer: (entry: Entry) => Sent, shelf = shelfOf()) {
  const sent: string[] = [];
  const pauses: number[] = [];
  const outbox = new Outbox({
    shelf,
    send: async (entry) => {
      sent.push(entry.act.itemId);
      return answer(entry);
    },
    nowMs: () => 1_000,
    pause: async (ms) => {
      pauses.push(ms);
    },
    alone: (work) => work(),
  });
  return { outbox, sent, pauses, shelf };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("acts arrive in the order they were made, and the shelf is then empty", async () => {
  const { outbox, sent, shelf } = setup(() => ({ kind: "sent" }));
  for (const id of ["a", "b", "c"]) outbox.add(correct(id), "r");
  expect(outbox.snapshot().waiting.length).toBeGreaterThan(0);
  await settled();
  expect(sent).toEqual(["a", "b", "c"]);
  expect(outbox.snapshot()).toEqual({ sync: "saved", waiting: [], refused: [] });
  expect(shelf.length).toBe(0);
});

test("an act is on the shelf before add returns, and a new page sends it", async () => {
  const shelf = shelfOf();
  const never = new Outbox({
    shelf,
    send: () => new Promise(() => {}),
    nowMs: () => 5,
    pause: async () => {},
    alone: (work) => work(),
  });
  never.add(correct("a"), "r");
  expect(shelf.length).toBe(1);

  const after = setup(() => ({ kind: "sent" }), shelf);
  expect(after.outbox.snapshot().waiting).toHaveLength(1);
  await after.outbox.drain();
  expect(after.sent).toEqual(["a"]);
});

test("an unanswered act is repeated with the same id, ever more slowly, before any later one", async () => {
  const ids: string[] = [];
  let failures = 8;
  const { outbox, pauses, sent } = setup(({ act }) => {
    if (act.kind === "correct") ids.push(act.input.id);
    return failures-- > 0 ? { kind: "later" } : { kind: "sent" };
  });
  outbox.add(correct("a"), "r");
  outbox.add(correct("b"), "r");
  await settled();
  expect(ids).toEqual([...Array.from({ length: 9 }, () => "c-a"), "c-b"]);
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  expect(sent.at(-1)).toBe("b");
});

test("a refused act waits for the person, holds back only its own item, and can be insisted on", async () => {
  let refuse = true;
  const { outbox, sent } = setup(({ act }) =>
    act.itemId === "a" && refuse ? { kind: "refused", why: "moved on" } : { kind: "sent" },
  );
  outbox.add(correct("a"), "r");
  outbox.add({ kind: "undo", projectId: "p", itemId: "a", correctionId: "c-a" }, "r");
  outbox.add(correct("b"), "r");
  await settled();
  expect(sent).toEqual(["a", "b"]);
  const [stuck] = outbox.snapshot().refused;
  expect(stuck?.refused).toBe("moved on");

  refuse = false;
  outbox.insist(stuck?.key ?? "");
  await settled();
  expect(sent).toEqual(["a", "b", "a", "a"]);
  expect(outbox.snapshot().refused).toEqual([]);
});

test("an act not yet sent can be withdrawn; one on its way cannot", async () => {
  const flying = new Outbox({
    shelf: shelfOf(),
    send: () => new Promise(() => {}),
    nowMs: () => 5,
    pause: async () => {},
    alone: (work) => work(),
  });
  const first = flying.add(correct("a"), "r");
  const second = flying.add(correct("b"), "r");
  expect(flying.withdraw(first.key)).toBe(false);
  expect(flying.withdraw(second.key)).toBe(true);
  expect(flying.withdraw(second.key)).toBe(false);
  expect(flying.snapshot().waiting.map(({ act }) => act.itemId)).toEqual(["a"]);
});

test("with the browser's storage full the act is kept in memory, said to be unsaved, and still sent", async () => {
  const { outbox, sent } = setup(() => ({ kind: "sent" }), shelfOf(0));
  outbox.add(correct("a"), "r");
  expect(outbox.snapshot().sync).toBe("unsaved");
  await settled();
  expect(sent).toEqual(["a"]);
  expect(outbox.snapshot().sync).toBe("saved");
});
