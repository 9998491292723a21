import {
  applyPatch,
  createTwoFilesPatch,
  formatPatch,
  parsePatch,
  type StructuredPatch,
} from "diff";
import { Problem, quoted } from "#core/errors.ts";

/** Lines put in or taken out up to which the smallest difference is looked for. */
const LINES_CHANGED_MAX = 1_000;
const NO_LINE_END = "\\ No newline at end of file";

/** Lines of one side with their mark; the last says so where no line feed ends it. */
function marked(text: string, mark: "+" | "-"): string[] {
  if (text === "") return [];
  const lines = text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => mark + line);
  return text.endsWith("\n") ? lines : [...lines, NO_LINE_END];
}

/** The whole of one text in place of the whole of the other. */
function wholly(before: string, after: string, name: string): StructuredPatch {
  const [removed, added] = [marked(before, "-"), marked(after, "+")];
  const count = (lines: readonly string[]) => lines.filter((line) => line !== NO_LINE_END).length;
  const hunk = {
    oldStart: 1,
    oldLines: count(removed),
    newStart: 1,
    newLines: count(added),
    lines: [...removed, ...added],
  };
  return {
    oldFileName: name,
    newFileName: name,
    oldHeader: undefined,
    newHeader: undefined,
    hunks: [hunk],
  };
}

/** A unified diff from one text to the other, three lines around each change; line ends are kept as they are. */
export function unifiedDiff(before: string, after: string, name: string): string {
  // A name must not end its line.
  const file = name.replace(/[\r\n\t]+/g, " ");
  const patch = createTwoFilesPatch(file, file, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: LINES_CHANGED_MAX,
  });
  return patch ?? formatPatch(wholly(before, after, file));
}

function notADiff(got: string): Problem {
  const line = /line (\d+)/i.exec(got)?.[1];
  return new Problem("bad-input", "The patch is not a unified diff", {
    expected: "--- and +++ with the files' names, then hunks that begin with @@",
    got,
    ...(line === undefined ? {} : { at: { line: Number(line) } }),
  });
}

function parse(patch: string): StructuredPatch[] {
  try {
    return parsePatch(patch);
  } catch (error) {
    throw notADiff(error instanceof Error ? error.message : String(error));
  }
}

/** The text a unified diff of it leads to. Nothing is guessed: each line must stand where the diff has it. */
export function applyUnifiedDiff(text: string, patch: string): string {
  const [only, another] = parse(patch);
  if (only === undefined || another !== undefined)
    throw new Problem("bad-input", "The patch is not of one file", {
      expected: "a unified diff of one file",
      got: another === undefined ? "none" : "several files",
    });
  if (only.hunks.length === 0 && only.oldFileName === undefined)
    throw notADiff(quoted(patch.slice(0, 80)));
  const patched = applyPatch(text, only, { fuzzFactor: 0, autoConvertLineEndings: false });
  if (patched === false)
    throw new Problem("conflict", "The patch does not fit the text", {
      expected: `the lines of its ${only.hunks.length} hunks`,
      got: "a text without them",
      hint: "It was made against another version of the text.",
    });
  return patched;
}
