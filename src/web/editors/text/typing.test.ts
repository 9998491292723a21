import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { applyEdits } from "#correct/text/edits.ts";
import type { DocumentAct, DocumentCommand } from "./acts.ts";
import { toCrlf } from "./line-ends.ts";
import { Typing, typedEdits } from "./typing.ts";

/** A writer who types into `text`; `kept` is what waits to be sent, by key. */
function writer(text: string, crlf = false) {
  const kept = new Map<string, DocumentAct>();
  const released: string[] = [];
  let version = 1;
  let late = false;
  const act = (command: DocumentCommand, of: number): DocumentAct => ({
    kind: "document",
    projectId: "p",
    itemId: "d",
    version: of,
    command,
  });
  const sender = {
    add: (made: DocumentAct) => {
      const key = String(kept.size);
      kept.set(key, made);
      return key;
    },
    amend: (key: string, made: DocumentAct) => {
      if (late) return false;
      kept.set(key, made);
      return true;
    },
    release: (key: string) => void released.push(key),
  };
  const typing = new Typing(sender, {
    crlf: () => crlf,
    first: (command) => act(command, version++),
    again: (command) => act(command, version - 1),
  });
  let state = EditorState.create({ doc: text, extensions: EditorState.lineSeparator.of("\n") });
  return {
    typing,
    released,
    type(from: number, to: number, insert: string) {
      const step = state.update({ changes: { from, to, insert } });
      typing.keep(step.changes, state.doc);
      state = step.state;
    },
    now: () => state.doc.toString(),
    beLate: () => {
      late = true;
    },
    acts: () => [...kept.values()],
    /** What the server's text is after all acts. */
    there: () =>
      [...kept.values()].reduce(
        (server, { command }) =>
          command.kind === "typed"
            ? applyEdits(
                server,
                command.edits.map(({ edit }) => edit),
              )
            : server,
        crlf ? toCrlf(text) : text,
      ),
  };
}

test("keys in a row are one act, which says what they come to", () => {
  const hand = writer("I am here");
  for (const [i, letter] of [..."was"].entries()) hand.type(2 + i, 2 + i, letter);
  hand.type(5, 7, "");
  expect(hand.acts()).toHaveLength(1);
  expect(hand.acts()[0]?.version).toBe(1);
  expect(hand.there()).toBe("I was here");
  expect(hand.now()).toBe("I was here");
});

test("what is typed and taken back in one go comes to nothing", () => {
  const hand = writer("same");
  hand.type(4, 4, "x");
  hand.type(4, 5, "");
  expect(hand.acts()[0]?.command).toEqual({ kind: "typed", edits: [] });
});

test("after a flush, or when it is too late, the next key begins another act", () => {
  const hand = writer("a");
  hand.type(1, 1, "b");
  hand.typing.flush();
  hand.typing.flush();
  expect(hand.released).toEqual(["0"]);
  hand.type(2, 2, "c");
  hand.beLate();
  hand.type(3, 3, "d");
  expect(hand.acts().map(({ version }) => version)).toEqual([1, 2, 3]);
  expect(hand.there()).toBe("abcd");
});

test("in a text whose lines end in CR LF, what is sent has its offsets and its line ends", () => {
  const hand = writer("one\ntwo\nthree", true);
  hand.type(5, 5, "X\nY");
  hand.type(0, 4, "");
  hand.type(2, 2, "Z");
  expect(hand.there()).toBe(toCrlf(hand.now()));
});

test("the words around are kept with what is typed, as far as there are any", () => {
  const state = EditorState.create({ doc: "left here right" });
  const { changes } = state.update({ changes: { from: 5, to: 9, insert: "there" } });
  expect(typedEdits(changes, state.doc, false)).toEqual([
    { edit: { start: 5, end: 9, before: "here", after: "there" }, left: "left ", right: " right" },
  ]);
});
