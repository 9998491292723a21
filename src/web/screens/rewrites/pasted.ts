/** What a person pastes to replay: one request, or a session in whatever form it was at hand. */

const LINES_MAX = 50;

export interface Pasted {
  readonly utterances: readonly string[];
  /** Lines beyond the most that are replayed at once. */
  readonly left: number;
}

/** The utterance of a line that is a turn as JSON; undefined where it is none. */
function ofJson(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const { utterance } = value as { utterance?: unknown };
    return typeof utterance === "string" ? utterance.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** One utterance a line; lines of turns as JSON give theirs, blank ones nothing. */
export function utterancesOf(pasted: string): Pasted {
  const utterances = pasted
    .split(/\r?\n/)
    .map((line) => line.trim())
    .map((line) => ofJson(line) ?? line)
    .filter((line) => line !== "");
  return {
    utterances: utterances.slice(0, LINES_MAX),
    left: Math.max(0, utterances.length - LINES_MAX),
  };
}

/** The word of an utterance that tells most: what its rewrites are looked for by. */
export const longestWord = (utterance: string): string =>
  (utterance.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).reduce(
    (longest, word) => (word.length > longest.length ? word : longest),
    "",
  );
