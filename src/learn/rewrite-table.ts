import { fillMasks, maskKey, masksIn, normaliseUtterance } from "#correct/utterance.ts";

/** The locale of whoever does not say: "undetermined" in BCP 47. */
export const LOCALE_UNSTATED = "und";

/** A rewrite as it is applied. `fromKey`: a normalised utterance, numbers and e-mail addresses masked or not. */
export interface LiveRewrite {
  readonly id: string;
  readonly locale: string;
  readonly fromKey: string;
  /** Masks in it are filled, in order, with what the utterance has in their place. */
  readonly toText: string;
}

export interface RewriteTable {
  readonly size: number;
  /**
   * The rewrite of an utterance, masks filled in; undefined where there is none, or where it would say the same again.
   * One step: what a rewrite gives is not rewritten.
   */
  find(utterance: string, locale?: string): LiveRewrite | undefined;
}

/** Exact look-up by key. Of two rules with one key in one locale the first stands. */
export function rewriteTable(rules: Iterable<LiveRewrite>): RewriteTable {
  const locales = new Map<string, Map<string, LiveRewrite>>();
  let size = 0;
  for (const rule of rules) {
    let byKey = locales.get(rule.locale);
    if (byKey === undefined) {
      byKey = new Map();
      locales.set(rule.locale, byKey);
    }
    if (byKey.has(rule.fromKey)) continue;
    byKey.set(rule.fromKey, rule);
    size++;
  }
  return {
    size,
    find(utterance, locale = LOCALE_UNSTATED) {
      const byKey = locales.get(locale);
      if (byKey === undefined) return undefined;
      const key = normaliseUtterance(utterance);
      if (key === "") return undefined;
      const exact = byKey.get(key);
      if (exact !== undefined) return normaliseUtterance(exact.toText) === key ? undefined : exact;
      const { key: masked, masked: values } = maskKey(key);
      const rule = values.length === 0 ? undefined : byKey.get(masked);
      if (rule === undefined) return undefined;
      const filled = filledIn(rule, values);
      return filled === undefined || normaliseUtterance(filled.toText) === key ? undefined : filled;
    },
  };
}

/** Undefined where the target has other masks than the request: nothing is made up, and nothing goes missing. */
function filledIn(rule: LiveRewrite, values: readonly string[]): LiveRewrite | undefined {
  const wanted = masksIn(rule.toText);
  if (wanted.length === 0) return rule;
  const given = masksIn(rule.fromKey);
  if (wanted.length !== given.length || wanted.some((mask, at) => mask !== given[at]))
    return undefined;
  return { ...rule, toText: fillMasks(rule.toText, values) };
}
