/** What users do next tells how a turn went: an implicit assessment, made of signals and of what was said after it. */
import type { UserTurn } from "#core/rewrite.ts";
import { maskKey, normaliseUtterance } from "#correct/utterance.ts";
import { jaroWinkler, tokenJaccard } from "#num/string-similarity.ts";
import { cosine } from "#propose/embeddings.ts";

/** How what was said next relates to a turn. */
export type Follow =
  | "repeat" // the same again
  | "continuation" // the same again, of what is meant to be said again: "next"
  | "rephrase" // the same in other words
  | "near" // neither alike enough to be a rephrase, nor unlike enough to be something else
  | "topic" // something else
  | "end"; // nothing

export interface TurnVerdict {
  readonly outcome: "success" | "defect";
  /** What told. */
  readonly because:
    | "undone"
    | "cancelled"
    | "barge-in"
    | "error"
    | "rated-down"
    | "no-success"
    | "said-to-work"
    | "repeat"
    | "rephrase"
    | "moved-on"
    | "ended";
  readonly follow: Follow;
  /** The key of what the user said, numbers and e-mail addresses masked. */
  readonly key: string;
}

export interface DetectorOptions {
  /** At least so alike by letters, by words or by meaning, the next turn is a rephrase. */
  readonly jaroWinklerMin?: number;
  readonly jaccardMin?: number;
  readonly cosineMin?: number;
  /** Less alike by letters and by words than this, and of another intent, it is another topic. */
  readonly topicJaroWinkler?: number;
  readonly topicJaccard?: number;
  /** Keys that are said again because they worked. */
  readonly continuations?: ReadonlySet<string>;
  /** Unit vectors by masked key; a pair without is judged by letters and words. */
  readonly vectors?: ReadonlyMap<string, Float32Array>;
}

/** English: what one says once more to have more of it. */
export const CONTINUATIONS: ReadonlySet<string> = new Set(
  (
    "next|previous|back|go back|more|again|continue|go on|skip|skip this|forward|repeat|yes|no|stop|" +
    "up|down|louder|quieter|volume up|volume down|turn it up|turn it down|brighter|dimmer|undo|redo|scroll down|scroll up"
  ).split("|"),
);

/** Characters that are compared: a rephrase shows at the beginning, and the comparison grows with the square. */
const COMPARED_CHARS_MAX = 200;

/** What the user said, whatever was made of it. */
export const saidIn = ({ utterance, rewrite }: UserTurn): string => rewrite?.original ?? utterance;

const sameIntent = ({ interpretation: a }: UserTurn, { interpretation: b }: UserTurn): boolean =>
  a !== undefined && b !== undefined && a.domain === b.domain && a.intent === b.intent;

/** Cosine of two keys' vectors; below every threshold where one has none. */
function meaningAlike(a: Said, b: Said, vectors: DetectorOptions["vectors"]): number {
  const [ofA, ofB] = [vectors?.get(a.key), vectors?.get(b.key)];
  return ofA === undefined || ofB === undefined ? -1 : cosine(ofA, ofB);
}

interface Said {
  readonly turn: UserTurn;
  readonly key: string;
}

function followOf(one: Said, next: Said | undefined, how: DetectorOptions): Follow {
  if (next === undefined) return "end";
  if (one.key === next.key)
    return (how.continuations ?? CONTINUATIONS).has(one.key) ? "continuation" : "repeat";
  const [a, b] = [one.key.slice(0, COMPARED_CHARS_MAX), next.key.slice(0, COMPARED_CHARS_MAX)];
  const words = tokenJaccard(a, b);
  if (words >= (how.jaccardMin ?? 0.4)) return "rephrase";
  const letters = jaroWinkler(a, b);
  if (letters >= (how.jaroWinklerMin ?? 0.8)) return "rephrase";
  if (meaningAlike(one, next, how.vectors) >= (how.cosineMin ?? 0.7)) return "rephrase";
  const unlike = letters < (how.topicJaroWinkler ?? 0.6) && words < (how.topicJaccard ?? 0.2);
  return unlike && !sameIntent(one.turn, next.turn) ? "topic" : "near";
}

/** Signals first; then what is said to have worked; then what the user said next. */
function verdictOf({ turn: { signals = {} }, key }: Said, follow: Follow): TurnVerdict {
  const defect = (because: TurnVerdict["because"]): TurnVerdict => ({
    outcome: "defect",
    because,
    follow,
    key,
  });
  const success = (because: TurnVerdict["because"]): TurnVerdict => ({
    outcome: "success",
    because,
    follow,
    key,
  });
  if (signals.undone === true) return defect("undone");
  if (signals.cancelled === true) return defect("cancelled");
  if (signals.bargeIn === true) return defect("barge-in");
  if (signals.error === true) return defect("error");
  if ((signals.rating ?? 0) < 0) return defect("rated-down");
  if (signals.success === true || (signals.rating ?? 0) > 0) return success("said-to-work");
  if (follow === "repeat") return defect("repeat");
  if (follow === "rephrase") return defect("rephrase");
  if (signals.success === false) return defect("no-success");
  return success(follow === "end" ? "ended" : "moved-on");
}

/**
 * A verdict on each turn of a session, in order. A turn is a defect if it was undone, cancelled, cut off, answered by an
 * error or rated down, or if what came next says the same again or in other words; otherwise it went well. What a
 * signal says to have worked did, whatever came next.
 */
export function judgeTurns(turns: readonly UserTurn[], how: DetectorOptions = {}): TurnVerdict[] {
  const said = turns.map(
    (turn): Said => ({ turn, key: maskKey(normaliseUtterance(saidIn(turn))).key }),
  );
  return said.map((one, at) => verdictOf(one, followOf(one, said[at + 1], how)));
}
