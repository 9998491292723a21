import { RE2JS, RE2JSException } from "re2js";
import { err, ok, type Result } from "#core/result.ts";

/** A person's own pattern, matched in time linear in the text whatever the pattern is. */
export interface SafeRegex {
  test(text: string): boolean;
  /** The first `limit` non-empty matches: UTF-16 offsets, start inclusive, end exclusive. */
  spans(text: string, limit: number): { readonly start: number; readonly end: number }[];
}

export interface RegexError {
  /** 0-based offset into the pattern. */
  readonly position: number;
  readonly reason: string;
}

/** What other engines know and a linear-time engine cannot: found first, so that the message can say so. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/^\(\?=|^\(\?!/, "look-ahead is not supported: matching would no longer be linear in the text"],
  [
    /^\(\?<=|^\(\?<!/,
    "look-behind is not supported: matching would no longer be linear in the text",
  ],
  [/^\\[1-9]|^\\k</, "back-references are not supported: matching them can take for ever"],
  [
    /^\(\?>|^[*+?}]\+/,
    "atomic groups and possessive repeats are not supported, and not needed here",
  ],
];

/** Visits each construct outside character classes with the offset it begins at. */
function* constructs(pattern: string): Generator<number> {
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (!inClass) yield i;
    if (char === "\\") i++;
    else if (char === "[" && !inClass) inClass = true;
    else if (char === "]") inClass = false;
  }
}

function unsupported(pattern: string): RegexError | undefined {
  for (const position of constructs(pattern)) {
    const rest = pattern.slice(position, position + 4);
    const found = UNSUPPORTED.find(([start]) => start.test(rest));
    if (found !== undefined) return { position, reason: found[1] };
  }
  return undefined;
}

/** Offset of the first group that is never closed. */
function unclosedGroup(pattern: string): number {
  const open: number[] = [];
  for (const i of constructs(pattern)) {
    if (pattern[i] === "(") open.push(i);
    else if (pattern[i] === ")") open.pop();
  }
  return open[0] ?? 0;
}

function syntaxError(pattern: string, error: RE2JSException): RegexError {
  const said = error as RE2JSException & { error?: unknown; input?: unknown };
  const reason = typeof said.error === "string" ? said.error : error.message;
  if (reason.startsWith("missing closing )"))
    return { position: unclosedGroup(pattern), reason: 'a group "(" is never closed' };
  if (reason.startsWith("trailing backslash"))
    return { position: pattern.length - 1, reason: "a backslash at the end escapes nothing" };
  const fragment = typeof said.input === "string" ? said.input : "";
  const shown = fragment === "" || fragment.startsWith("(?") ? "" : ` "${fragment}"`;
  return { position: Math.max(0, pattern.indexOf(fragment)), reason: `${reason}${shown}` };
}

/**
 * Compiled programs beyond this are refused: time is linear in the text and in the program, and `(.{0,30}x?){30}` is
 * short to write and long to run. At this size the stretches of 4,000 characters are found in about 0.2 s.
 */
const PROGRAM_SIZE_MAX = 1_000;

/** `flags`: any of `i`, `m`, `s` (core `Rule`). Syntax: RE2, with JavaScript's spellings of it. */
export function compileRegex(pattern: string, flags: string): Result<SafeRegex, RegexError> {
  const refused = unsupported(pattern);
  if (refused !== undefined) return err(refused);
  const mode =
    (flags.includes("i") ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes("m") ? RE2JS.MULTILINE : 0) |
    (flags.includes("s") ? RE2JS.DOTALL : 0);
  try {
    const regex = RE2JS.compile(RE2JS.translateRegExp(pattern), mode);
    if (regex.programSize() > PROGRAM_SIZE_MAX)
      return err({
        position: 0,
        reason: `the pattern expands to ${regex.programSize()} steps, at most ${PROGRAM_SIZE_MAX} are run`,
      });
    return ok({
      test: (text) => regex.test(text),
      spans: (text, limit) => {
        const matcher = regex.matcher(text);
        const found: { start: number; end: number }[] = [];
        while (found.length < limit && matcher.find())
          if (matcher.end() > matcher.start())
            found.push({ start: matcher.start(), end: matcher.end() });
        return found;
      },
    });
  } catch (error) {
    if (error instanceof RE2JSException) return err(syntaxError(pattern, error));
    throw error;
  }
}
