import fc from "fast-check";
import { expect, test } from "vitest";
import { CorrectionId, ProposalId } from "#core/ids.ts";
import type { EditState, EditView } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import { applyEdits } from "#correct/text/edits.ts";
import {
  type Choice,
  decided,
  neighbour,
  nextOpen,
  rebased,
  replacement,
  tallyOf,
  undone,
} from "./review.ts";

function view(text: string, before: string, after: string, more: Partial<EditView> = {}): EditView {
  const start = text.indexOf(before);
  return {
    id: ProposalId.parse(`${before}>${after}`),
    edit: { start, end: start + before.length, before, after },
    intent: "fluency",
    source: "spelling",
    rationale: "",
    acceptance: null,
    shown: true,
    propensity: 1,
    state: "open",
    pass: 1,
    correctionId: null,
    oscillates: false,
    placed: true,
    ...more,
  };
}

const TEXT = "I recieve teh very big mail today";
const EDITS = [view(TEXT, "recieve", "receive"), view(TEXT, "teh", "the"), view(TEXT, "very ", "")];

const choose = (
  { id }: EditView,
  decision: Choice["decision"],
  after: string | undefined = undefined,
): Choice => ({ id, decision, after, correctionId: CorrectionId.parse(`c-${id}`) });

const states = (edits: readonly EditView[]): EditState[] => edits.map(({ state }) => state);
const standing = (text: string, edits: readonly EditView[]) =>
  edits.map(({ edit }) => text.slice(edit.start, edit.end));

test("accept, reject and amend: the text changes, the others move along", () => {
  const [first, second, third] = EDITS;
  if (first === undefined || second === undefined || third === undefined) throw new Error("three");
  const step = decided(EDITS, [
    choose(first, "confirmed"),
    choose(second, "rejected"),
    choose(third, "edited", "quite "),
  ]);
  const text = applyEdits(TEXT, step.changes);
  expect(text).toBe("I receive teh quite big mail today");
  expect(states(step.edits)).toEqual(["accepted", "rejected", "amended"]);
  expect(standing(text, step.edits)).toEqual(["receive", "teh", "quite "]);
});

test("what is not open is not decided again", () => {
  const done = view(TEXT, "teh", "the", { state: "rejected" });
  expect(decided([done], [choose(done, "confirmed")])).toEqual({ changes: [], edits: [done] });
});

test("taken back, the text is as it was and the edits are open", () => {
  const step = decided(
    EDITS,
    EDITS.map((edit) => choose(edit, "confirmed")),
  );
  const text = applyEdits(TEXT, step.changes);
  const back = undone(step.edits, new Map(EDITS.map(({ id }) => [id, undefined])), true);
  expect(applyEdits(text, back.changes)).toBe(TEXT);
  expect(back.edits).toEqual(EDITS);
  expect(
    undone(step.edits, new Map([[EDITS[0]?.id ?? "", undefined]]), false).edits[0]?.state,
  ).toBe("dropped");
});

test("an amendment taken back suggests again what it had suggested", () => {
  const [first] = EDITS;
  if (first === undefined) throw new Error("one");
  const step = decided(EDITS, [choose(first, "edited", "got")]);
  const back = undone(step.edits, new Map([[first.id, "receive"]]), true);
  expect(back.edits[0]).toEqual(first);
});

test("typing beside an edit moves it, typing in it drops it, and then its decision stands", () => {
  const typed = (start: number, before: string, after: string): TextEdit => ({
    start,
    end: start + before.length,
    before,
    after,
  });
  const beside = rebased(EDITS, [typed(2, "", "now ")]);
  const text = applyEdits(TEXT, [typed(2, "", "now ")]);
  expect(states(beside)).toEqual(["open", "open", "open"]);
  expect(standing(text, beside)).toEqual(["recieve", "teh", "very "]);

  const inside = rebased(EDITS, [typed(4, "", "x")]);
  expect(states(inside)).toEqual(["dropped", "open", "open"]);

  const step = decided(
    EDITS,
    EDITS.slice(0, 1).map((edit) => choose(edit, "confirmed")),
  );
  const over = rebased(step.edits, [typed(4, "", "x")]);
  expect(over[0]?.state).toBe("accepted");
  expect(undone(over, new Map([[over[0]?.id ?? "", undefined]]), true).ids).toEqual([]);
});

test("typing at the very place of an insertion drops it", () => {
  const insertion = view(TEXT, "", "x", {
    edit: { start: 9, end: 9, before: "", after: ", too" },
  });
  const at = (start: number) =>
    rebased([insertion], [{ start, end: start, before: "", after: "y" }]);
  expect(at(9)[0]?.state).toBe("dropped");
  expect(at(8)[0]?.edit.start).toBe(10);
  expect(at(10)[0]?.edit.start).toBe(9);
});

test("counts, neighbours and where to go on", () => {
  const edits = [
    view(TEXT, "recieve", "receive", { state: "accepted" }),
    view(TEXT, "teh", "the"),
    view(TEXT, "very ", "", { state: "hidden", intent: "clarity" }),
    view(TEXT, "big", "large", { intent: "style" }),
    view(TEXT, "mail", "letter", { state: "dropped" }),
  ];
  const tally = tallyOf(edits);
  expect({ ...tally, byIntent: [...tally.byIntent] }).toEqual({
    open: 2,
    accepted: 1,
    rejected: 0,
    amended: 0,
    hidden: 1,
    byIntent: [
      ["fluency", 1],
      ["style", 1],
    ],
  });
  const [, teh, , big] = edits;
  expect(neighbour(edits, teh?.id ?? null, 1)?.id).toBe(big?.id);
  expect(neighbour(edits, teh?.id ?? null, -1)).toBeUndefined();
  expect(neighbour(edits, null, -1)?.id).toBe(big?.id);
  expect(nextOpen(edits, big?.id ?? null)).toBe(teh?.id);
  expect(nextOpen([], null)).toBeNull();
});

test("two texts differ in one stretch, also where they repeat themselves", () => {
  expect(replacement("aaa", "aaa")).toBeNull();
  expect(replacement("aa", "aaa")).toEqual({ start: 2, end: 2, before: "", after: "a" });
  expect(replacement("", "new")).toEqual({ start: 0, end: 0, before: "", after: "new" });
});

/** A text of words, and edits of some of them that do not touch. */
const documents = fc
  .array(
    fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom("keep", "swap", "drop", "add")),
  )
  .map((words) => {
    const text = words.map(([word]) => word).join(" ");
    let at = 0;
    const edits = words.flatMap(([word, how], i): EditView[] => {
      const start = at;
      at += word.length + 1;
      if (how === "keep") return [];
      const end = how === "add" ? start : start + word.length;
      const before = text.slice(start, end);
      const after = how === "drop" ? "" : `${word}X`;
      return [
        {
          ...view(text, "", ""),
          id: ProposalId.parse(`e${i}`),
          edit: { start, end, before, after },
        },
      ];
    });
    return { text, edits };
  });

test("decided one by one in any order or all at once, and taken back: always the same texts", () => {
  fc.assert(
    fc.property(documents, fc.infiniteStream(fc.nat()), ({ text, edits }, order) => {
      const all = decided(
        edits,
        edits.map((edit) => choose(edit, "confirmed")),
      );
      const whole = applyEdits(text, all.changes);
      let now = text;
      let left: readonly EditView[] = edits;
      const rest = [...edits];
      while (rest.length > 0) {
        const [next] = rest.splice((order.next().value ?? 0) % rest.length, 1);
        if (next === undefined) break;
        const step = decided(left, [choose(next, "confirmed")]);
        now = applyEdits(now, step.changes);
        left = step.edits;
      }
      expect(now).toBe(whole);
      expect(standing(whole, all.edits)).toEqual(edits.map(({ edit }) => edit.after));
      const back = undone(all.edits, new Map(edits.map(({ id }) => [id, undefined])), true);
      expect(applyEdits(whole, back.changes)).toBe(text);
    }),
    { seed: 11 },
  );
});
