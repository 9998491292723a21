import { setImmediate as turn } from "node:timers/promises";
import type { Lint, LintKind, LocalLinter } from "harper.js";
import { Problem } from "#core/errors.ts";
import type { Intent } from "#core/text.ts";
import { type Span, sentences } from "#correct/text/sentences.ts";
import type { EditCandidate, EditProposer } from "./proposer.ts";
import { outsideProtected } from "./protect.ts";

/** What each of Harper's kinds of remark is an edit for. A kind not here is `other`. */
const INTENT_OF: Readonly<Partial<Record<LintKind, Intent>>> = {
  Agreement: "fluency",
  BoundaryError: "fluency",
  Capitalization: "fluency",
  Eggcorn: "fluency",
  Formatting: "fluency",
  Grammar: "fluency",
  Malapropism: "fluency",
  Nonstandard: "fluency",
  Punctuation: "fluency",
  Repetition: "fluency",
  Spelling: "fluency",
  Typo: "fluency",
  WordOrder: "fluency",
  Enhancement: "clarity",
  Readability: "clarity",
  Redundancy: "clarity",
  Usage: "clarity",
  WordChoice: "clarity",
  Regionalism: "style",
  Style: "style",
};

/** Left to proposers of their own here, so that nothing is suggested twice under two names. */
const RULES_OFF = ["SpellCheck", "AnA"];

/** Of several ways to mend it the first is shown: the more there are, the less it can be trusted. */
const scoreOf = (suggestions: number): number => 0.5 + 0.3 / suggestions;

/** Harper is asked about whole sentences of about so many characters at a time: its cost grows faster than a text does. */
const PIECE_CHARS = 8_000;
/** One of 5,000 words is read; what goes on for longer without an end is no sentence. */
const SENTENCE_CHARS_MAX = 40_000;
/** Share of letters and blanks below which a stretch is no prose; on brackets alone Harper takes minutes. */
const PROSE_SHARE_MIN = 0.7;

/** Stretches of whole sentences that are worth reading. */
function piecesOf(text: string): Span[] {
  const pieces: Span[] = [];
  for (const { start, end } of sentences(text)) {
    const last = pieces.at(-1);
    if (last !== undefined && end - last.start <= PIECE_CHARS)
      pieces[pieces.length - 1] = { start: last.start, end };
    else pieces.push({ start, end });
  }
  return pieces.filter(
    ({ start, end }) => end - start <= SENTENCE_CHARS_MAX && isProse(text.slice(start, end)),
  );
}

function isProse(text: string): boolean {
  let prose = 0;
  for (const { 0: run } of text.matchAll(/[\p{L}\s]+/gu)) prose += run.length;
  return prose >= PROSE_SHARE_MIN * text.length;
}

/** Harper's `SuggestionKind`, whose values are not part of what the package can be asked without loading it. */
const INSERT_AFTER = 2;

/** `offset`: where what Harper read begins in the text. */
function candidateOf(text: string, lint: Lint, offset: number): EditCandidate | undefined {
  const suggestions = lint.suggestions();
  const [first] = suggestions;
  if (first === undefined) return undefined; // a remark without a remedy
  const span = lint.span();
  const from = span.start + offset;
  const end = span.end + offset;
  const put = first.get_replacement_text();
  const start = first.kind() === INSERT_AFTER ? end : from;
  const before = text.slice(start, end);
  if (before === put) return undefined;
  return {
    edit: { start, end, before, after: put },
    intent: INTENT_OF[lint.lint_kind() as LintKind] ?? "other",
    source: "grammar",
    rationale: lint.message(),
    score: scoreOf(suggestions.length),
  };
}

let started: Promise<LocalLinter> | undefined;

/** Grammar by Harper (`harper.js`), its rules and dictionary in the package: no network. About a second at first. */
export const grammarProposer: EditProposer = {
  source: "grammar",
  async propose(text, ctx) {
    started ??= startHarper();
    const linter = await started.catch((error: unknown) => {
      started = undefined; // the next one to ask tries again
      throw error;
    });
    const found: (EditCandidate | undefined)[] = [];
    for (const { start, end } of piecesOf(text)) {
      const lints = await linter.lint(text.slice(start, end), { language: "plaintext" });
      found.push(...lints.map((lint) => candidateOf(text, lint, start)));
      for (const lint of lints) lint.free();
      await turn(); // others have their turn between two pieces, who cancels among them
      ctx.signal.throwIfAborted();
    }
    return outsideProtected(
      text,
      found
        .filter((candidate) => candidate !== undefined)
        .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end),
    );
  },
};

async function startHarper(): Promise<LocalLinter> {
  try {
    const [{ LocalLinter }, { binary }] = await Promise.all([
      import("harper.js"),
      import("harper.js/binary"),
    ]);
    const linter = new LocalLinter({ binary });
    await linter.setup();
    const config = await linter.getLintConfig();
    await linter.setLintConfig({
      ...config,
      ...Object.fromEntries(RULES_OFF.map((rule) => [rule, false])),
    });
    return linter;
  } catch (error) {
    throw new Problem("unavailable", "The grammar checker does not start", {
      got: error instanceof Error ? error.message : String(error),
    });
  }
}
