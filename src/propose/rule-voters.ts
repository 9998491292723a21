/** One voter for each kind of declarative rule. */
import { Problem } from "#core/errors.ts";
import type { Document } from "#core/item.ts";
import type { Rule } from "#core/project.ts";
import type { Evidence } from "#core/proposal.ts";
import { err, ok, type Result } from "#core/result.ts";
import { compileRegex } from "./safe-regex.ts";

/** Stretches shown per rule and item: more would paint the whole text. */
const EVIDENCE_MAX = 20;

/** A rule ready to run. `fires` is the fast path; `evidence` is only asked where it matched. */
export interface Voter {
  readonly rule: Rule;
  /** The label voted for, or null to abstain. */
  fires(document: Document): string | null;
  evidence(document: Document): Evidence[];
  /** Why it voted, for a person; called only where it fired. */
  because(document: Document): string;
}

/** What a rule reads: the text, or a named field; undefined where the document has no such field. */
function fieldOf(document: Document, field: string): string | number | boolean | undefined {
  if (field === "text") return document.text;
  return Object.hasOwn(document.fields, field) ? document.fields[field] : undefined;
}

function textOf(document: Document, field: string): string {
  const value = fieldOf(document, field);
  return typeof value === "string" ? value : value === undefined ? "" : String(value);
}

const whole = (field: string, text: string): Evidence[] => [{ field, start: 0, end: text.length }];

/** A problem that names the rule. */
export const refuse = (
  rule: Rule,
  title: string,
  detail: { expected: string; got: string },
): Problem => new Problem("bad-input", `Rule "${rule.id}": ${title}`, detail);

function regexVoter(rule: Extract<Rule, { kind: "regex" }>): Result<Voter, Problem> {
  const compiled = compileRegex(rule.pattern, rule.flags);
  if (!compiled.ok) {
    const { position, reason } = compiled.error;
    return err(
      refuse(rule, `the pattern does not compile: ${reason}, at character ${position + 1}`, {
        expected: "a regular expression in RE2 syntax",
        got: rule.pattern,
      }),
    );
  }
  const regex = compiled.value;
  return ok({
    rule,
    fires: (document) => (regex.test(textOf(document, rule.field)) ? rule.label : null),
    evidence: (document) =>
      regex
        .spans(textOf(document, rule.field), EVIDENCE_MAX)
        .map((span) => ({ field: rule.field, ...span })),
    because: () => rule.because ?? `The ${rule.field} matches ${rule.pattern}`,
  });
}

/** Scripts written without spaces between words: there a word has no edge to look for. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** A word or phrase as a whole, in any case, white space of any length between its words. */
function wordPattern(word: string): string {
  const trimmed = word.trim();
  const body = trimmed
    .split(/\s+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    .join("\\s+");
  const edge = (char: string | undefined) =>
    char !== undefined && /[\p{L}\p{N}_]/u.test(char) && !SPACELESS.test(char);
  const chars = Array.from(trimmed);
  return `${edge(chars[0]) ? "(?<![\\p{L}\\p{N}_])" : ""}${body}${edge(chars.at(-1)) ? "(?![\\p{L}\\p{N}_])" : ""}`;
}

function keywordsVoter(rule: Extract<Rule, { kind: "keywords" }>): Result<Voter, Problem> {
  const words = [...new Set(rule.words.map((word) => word.trim().toLowerCase()))];
  if (words.includes(""))
    return err(refuse(rule, "a word is blank", { expected: "words", got: "white space" }));
  if (rule.atLeast > words.length)
    return err(
      refuse(rule, "it can never fire", {
        expected: `"atLeast" of ${words.length} or less, the number of different words`,
        got: String(rule.atLeast),
      }),
    );
  // The engine's own regex: an alternation of literals cannot backtrack beyond the length of a word.
  const each = words.map((word) => new RegExp(wordPattern(word), "iu"));
  const longestFirst = words.toSorted((a, b) => b.length - a.length);
  const source = longestFirst.map(wordPattern).join("|");
  const any = new RegExp(source, "iu");
  const all = new RegExp(source, "giu");
  const present = (text: string) => words.filter((_, i) => each[i]?.test(text) === true);
  return ok({
    rule,
    fires: (document) => {
      const text = textOf(document, rule.field);
      if (!any.test(text)) return null;
      return rule.atLeast === 1 || present(text).length >= rule.atLeast ? rule.label : null;
    },
    evidence: (document) => {
      const spans: Evidence[] = [];
      for (const match of textOf(document, rule.field).matchAll(all)) {
        spans.push({ field: rule.field, start: match.index, end: match.index + match[0].length });
        if (spans.length === EVIDENCE_MAX) break;
      }
      return spans;
    },
    because: (document) =>
      rule.because ??
      `The ${rule.field} has ${present(textOf(document, rule.field))
        .map((word) => `"${word}"`)
        .join(", ")}`,
  });
}

function lookupVoter(rule: Extract<Rule, { kind: "lookup" }>): Result<Voter, Problem> {
  const table = new Map(
    Object.entries(rule.table).map(([value, label]) => [value.trim().toLowerCase(), label]),
  );
  if (table.size === 0)
    return err(refuse(rule, "its table is empty", { expected: "at least one value", got: "{}" }));
  return ok({
    rule,
    fires: (document) => table.get(textOf(document, rule.field).trim().toLowerCase()) ?? null,
    evidence: (document) => whole(rule.field, textOf(document, rule.field)),
    because: (document) =>
      rule.because ?? `The ${rule.field} is "${textOf(document, rule.field).trim()}"`,
  });
}

function numberVoter(rule: Extract<Rule, { kind: "number" }>): Result<Voter, Problem> {
  const { above = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY } = rule;
  if (rule.above === undefined && rule.below === undefined)
    return err(
      refuse(rule, "it has no bound", { expected: '"above", "below" or both', got: "neither" }),
    );
  if (above >= below)
    return err(
      refuse(rule, "it can never fire", {
        expected: '"above" less than "below"',
        got: `above ${above}, below ${below}`,
      }),
    );
  const bounds = [
    rule.above === undefined ? undefined : `above ${rule.above}`,
    rule.below === undefined ? undefined : `below ${rule.below}`,
  ];
  const said = bounds.filter((bound) => bound !== undefined).join(" and ");
  const numberOf = (document: Document): number => {
    const value = fieldOf(document, rule.field);
    if (typeof value === "number") return value;
    return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  };
  return ok({
    rule,
    // NaN is neither above nor below anything: a field that is no number abstains.
    fires: (document) => {
      const value = numberOf(document);
      return value > above && value < below ? rule.label : null;
    },
    evidence: (document) => whole(rule.field, textOf(document, rule.field)),
    because: (document) => rule.because ?? `The ${rule.field} is ${numberOf(document)}, ${said}`,
  });
}

/** A rule ready to run, or what is wrong with it. */
export function voterOf(rule: Rule): Result<Voter, Problem> {
  switch (rule.kind) {
    case "regex":
      return regexVoter(rule);
    case "keywords":
      return keywordsVoter(rule);
    case "lookup":
      return lookupVoter(rule);
    case "number":
      return numberVoter(rule);
  }
}
