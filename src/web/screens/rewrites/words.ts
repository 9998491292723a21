/** The words of rewrites, and who each is said by. */
import type { RewriteState, RewriteView, Rewritten, SuccessRate } from "#core/rewrite.ts";
import { count, fixed, percent } from "#web/app/format.ts";
import type { ActName } from "./acts.ts";

export type Tone = "machine" | "person" | "learned" | "plain";

/** What a state means, in a sentence for titles. */
export const STATE_MEANS: Record<RewriteState, string> = {
  proposed: "mined, nobody has looked at it",
  shadow: "logged where it would apply, and not applied",
  live: "applied to its share of the requests",
  blocked: "never applied",
};

/** Blue is what the miner proposed, green what is live. A block is neither: whoever set it says so in words. */
export const STATE_TONE: Record<RewriteState, Tone> = {
  proposed: "machine",
  shadow: "machine",
  live: "learned",
  blocked: "plain",
};

/** A request with a name of its own in a sentence, cut where it is long. */
const NAME_CHARS_MAX = 48;
export const named = (text: string): string =>
  `“${text.length <= NAME_CHARS_MAX ? text : `${text.slice(0, NAME_CHARS_MAX - 1)}…`}”`;

const DONE_WORDS: Record<ActName, string> = {
  approve: "made live",
  shadow: "put in the shadow",
  block: "blocked",
  pin: "pinned",
  unpin: "unpinned",
  retarget: "edited",
  "not-the-same": "not the same:",
};

/** "blocked “play songs” → “play some songs”". */
export const doneText = (name: ActName, fromText: string, toText: string): string =>
  `${DONE_WORDS[name]} ${named(fromText)} → ${named(toText)}`;

/** A share in whole percents: what is nearly none or nearly all is not rounded to it. */
function whole(share: number): string {
  if (share > 0 && share < 0.005) return "<1";
  if (share < 1 && share >= 0.995) return ">99";
  return fixed(share * 100, 0);
}

/** "41 % [36, 46]": whole percents, for a row; the numbers with their decimals are in the detail. */
export function rateText({ value, interval }: Pick<SuccessRate, "value" | "interval">): {
  readonly rate: string;
  readonly interval: string;
} {
  return {
    rate: `${whole(value)} %`,
    interval: `[${whole(interval.low)}, ${whole(interval.high)}]`,
  };
}

/** The rate as a sentence: what a screen reader says and a title shows. Counts may be weighted, so they are rounded. */
export const rateSentence = (what: string, { value, visits, interval }: SuccessRate): string =>
  `${what}: ${percent(value)} % end well, ${Math.round(interval.level * 100)} % interval ${percent(interval.low)} to ${percent(interval.high)}, n ${count(Math.round(visits))}`;

/** What a win/loss of 3.21 is called in a row: "3.2". */
export const ratio = (value: number): string =>
  value < 10 ? fixed(value, 1) : count(Math.round(value));

/** "Blocked rewrites with “play” in them", for the empty list. */
export function filterText(state: RewriteState | undefined, q: string): string {
  const which = state === undefined ? "rewrites" : `${state} rewrites`;
  return q === "" ? which : `${which} with ${named(q)} in them`;
}

type Standing = Pick<RewriteView, "state" | "toText" | "because">;

/** Why a request was answered so. `rewrite`: the one that fits it, if any does. */
export function whyText({ ruleId, arm, propensity }: Rewritten, rewrite: Standing | null): string {
  const share = `${percent(propensity)} % of requests are`;
  if (arm === "treated") return `A live rewrite fits; ${share} rewritten.`;
  if (rewrite === null) return "No live rewrite fits this wording.";
  const { state, toText, because } = rewrite;
  if (ruleId !== null && state === "live")
    return `A live rewrite fits, but this request was held out: ${share}.`;
  if (state === "shadow")
    return `The rewrite to ${named(toText)} fits and is in shadow: it is noted, and not applied.`;
  return `The rewrite to ${named(toText)} fits, but is ${state}: ${because}`;
}
