/** Random acts on a document: what must hold after each of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CorrectionId } from "#core/ids.ts";
import type { DocumentAct, EditDecisionInput } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import { withoutConflicts } from "#correct/text/edits.ts";
import type { EditCandidate } from "#propose/revise/proposer.ts";
import { advanceDocument } from "./session.ts";
import { decideEdits, undoDecision } from "./session-decisions.ts";
import { apply, by, open, proposeOptions, says } from "./session-kit.ts";
import { proposePass } from "./session-pass.ts";
import { DocumentState, isApplied, openEdits, standingText } from "./session-state.ts";
import { textOfVersion } from "./session-view.ts";

const SEED = 20_261_124;
const TEXT = "we saw the the cat sat on teh mat there";
const WORDS = ["cat", "the", "", "sat on", "very", "dog "];

interface Model {
  state: DocumentState;
  log: DocumentAct[];
  made: number;
}

class Command implements fc.Command<Model, object> {
  private readonly label: string;
  private readonly act: (model: Model) => DocumentAct | undefined;
  constructor(label: string, act: (model: Model) => DocumentAct | undefined) {
    this.label = label;
    this.act = act;
  }
  check = () => true;
  run(model: Model): void {
    const before = model.state;
    const act = this.act(model);
    if (act === undefined) return;
    model.state = apply(before, act);
    model.log.push(act);
    holds(model.state);
    if (act.kind === "decided") undoneOneByOne(before, act);
  }
  toString = () => this.label;
}

/** Every edit that has a place stands where the state says it does. */
function holds(state: DocumentState): void {
  for (const edit of state.edits) {
    if (edit.lost !== null) expect(edit.state).not.toBe("open");
    else expect(state.text.slice(edit.place.start, edit.place.end)).toBe(standingText(edit));
    expect(edit.wording === null).toBe(!isApplied(edit));
  }
  const starts = state.edits.filter(({ lost }) => lost === null).map(({ place }) => place.start);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  expect(DocumentState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
}

/** Decisions taken back one by one, the last first or the first first, leave the document as it was. */
function undoneOneByOne(before: DocumentState, act: DocumentAct & { kind: "decided" }): void {
  if (act.corrections.some(({ decision }) => decision === "undone")) return;
  for (const corrections of [act.corrections, act.corrections.toReversed()]) {
    let state = apply(before, act);
    for (const { id } of corrections) {
      const undo = { ...by, id: CorrectionId.parse(`back ${id}`) };
      state = apply(state, undoDecision(state, id, undo));
      holds(state);
    }
    const { version, textVersion, corrections: log, ...rest } = state;
    expect(rest).toEqual({
      ...before,
      version: undefined,
      textVersion: undefined,
      corrections: undefined,
    });
    expect([version, log.length]).toEqual([
      before.version + 1 + corrections.length,
      before.corrections.length + 2 * corrections.length,
    ]);
    expect(textVersion).toBeGreaterThanOrEqual(before.textVersion);
  }
}

/** An edit of the text at about `share` of it, of a word, a gap or an insertion. */
function editAt(text: string, share: number, word: string): TextEdit {
  const starts = [...text.matchAll(/\S+\s*/g)];
  const found = starts[Math.floor(share * starts.length)];
  const start = found?.index ?? 0;
  const inserts = Math.round(share * 1000) % 10 < 3;
  const before = inserts ? "" : (found?.[0] ?? "");
  return { start, end: start + before.length, before, after: word };
}

const share = fc.nat(999).map((thousandth) => thousandth / 1000);
const word = fc.constantFrom(...WORDS);
const propose = fc.array(fc.tuple(share, word), { minLength: 1, maxLength: 8 }).map(
  (drawn) =>
    new Command(`propose ${JSON.stringify(drawn)}`, ({ state }) => {
      if (state.status !== "proposing") return undefined;
      const candidates = drawn.map(
        ([at, put]): EditCandidate => ({
          edit: editAt(state.text, at, put),
          intent: "clarity",
          source: "phrases",
          rationale: "",
          score: at,
        }),
      );
      return proposePass(state, candidates, proposeOptions);
    }),
);
const decide = fc.array(fc.tuple(share, word, fc.nat(2)), { minLength: 1, maxLength: 6 }).map(
  (drawn) =>
    new Command(`decide ${JSON.stringify(drawn)}`, (model) => {
      const open = openEdits(model.state);
      const inputs = new Map<number, EditDecisionInput>();
      for (const [at, put, kind] of drawn) {
        const index = Math.floor(at * open.length);
        const decision = (["confirmed", "rejected", "edited"] as const)[kind] ?? "rejected";
        const id = open[index]?.proposed.id;
        if (id !== undefined) inputs.set(index, says(`c${model.made++}`, id, decision, put));
      }
      return inputs.size === 0 ? undefined : decideEdits(model.state, [...inputs.values()], by);
    }),
);
const undo = share.map(
  (at) =>
    new Command(`undo ${at}`, (model) => {
      const standing = model.state.edits.filter((e) => e.correctionId !== null && e.lost === null);
      const id = standing[Math.floor(at * standing.length)]?.correctionId ?? null;
      const undoId = CorrectionId.parse(`c${model.made++}`);
      return id === null ? undefined : undoDecision(model.state, id, { ...by, id: undoId });
    }),
);
const type = fc.array(fc.tuple(share, word), { minLength: 1, maxLength: 3 }).map(
  (drawn) =>
    new Command(`type ${JSON.stringify(drawn)}`, ({ state }) => {
      const edits = drawn.map(([at, put]) => ({ edit: editAt(state.text, at, put) }));
      const { kept } = withoutConflicts(edits, () => 1);
      return { kind: "typed", edits: kept.map(({ edit }) => edit), by: "ann" };
    }),
);
const pass = fc.constant(
  new Command("pass", ({ state }) =>
    state.status === "proposing" ? undefined : { kind: "passed", by: "ann" },
  ),
);
const restore = share.map(
  (at) =>
    new Command(`restore ${at}`, ({ state }) => ({
      kind: "restored",
      version: Math.floor(at * state.versions.length),
      by: "ann",
    })),
);

test("edits stand where the state says, decisions can be taken back, and the log folded anew is the state", () => {
  fc.assert(
    fc.property(
      fc.commands([propose, propose, decide, decide, decide, undo, type, pass, pass, restore], {
        maxCommands: 30,
        size: "max",
      }),
      (commands) => {
        const state = open(TEXT);
        const log: DocumentAct[] = [
          { kind: "opened", title: "A text", text: TEXT, format: "plain", depthMax: 3 },
        ];
        const model: Model = { state, log, made: 0 };
        fc.modelRun(() => ({ model, real: {} }), commands);
        let folded: DocumentState | undefined;
        for (const act of model.log)
          folded = advanceDocument(folded, act, folded === undefined ? 1 : 5);
        expect(folded).toEqual(model.state);
        expect(textOfVersion(model.state, 0)).toBe(TEXT);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});
