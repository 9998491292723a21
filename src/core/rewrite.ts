/** What users' own reformulations teach: turns of sessions in, rewrites out. */
import { z } from "zod";
import { Interval, Measurement } from "./measurement.ts";

const ID_CHARS_MAX = 200;

/** What an assistant understood of an utterance. */
export const Interpretation = z.strictObject({
  domain: z.string(),
  intent: z.string(),
  slots: z.record(z.string(), z.string()).default({}),
});
export type Interpretation = z.infer<typeof Interpretation>;

/** What else is known of how a turn went; absent means not observed. */
export const TurnSignals = z.strictObject({
  /** The user cut the answer off. */
  bargeIn: z.boolean().optional(),
  cancelled: z.boolean().optional(),
  /** The assistant answered with an error, or a command exited with one. */
  error: z.boolean().optional(),
  /** A click, an exit code of 0, a purchase: said to have worked. */
  success: z.boolean().optional(),
  /** Thumbs: -1 or 1. */
  rating: z.number().min(-1).max(1).optional(),
  /** The user took the rewrite back. */
  undone: z.boolean().optional(),
  /** How sure a speech recogniser was of the words; kept, and not read by the miner. */
  asrConfidence: z.number().min(0).max(1).optional(),
});
export type TurnSignals = z.infer<typeof TurnSignals>;

/** One thing a user said or typed to an assistant, search box, command palette or chatbot. */
export const UserTurn = z.strictObject({
  id: z.string().min(1).max(ID_CHARS_MAX).optional(),
  /** One of `sessionId` and `userId` is there: turns are grouped by it. */
  sessionId: z.string().min(1).max(ID_CHARS_MAX).optional(),
  userId: z.string().min(1).max(ID_CHARS_MAX).optional(),
  /** Milliseconds since 1970. */
  ts: z.number().nonnegative(),
  utterance: z.string().max(10_000),
  interpretation: Interpretation.optional(),
  /** What was answered; kept, and not read by the miner. */
  response: z.string().max(100_000).optional(),
  signals: TurnSignals.optional(),
  locale: z.string().max(35).optional(),
  /** Set where the utterance was answered as something else, or held out from being so. */
  rewrite: z
    .strictObject({
      ruleId: z.string(),
      original: z.string(),
      arm: z.enum(["treated", "hold-out"]),
      /** Probability with which this arm was drawn. */
      propensity: z.number().gt(0).max(1),
    })
    .optional(),
});
export type UserTurn = z.infer<typeof UserTurn>;

/** What became known of a turn after it was sent: a thumb, an undo, an error that came late. */
export const LateSignals = z.strictObject({
  id: z.string().min(1).max(ID_CHARS_MAX).optional(),
  /** The turn they are about. */
  turnId: z.string().min(1).max(ID_CHARS_MAX),
  /** Milliseconds since 1970. */
  ts: z.number().nonnegative(),
  signals: TurnSignals,
});
export type LateSignals = z.infer<typeof LateSignals>;

/** What is kept of users: what they said, and what became known of it later. */
export const TurnRecord = z.union([UserTurn, LateSignals]);
export type TurnRecord = z.infer<typeof TurnRecord>;

export const isLate = (record: TurnRecord): record is LateSignals => "turnId" in record;

/** How often a request ended well, of how often it was seen. */
export const SuccessRate = z.strictObject({
  successes: z.number(),
  visits: z.number(),
  value: z.number(),
  interval: Interval,
});
export type SuccessRate = z.infer<typeof SuccessRate>;

/**
 * Where a rewrite stands. `proposed`: mined, not looked at. `shadow`: logged and not applied. `live`: applied to its
 * share of the traffic. `blocked`: never again, by a person or by the guard.
 */
export const RewriteState = z.enum(["proposed", "shadow", "live", "blocked"]);
export type RewriteState = z.infer<typeof RewriteState>;

/** One mined rewrite with its evidence. */
export const RewriteRule = z.strictObject({
  id: z.string(),
  locale: z.string(),
  /** The normalised request that fails, numbers and e-mail addresses masked. */
  fromKey: z.string(),
  /** Its most frequent wording, for a person. */
  fromText: z.string(),
  toKey: z.string(),
  /** What it is rewritten to. */
  toText: z.string(),
  /** Probability that a user who starts at `fromKey` ends in success through `toKey`: N_ij r_j. */
  score: z.number(),
  /** `score` as a share of all success that follows `fromKey`. */
  share: z.number(),
  from: SuccessRate,
  to: SuccessRate,
  /** Users whose sessions went from one to the other. */
  users: z.int(),
  /** A few sessions that show it, each the utterances in order. */
  examples: z.array(z.array(z.string())),
});
export type RewriteRule = z.infer<typeof RewriteRule>;

/** What happened where a rewrite was applied, and where it was held out. */
export const RewriteOutcome = z.strictObject({
  treated: z.strictObject({ success: z.int(), defect: z.int() }),
  holdOut: z.strictObject({ success: z.int(), defect: z.int() }),
  /** Probability that the treated fare better, of Beta posteriors; null before there is anything. */
  betterProbability: z.number().min(0).max(1).nullable(),
});
export type RewriteOutcome = z.infer<typeof RewriteOutcome>;

/** A rewrite as the screen shows it. */
export const RewriteView = RewriteRule.extend({
  state: RewriteState,
  /** A person said it stays as it is, whatever the guard says. */
  pinned: z.boolean(),
  /** Who or what set the state, and why. */
  because: z.string(),
  /** A person gave it another target than the one mined. */
  edited: z.boolean(),
  outcome: RewriteOutcome,
  /** Requests won for each one lost where it was applied, against the hold-out; null before both were seen. */
  winLoss: Measurement.nullable(),
});
export type RewriteView = z.infer<typeof RewriteView>;

/** What a person, or the undo of what a person did, changes of a rewrite. Said twice it is said once. */
export const RewriteChange = z.strictObject({
  state: RewriteState.optional(),
  pinned: z.boolean().optional(),
  toText: z.string().min(1).max(10_000).optional(),
  because: z.string().max(2_000),
});
export type RewriteChange = z.infer<typeof RewriteChange>;

/** Some rewrites, and how rewriting fares in the whole project. */
export const RewritePage = z.strictObject({
  rewrites: z.array(RewriteView),
  /** Pass as `cursor` for those after these; null at the end. */
  next: z.string().nullable(),
  /** Of all, whatever the filter. */
  totals: z.record(RewriteState, z.int()),
  winLoss: Measurement.nullable(),
  /** Share of requests that ended badly, where rewrites were applied and where they were held out. */
  defects: z.strictObject({
    treated: Measurement.nullable(),
    holdOut: Measurement.nullable(),
    /** Treated less held out: below 0 where rewriting helps. */
    change: Measurement.nullable(),
  }),
  /** Turns read so far. */
  turns: z.int(),
  minedAtMs: z.number().nullable(),
});
export type RewritePage = z.infer<typeof RewritePage>;

/** A request and where its users went from there. */
export const RewriteGraph = z.strictObject({
  /** The request as a person wrote it most often. */
  node: z.string(),
  /** Reformulations that followed it, most frequent first; counts are capped a user. */
  edges: z.array(z.strictObject({ to: z.string(), count: z.number() })),
  /** Sessions that ended at it. */
  absorption: z.strictObject({ success: z.number(), failure: z.number() }),
});
export type RewriteGraph = z.infer<typeof RewriteGraph>;

/** One rewrite with all its evidence. */
export const RewriteDetail = z.strictObject({
  rewrite: RewriteView,
  graph: RewriteGraph,
  /** Sessions that show it, each the utterances in order. */
  sessions: z.array(z.array(z.string())),
  /** Success where it was applied and where it was held out; null before anything was seen. */
  treated: SuccessRate.nullable(),
  holdOut: SuccessRate.nullable(),
  /** What the guard says of it now. */
  guard: z.strictObject({ verdict: z.enum(["promote", "block", "wait"]), because: z.string() }),
});
export type RewriteDetail = z.infer<typeof RewriteDetail>;

/** How an import of turns went. */
export const TurnsReport = z.strictObject({
  accepted: z.int(),
  /** Turns whose id was there already. */
  duplicates: z.int(),
  rejected: z.int(),
  /** The first few rejects, each in a sentence: where, expected, got. */
  problems: z.array(z.string()),
  /** Names the file of rejected rows, for `GET /projects/:id/rejects/:batch`; null when there is none. */
  batch: z.string().nullable(),
});
export type TurnsReport = z.infer<typeof TurnsReport>;

/** What a request is answered as. */
export const Rewritten = z.strictObject({
  text: z.string(),
  ruleId: z.string().nullable(),
  /** Null where no live rewrite fits. */
  arm: z.enum(["treated", "hold-out"]).nullable(),
  /** Probability with which this arm was drawn. */
  propensity: z.number(),
});
export type Rewritten = z.infer<typeof Rewritten>;
