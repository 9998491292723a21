import { expect, test } from "vitest";
import { ItemId } from "#core/ids.ts";
import type { QueueRow } from "#core/views.ts";
import {
  ahead,
  type Decided,
  decide,
  emptySession,
  lineupOf,
  move,
  open,
  serve,
  undo,
} from "./session.ts";

const row = (id: string): QueueRow => ({
  itemId: ItemId.parse(id),
  title: id,
  from: null,
  risk: 0.5,
  cost: 0.5,
  proposed: "ham",
  route: "ask",
  state: "open",
  waitingFor: null,
});
const rows = (ids: string) => [...ids].map(row);
const ids = (list: readonly QueueRow[]) => list.map(({ itemId }) => itemId).join("");
const spam = (itemId: string): Decided => ({
  itemId,
  kind: "edited",
  label: "spam",
  correctionId: `c-${itemId}`,
  entry: `e-${itemId}`,
});

test("a re-ordered queue moves only what lies more than three rows below the current one", () => {
  const session = open(emptySession, "b", rows("abcdefgh"));
  expect(ids(lineupOf(session.pinned, rows("hgfedcba")))).toBe("abcdehgf");
});

test("served cases come in below, and the first is opened", () => {
  const session = serve(emptySession, rows("abc"));
  expect(session.current).toBe("a");
  const more = serve(session, rows("cde"));
  expect(ids(more.pinned)).toBe("abcde");
  expect(more.current).toBe("a");
});

test("after a decision the next open row below is current; the decided one stays where it was", () => {
  const lineup = rows("abcd");
  let session = open(emptySession, "b", lineup);
  session = decide(session, spam("b"), lineup);
  expect(session.current).toBe("c");
  expect(ids(session.pinned)).toBe("abcd");
  expect(ids(ahead(session, lineup))).toBe("d");
});

test("at the end it goes back to what was passed over, then nowhere", () => {
  const lineup = rows("ab");
  let session = open(emptySession, "b", lineup);
  session = decide(session, spam("b"), lineup);
  expect(session.current).toBe("a");
  session = decide(session, spam("a"), lineup);
  expect(session.current).toBeNull();
});

test("undo takes back the last decision and returns to its item; deciding again replaces it", () => {
  const lineup = rows("abc");
  let session = open(emptySession, "a", lineup);
  session = decide(session, spam("a"), lineup);
  session = decide(session, spam("b"), lineup);
  const back = undo(session);
  expect(back.current).toBe("b");
  expect(back.decided.map(({ itemId }) => itemId)).toEqual(["a"]);
  expect(undo(undo(undo(back))).decided).toEqual([]);
  const again = decide({ ...session, current: "a" }, { ...spam("a"), label: "ham" }, lineup);
  expect(again.decided.map(({ itemId, label }) => `${itemId} ${label}`)).toEqual([
    "b spam",
    "a ham",
  ]);
});

test("moving stays within the list", () => {
  const lineup = rows("abc");
  const session = open(emptySession, "a", lineup);
  expect(move(session, -1, lineup).current).toBe("a");
  expect(move(session, 1, lineup).current).toBe("b");
  expect(move(open(session, "c", lineup), 1, lineup).current).toBe("c");
});
