import { assert } from "#core/assert.ts";
import type { ManualClock } from "#core/clock.ts";
import type { Case, Corrector } from "#core/contracts.ts";
import type { Actor, Correction } from "#core/correction.ts";
import { CorrectionId, type ItemId } from "#core/ids.ts";
import type { Rng } from "#core/rng.ts";
import { type EffortCommand, effortOf, effortState, standingOperations } from "./effort.ts";
import { type LabelOperation, labelKind } from "./label.ts";

/**
 * What a simulated reviewer is like. Two ways to be wrong are kept apart: a *confusion* is believed
 * (and would be repeated), a *slip* is a wrong key pressed by someone who knew better.
 */
export interface CorrectorTraits {
  /** Probability of a slip when fresh. */
  readonly slipRate: number;
  /** `confusion[gold][label]`: probability of taking gold for label; a row sums to at most 1. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Growth of slip rate and time per item with each item since the last break. */
  readonly fatiguePerItem: number;
  /** Fatigue grows no further than this factor. */
  readonly fatigueMax: number;
  /** Items between two breaks; a break makes fresh. */
  readonly itemsPerBreak: number;
  /** Length of a break: passes on the clock, costs no attention. */
  readonly breakMs: number;
  /** Probability of taking over what is shown without judging it. */
  readonly anchoring: number;
  /** Time to turn to an item and make up one's mind, besides reading. */
  readonly baseMs: number;
  readonly readMsPerChar: number;
  /** Characters after which the reviewer has seen enough. */
  readonly charsReadMax: number;
  readonly msPerGesture: number;
  /** Key presses to confirm what is shown, or to give another label. */
  readonly confirmGestures: number;
  readonly relabelGestures: number;
}

/**
 * Assumptions, not measurements: replace them by a team's own figures where there are any.
 *
 * - `slipRate` 0.02: between the 0.15 % and 10 % of wrong labels found in ten published test sets,
 *   mean 3.3 % (Northcutt, Athalye, Mueller 2021), of which slips are one part.
 * - `confusion` none: it belongs to the task, so there is no value that would be right for all.
 * - fatigue 0.5 % an item up to double, break every 50 items: vigilance falls within the first half
 *   hour (Mackworth 1948), which at these speeds is some 200 items without a break.
 * - `anchoring` 0.1: wrong advice raised wrong decisions by about a quarter in a review of studies
 *   with decision support (Goddard, Roudsari, Wyatt 2012); a tenth taken over unjudged is of that
 *   order.
 * - `baseMs`, `msPerGesture`: one mental act of 1.35 s and 0.28 s a key press of an average typist,
 *   the keystroke-level model (Card, Moran, Newell 1980).
 * - `readMsPerChar` 15: skimming at three times the 238 words a minute of silent reading (Brysbaert
 *   2019), 5.6 characters a word; 400 characters decide most mails.
 */
export const defaultTraits: CorrectorTraits = {
  slipRate: 0.02,
  confusion: {},
  fatiguePerItem: 0.005,
  fatigueMax: 2,
  itemsPerBreak: 50,
  breakMs: 300_000,
  anchoring: 0.1,
  baseMs: 1_350,
  readMsPerChar: 15,
  charsReadMax: 400,
  msPerGesture: 280,
  confirmGestures: 1,
  relabelGestures: 2,
};

/** Never tires, never slips, never leans on the suggestion; takes the default time. */
export const flawlessTraits: CorrectorTraits = {
  ...defaultTraits,
  slipRate: 0,
  fatiguePerItem: 0,
  anchoring: 0,
};

export interface SimulatedCorrectorOptions {
  readonly by: Actor;
  readonly classes: readonly string[];
  /** The one way to the right answer; nothing else in the loop is handed it. */
  readonly oracle: (itemId: ItemId) => string | undefined;
  /** Moved on by the time each answer takes. */
  readonly clock: ManualClock;
  readonly traits?: Partial<CorrectorTraits>;
}

/** 1 when fresh, growing with the items since the last break. */
const fatigueOf = (traits: CorrectorTraits, itemsSinceBreak: number): number =>
  Math.min(1 + traits.fatiguePerItem * itemsSinceBreak, traits.fatigueMax);

/** What would be confirmed by one key; null when it is hidden or there is none. */
const shownOutput = (open: Case<string>): string | null =>
  open.suggestionShown
    ? (open.proposal.output ?? open.assessment.suggestion?.output ?? null)
    : null;

/**
 * A reviewer with named weaknesses. Answers depend on the seed, the actor, the item and how often
 * the item came before this actor, not on other draws; fatigue on the items since the last break.
 */
export function simulatedCorrector(options: SimulatedCorrectorOptions): Corrector<string> {
  const { by, classes, oracle, clock } = options;
  const traits: CorrectorTraits = { ...defaultTraits, ...options.traits };
  assert(classes.length >= 2, "a simulated corrector has at least two classes to choose from");
  for (const row of Object.values(traits.confusion))
    assert(
      Object.values(row).reduce((sum, p) => sum + p, 0) <= 1 + 1e-9,
      "the confusions of a class sum to at most 1",
    );
  const timesSeen = new Map<ItemId, number>();
  let itemsSinceBreak = 0;

  return {
    async correct(open, ctx) {
      const itemId = open.item.id;
      const gold = oracle(itemId);
      assert(gold !== undefined, "the oracle knows every item a simulated corrector is shown");
      const seen = timesSeen.get(itemId) ?? 0;
      timesSeen.set(itemId, seen + 1);
      const rng = ctx.rng.split(by.id).split(itemId).split(seen);
      if (itemsSinceBreak >= traits.itemsPerBreak) {
        clock.advance(traits.breakMs);
        itemsSinceBreak = 0;
      }
      const fatigue = fatigueOf(traits, itemsSinceBreak);
      itemsSinceBreak += 1;

      const after = answer(open, gold, { traits, classes, fatigue, rng });
      const log = work(open, after, { traits, fatigue, startMs: clock.nowMs() });
      const last = log.at(-1);
      assert(last !== undefined, "the work on a case leaves a log");
      clock.advance(last.atMs - clock.nowMs());
      return recordOf(open, log, { by, id: `${by.id}:${hex(rng)}`, atMs: clock.nowMs() });
    },
  };
}

const hex = (rng: Rng): string =>
  rng
    .split("id")
    .key()
    .map((word) => word.toString(16).padStart(8, "0"))
    .join("");

/** The label given: anchored, or judged (with confusions), then perhaps slipped. */
function answer(
  open: Case<string>,
  gold: string,
  how: {
    readonly traits: CorrectorTraits;
    readonly classes: readonly string[];
    readonly fatigue: number;
    readonly rng: Rng;
  },
): string {
  const { traits, classes, fatigue, rng } = how;
  const shown = shownOutput(open);
  if (rng.uniform() < traits.anchoring && shown !== null) return shown;
  let believed = gold;
  let draw = rng.uniform();
  for (const [label, probability] of Object.entries(traits.confusion[gold] ?? {})) {
    draw -= probability;
    if (draw < 0) {
      believed = label;
      break;
    }
  }
  if (rng.uniform() >= traits.slipRate * fatigue) return believed;
  return rng.pick(classes.filter((label) => label !== believed));
}

/** The command log of one case, as the workbench would have recorded it of a person. */
function work(
  open: Case<string>,
  after: string,
  how: {
    readonly traits: CorrectorTraits;
    readonly fatigue: number;
    readonly startMs: number;
  },
): EffortCommand<LabelOperation>[] {
  const { traits, fatigue, startMs } = how;
  const chars = Math.min(open.item.input.text.length, traits.charsReadMax);
  const operations = labelKind.diff(open.proposal.output, after);
  const gestures = after === shownOutput(open) ? traits.confirmGestures : traits.relabelGestures;
  let atMs = startMs + (traits.baseMs + chars * traits.readMsPerChar) * fatigue;
  const log: EffortCommand<LabelOperation>[] = [{ kind: "show", atMs: startMs }];
  for (let press = 0; press < gestures; press++) {
    atMs += traits.msPerGesture;
    log.push({ kind: "gesture", atMs });
  }
  if (operations.length > 0) log.push({ kind: "edit", operations, atMs });
  log.push({ kind: "decide", atMs });
  return log;
}

function recordOf(
  open: Case<string>,
  log: readonly EffortCommand<LabelOperation>[],
  how: { readonly by: Actor; readonly id: string; readonly atMs: number },
): Correction<string> {
  const state = effortState(log);
  const before = open.proposal.output;
  const operations = standingOperations(state);
  return {
    id: CorrectionId.parse(how.id),
    itemId: open.item.id,
    proposalId: open.proposal.id,
    decision: operations.length === 0 ? "confirmed" : "edited",
    before,
    after: labelKind.apply(before, operations),
    operations,
    by: how.by,
    effort: effortOf(state, labelKind.editSize),
    risk: open.assessment.risk,
    propensity: open.propensity,
    audit: open.audit,
    suggestionShown: open.suggestionShown,
    lessonId: open.assessment.lessonId,
    atMs: how.atMs,
  };
}
