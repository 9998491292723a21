/**
 * An assistant and its users, made up: what they want, how they word it, how often each wording works. Who learns from
 * the sessions sees what a log has and nothing else; what is true is here to score with.
 */
import type { Interpretation } from "#core/rewrite.ts";
import type { Rng } from "#core/rng.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { typosOf, type Wording, wordingsOf } from "./requests.ts";

export interface AssistantOptions {
  /** Things users want. */
  readonly intents: number;
  /** Exponent of how unevenly often they are wanted. */
  readonly zipf: number;
  /** Wordings of each. */
  readonly forms: number;
  /** Share of the two worst wordings that are some other intent's too. */
  readonly ambiguousShare: number;
  /** Probability that a letter is lost in typing. */
  readonly typoShare: number;
}

export const ASSISTANT: AssistantOptions = {
  intents: 400,
  zipf: 1.05,
  forms: 6,
  ambiguousShare: 0.15,
  typoShare: 0.03,
};

/** One wording of one intent. */
export interface Form {
  readonly text: string;
  readonly key: string;
  readonly interpretation: Interpretation;
  /** Probability that the assistant gets it right, for somebody who wants this. */
  readonly success: number;
  /** Probability that it is the wording a user begins with. */
  readonly first: number;
}

/** What a user can want, its wordings from the one that works least to the one that works best. */
export interface Intent {
  /** Share of all requests. */
  readonly share: number;
  readonly forms: readonly Form[];
}

export interface Assistant {
  readonly options: AssistantOptions;
  readonly intents: readonly Intent[];
}

const beta = (a: number, b: number, rng: Rng): number => {
  const x = rng.gamma(a);
  return x / (x + rng.gamma(b));
};

/** Success of the wordings, ascending: Beta(0.6, 0.9), the best uniform between 0.85 and 0.98 and none above it. */
function successes(forms: number, rng: Rng): number[] {
  const best = 0.85 + 0.13 * rng.uniform();
  const others = Array.from({ length: forms - 1 }, () => Math.min(best, beta(0.6, 0.9, rng)));
  return [...others.sort((a, b) => a - b), best];
}

function dirichlet(n: number, rng: Rng): number[] {
  const drawn = Array.from({ length: n }, () => rng.gamma(1));
  const total = drawn.reduce((sum, x) => sum + x, 0);
  return drawn.map((x) => x / total);
}

/** How many of the worst wordings may be another intent's too. */
const AMBIGUOUS_RANKS = 2;

export function makeAssistant(rng: Rng, options: AssistantOptions = ASSISTANT): Assistant {
  const { intents: count, forms, zipf, ambiguousShare } = options;
  const taken = new Set<string>();
  const wordings = Array.from({ length: count }, (_, i) =>
    wordingsOf(forms, taken, rng.split(`wordings-${i}`)),
  );
  const shared = rng.split("ambiguous");
  const texts: Wording[][] = wordings.map((own) => [...own]);
  texts.forEach((own, i) => {
    for (let rank = 0; rank < AMBIGUOUS_RANKS; rank++) {
      if (!shared.bernoulli(ambiguousShare)) continue;
      const other = wordings[(i + 1 + shared.int(count - 1)) % count];
      own[rank] = other?.[shared.int(AMBIGUOUS_RANKS)] as Wording; // each has as many forms
    }
  });
  const weights = Array.from({ length: count }, (_, i) => (i + 1) ** -zipf);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const draws = rng.split("success");
  return {
    options,
    intents: texts.map((own, i): Intent => {
      const success = successes(forms, draws);
      const first = dirichlet(forms, draws);
      return {
        share: (weights[i] as number) / total,
        forms: own.map(({ text, interpretation }, rank) => ({
          text,
          key: normaliseUtterance(text),
          interpretation,
          success: success[rank] as number,
          first: first[rank] as number,
        })),
      };
    }),
  };
}

/** The assistant after some wordings stopped working: a catalogue that changed. */
export const withBroken = (
  of: Assistant,
  keys: ReadonlySet<string>,
  success: number,
): Assistant => ({
  ...of,
  intents: of.intents.map((intent) => ({
    ...intent,
    forms: intent.forms.map((form) => (keys.has(form.key) ? { ...form, success } : form)),
  })),
});

/** What rewriting does to first requests, exactly: sums over all users, intents, wordings and typos. */
export interface Effect {
  /** Probability that a request goes wrong, as it is said and after rewriting. */
  readonly defectBefore: number;
  readonly defectAfter: number;
  /** Probability that a request is rewritten, and fails as said and works rewritten; and the other way round. */
  readonly rewritten: number;
  readonly win: number;
  readonly loss: number;
  /** Share of rewritten requests that work more often rewritten than as said. */
  readonly better: number;
}

/** A request as it may be said: an intent's wording, or that with a typo. */
export interface Saying {
  readonly intent: Intent;
  readonly key: string;
  readonly probability: number;
  readonly success: number;
}

/** All there is to be said, with its probability. */
export const sayingsOf = ({ intents, options: { typoShare } }: Assistant): Saying[] =>
  intents.flatMap((intent) =>
    intent.forms.flatMap(({ text, key, success, first }): Saying[] => {
      const probability = intent.share * first;
      const typos = typosOf(text);
      const each = (probability * typoShare) / typos.length;
      return [
        { intent, key, probability: probability * (1 - typoShare), success },
        ...typos.map((typo) => ({
          intent,
          key: normaliseUtterance(typo),
          probability: each,
          success,
        })),
      ];
    }),
  );

/**
 * @param rewrite the key that a key is rewritten to, or undefined. What is a wording of another intent, or of none,
 * works for nobody who wants this one.
 */
export function effectOf(
  sayings: readonly Saying[],
  rewrite: (key: string) => string | undefined,
): Effect {
  let [defectBefore, change, rewritten, win, loss, better] = [0, 0, 0, 0, 0, 0];
  for (const { intent, key, probability, success } of sayings) {
    defectBefore += probability * (1 - success);
    const to = rewrite(key);
    if (to === undefined) continue;
    const after = intent.forms.find((form) => form.key === to)?.success ?? 0;
    rewritten += probability;
    win += probability * (1 - success) * after;
    loss += probability * success * (1 - after);
    change += probability * (success - after);
    better += after > success ? probability : 0;
  }
  return {
    defectBefore,
    defectAfter: defectBefore + change,
    rewritten,
    win,
    loss,
    better: rewritten === 0 ? 0 : better / rewritten,
  };
}

/** For each key the wording that works most often over all who say it: what could be reached by one target a key. */
export function bestRewrites(sayings: readonly Saying[]): Map<string, string> {
  const gains = new Map<string, Map<string, number>>();
  for (const { intent, key, probability, success } of sayings) {
    const best = intent.forms.at(-1);
    if (best === undefined) continue;
    const byTarget = gains.get(key) ?? new Map<string, number>();
    gains.set(key, byTarget);
    const gain = probability * (best.success - success);
    byTarget.set(best.key, (byTarget.get(best.key) ?? 0) + gain);
  }
  for (const { intent, key, probability, success } of sayings) {
    const byTarget = gains.get(key) ?? new Map<string, number>();
    // Whoever wants something else than the target's is failed by it.
    for (const [target, gain] of byTarget)
      if (target !== intent.forms.at(-1)?.key) byTarget.set(target, gain - probability * success);
  }
  const best = new Map<string, string>();
  for (const [key, byTarget] of gains) {
    const [top] = [...byTarget].sort(([, a], [, b]) => b - a);
    if (top !== undefined && top[1] > 0 && top[0] !== key) best.set(key, top[0]);
  }
  return best;
}
