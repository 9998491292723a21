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

const typed = (text: string): Act => ({
  kind: "document",
  projectId: "p",
  itemId: "d",
  version: 1,
  command: {
    kind: "typed",
    edits: [{ edit: { start: 0, end: 0, before: "", after: text }, left: "", right: "" }],
  },
});
const textOf = ({ act }: Entry): string =>
  act.kind === "document" && act.command.kind === "typed"
    ? (act.command.edits[0]?.edit.after ?? "")
    : act.kind;

/** As `setup`, with a clock that a pause moves on, unless somebody wakes it first. */
function withClock() {
  let nowMs = 1_000;
  let wake = () => {};
  const sent: string[] = [];
  const outbox = new Outbox({
    shelf: shelfOf(),
    send: async (entry) => {
      sent.push(`${textOf(entry)} at ${nowMs}`);
      return { kind: "sent" };
    },
    nowMs: () => nowMs,
    pause: (ms) =>
      new Promise((resolve) => {
        wake = resolve;
        setTimeout(() => {
          nowMs += ms;
          resolve();
        });
      }),
    alone: (work) => work(),
  });
  return { outbox, sent, wake: () => wake(), at: (ms: number) => (nowMs = ms) };
}

const longSettled = async () => {
  for (let turns = 0; turns < 5; turns++) await settled();
};

test("a held act is sent when its time has come, with what it says by then", async () => {
  const { outbox, sent } = withClock();
  const { key } = outbox.add(typed("h"), "r", 700);
  expect(outbox.amend(key, typed("hello"), 700)).toBe(true);
  expect(outbox.snapshot().sync).toBe("saving");
  await longSettled();
  expect(sent).toEqual(["hello at 1700"]);
});

test("an act is not amended once it may be on its way, or gone", async () => {
  const { outbox, at } = withClock();
  const { key } = outbox.add(typed("h"), "r", 700);
  at(1_650);
  expect(outbox.amend(key, typed("hello"), 700)).toBe(false);
  expect(outbox.amend("no such act", typed("hello"), 700)).toBe(false);
});

test("a held act that is released is sent before what follows it", async () => {
  const { outbox, sent, wake } = withClock();
  const { key } = outbox.add(typed("h"), "r", 700);
  outbox.release(key);
  wake();
  outbox.add(correct("a"), "r");
  await longSettled();
  expect(sent).toEqual(["h at 1000", "correct at 1000"]);
});

test("an act that a document refused does not keep what follows from being saved", async () => {
  const { outbox, sent } = setup(({ act }) =>
    act.kind === "document" && act.version === 1
      ? { kind: "refused", why: "gone" }
      : { kind: "sent" },
  );
  outbox.add(typed("lost its place"), "r");
  outbox.add({ ...typed("goes on"), version: 2 } as Act, "r");
  await settled();
  expect(sent).toEqual(["d", "d"]);
  expect(outbox.snapshot().refused).toHaveLength(1);
});
