import { expect, test } from "vitest";
import type { Assessment, Route } from "#core/assessment.ts";
import type { Correction, Decision } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId, ProposalId } from "#core/ids.ts";
import type { Proposal } from "#core/proposal.ts";
import {
  ATTEMPTS_MAX,
  advance,
  asked,
  nextCommand,
  output,
  type Turn,
  type TurnEvent,
} from "./turn.ts";

const itemId = ItemId.parse("mail-1");
const proposal = (id = "p1", label: string | null = "ham"): Proposal<string> => ({
  id: ProposalId.parse(id),
  itemId,
  source: { id: "nb", kind: "scripted", version: "1" },
  output: label,
});
const assessment = (route: Route, proposalId = "p1"): Assessment<string> => ({
  proposalId: ProposalId.parse(proposalId),
  itemId,
  risk: 0.4,
  reasons: [],
  route,
});
const correction = (id: string, after: string, undoes?: string): Correction<string> => ({
  id: CorrectionId.parse(id),
  itemId,
  proposalId: ProposalId.parse("p1"),
  decision: (undoes === undefined ? "edited" : "undone") satisfies Decision,
  before: "ham",
  after,
  operations: [],
  by: { id: ActorId.parse("ada"), kind: "person" },
  effort: { ms: 900, gestures: 1, edit: 1 },
  risk: 0.4,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  atMs: 0,
  ...(undoes === undefined ? {} : { undoes: CorrectionId.parse(undoes) }),
});
const fold = (...events: TurnEvent<string>[]): Turn<string> =>
  events.reduce<Turn<string>>(advance, asked);

const proposed: TurnEvent<string> = { kind: "proposed", proposal: proposal() };
const assessed = (route: Route, audit = false): TurnEvent<string> => ({
  kind: "assessed",
  assessment: assessment(route),
  audit,
});
const answered = (id: string, after: string, undoes?: string): TurnEvent<string> => ({
  kind: "corrected",
  correction: correction(id, after, undoes),
});

test("a turn proposes, assesses, asks, and rests once a person has answered", () => {
  expect(nextCommand(asked)).toEqual({ run: "propose", attempt: 1 });
  expect(nextCommand(fold(proposed))).toEqual({ run: "assess" });
  expect(nextCommand(fold(proposed, assessed("ask")))).toEqual({ run: "correct" });
  const done = fold(proposed, assessed("ask"), answered("c1", "spam"));
  expect(nextCommand(done)).toEqual({ run: "rest" });
  expect(output(done)).toBe("spam");
});

test("an accepted proposal goes out as it is, unless it is drawn for an audit", () => {
  expect(output(fold(proposed, assessed("accept")))).toBe("ham");
  const audited = fold(proposed, assessed("accept", true));
  expect([audited.phase, audited.audit, output(audited)]).toEqual(["open", true, null]);
});

test("nothing goes out while it is open or blocked", () => {
  expect(output(fold(proposed, assessed("ask")))).toBeNull();
  expect(output(fold(proposed, assessed("block")))).toBeNull();
});

test("undo opens the case again; undoing the undo brings the answer back", () => {
  const undone = fold(
    proposed,
    assessed("ask"),
    answered("c1", "spam"),
    answered("u1", "ham", "c1"),
  );
  expect([undone.phase, output(undone)]).toEqual(["open", null]);
  const redone = advance(undone, answered("u2", "spam", "u1"));
  expect([redone.phase, output(redone)]).toEqual(["answered", "spam"]);
});

test("a correction delivered twice counts once and does not move the version", () => {
  const once = fold(proposed, assessed("ask"), answered("c1", "spam"));
  expect(advance(once, answered("c1", "spam"))).toBe(once);
});

test("a proposer that keeps failing leaves the item to a person, with the reason", () => {
  const failed: TurnEvent<string> = { kind: "propose-failed", reason: "the endpoint answered 503" };
  const nearly = fold(...Array.from({ length: ATTEMPTS_MAX - 1 }, () => failed));
  expect(nextCommand(nearly)).toEqual({ run: "propose", attempt: ATTEMPTS_MAX });
  const waiting = advance(nearly, failed);
  expect([waiting.phase, waiting.waitingFor]).toEqual(["open", "the endpoint answered 503"]);
});

test("a new lesson re-assesses what is open and leaves answers alone", () => {
  const open = fold(proposed, assessed("ask"), assessed("accept"));
  expect(open.phase).toBe("accepted");
  const done = fold(proposed, assessed("ask"), answered("c1", "spam"), assessed("accept"));
  expect([done.phase, output(done)]).toEqual(["answered", "spam"]);
});

test("an assessment of a proposal that is no longer in force is a bug", () => {
  const again = fold(
    proposed,
    assessed("ask"),
    { kind: "asked-again" },
    { kind: "proposed", proposal: proposal("p2") },
  );
  expect(() => advance(again, assessed("ask"))).toThrow("proposal in force");
});
