/** Users of an assistant at work: they ask, and where it fails they give up, want something else, or say it otherwise. */
import type { TurnSignals, UserTurn } from "#core/rewrite.ts";
import type { Rng } from "#core/rng.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import type { Assistant, Form, Intent } from "./assistant.ts";
import { typosOf, worded } from "./requests.ts";

/** How people behave, and what of it a log shows. */
export interface Behaviour {
  /** After a failure. What remains is to say it otherwise. */
  readonly giveUp: number;
  readonly changeTopic: number;
  /** Ranks by which the next wording is better, each as likely. */
  readonly steps: readonly number[];
  /** Turns of one session. */
  readonly turnsMax: number;
  /** A failure the assistant knows of, and says so. */
  readonly errorShown: number;
  /** Another failure that the user cuts off; and a success that is cut off all the same. */
  readonly bargeIn: number;
  readonly bargeInOnSuccess: number;
  /** Seconds between turns, and the probability that it takes minutes. */
  readonly pauseSeconds: readonly [least: number, most: number];
  readonly slow: number;
}

export const BEHAVIOUR: Behaviour = {
  giveUp: 0.3,
  changeTopic: 0.08,
  steps: [-1, 0, 1, 1, 1, 2],
  turnsMax: 12,
  errorShown: 0.6,
  bargeIn: 0.3,
  bargeInOnSuccess: 0.02,
  pauseSeconds: [3, 20],
  slow: 0.02,
};

/** What stands between user and assistant: what an utterance is answered as, or held out from. */
export type Rewriter = (
  utterance: string,
) =>
  | { readonly text: string; readonly rewrite: Omit<NonNullable<UserTurn["rewrite"]>, "original"> }
  | undefined;

export interface SessionsOptions {
  readonly sessions: number;
  readonly users: number;
  /** When the first begins, and milliseconds from the begin of one to that of the next. */
  readonly startMs: number;
  readonly everyMs: number;
  readonly behaviour?: Behaviour;
  readonly rewriter?: Rewriter;
}

/** What was true of a turn, for scoring. */
export interface Truth {
  readonly success: boolean;
  /** The first time the user says what they want. */
  readonly first: boolean;
}

export interface SimulatedSessions {
  /** Each user's in order; what a log has. */
  readonly turns: UserTurn[];
  /** [turns] */
  readonly truth: Truth[];
}

function signalsOf(success: boolean, behaviour: Behaviour, rng: Rng): TurnSignals | undefined {
  if (success) return rng.bernoulli(behaviour.bargeInOnSuccess) ? { bargeIn: true } : undefined;
  if (rng.bernoulli(behaviour.errorShown)) return { error: true };
  return rng.bernoulli(behaviour.bargeIn) ? { bargeIn: true } : undefined;
}

/** Draws intents, and wordings to begin with, in proportion: by bisection of the running sum. */
function chooser(shares: readonly number[]): (rng: Rng) => number {
  let sum = 0;
  const running = shares.map((share) => {
    sum += share;
    return sum;
  });
  return (rng) => {
    const at = rng.uniform() * sum;
    let [low, high] = [0, running.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((running[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

const MS = 1_000;

/** What is said for a wording: with its small differences, and now and then a typo. */
function sayingOf({ text }: Form, typoShare: number, rng: Rng): string {
  return rng.bernoulli(typoShare) ? rng.pick(typosOf(text)) : worded(text, rng);
}

export function simulateSessions(
  assistant: Assistant,
  options: SessionsOptions,
  rng: Rng,
): SimulatedSessions {
  const { intents, options: world } = assistant;
  const { sessions, users, startMs, everyMs, behaviour = BEHAVIOUR, rewriter } = options;
  const chooseIntent = chooser(intents.map(({ share }) => share));
  const chooseForm = intents.map(({ forms }) => chooser(forms.map(({ first }) => first)));
  const byKey = intents.map(({ forms }) => new Map(forms.map((form) => [form.key, form])));
  const turns: UserTurn[] = [];
  const truth: Truth[] = [];
  const [pauseLeast, pauseMost] = behaviour.pauseSeconds;

  const start = () => {
    const intent = chooseIntent(rng);
    return { intent, rank: chooseForm[intent]?.(rng) ?? 0 };
  };

  for (let session = 0; session < sessions; session++) {
    const userId = `u${session % users}`;
    let ts = startMs + session * everyMs;
    let { intent, rank } = start();
    let first = true;
    for (let said = 0; said < behaviour.turnsMax; said++) {
      const form = (intents[intent] as Intent).forms[rank] as Form;
      const utterance = sayingOf(form, world.typoShare, rng);
      const rewritten = rewriter?.(utterance);
      const answered = rewritten?.rewrite.arm === "treated" ? rewritten.text : undefined;
      const probability =
        answered === undefined
          ? form.success
          : (byKey[intent]?.get(normaliseUtterance(answered))?.success ?? 0);
      const success = rng.bernoulli(probability);
      const signals = signalsOf(success, behaviour, rng);
      turns.push({
        id: `${startMs}-${session}-${said}`,
        userId,
        ts,
        utterance: answered ?? utterance,
        interpretation: form.interpretation,
        ...(signals && { signals }),
        ...(rewritten && { rewrite: { ...rewritten.rewrite, original: utterance } }),
      });
      truth.push({ success, first });
      if (success) break;
      const next = rng.uniform();
      if (next < behaviour.giveUp) break;
      first = next < behaviour.giveUp + behaviour.changeTopic;
      if (first) ({ intent, rank } = start());
      else {
        const forms = (intents[intent] as Intent).forms.length;
        rank = Math.min(forms - 1, Math.max(0, rank + rng.pick(behaviour.steps)));
      }
      const pause = pauseLeast + (pauseMost - pauseLeast) * rng.uniform();
      ts += Math.round(MS * (rng.bernoulli(behaviour.slow) ? 10 * pause : pause));
    }
  }
  return { turns, truth };
}
