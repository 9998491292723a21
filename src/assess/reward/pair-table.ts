import { Problem } from "#core/errors.ts";
import type { PairRow, Side } from "./pair-row.ts";
import { type Reply, specOf } from "./reply-features.ts";

/** Comparisons made ready: replies 2p and 2p + 1 are the chosen and the other of pair p. */
export interface PairTable {
  readonly ids: readonly string[];
  readonly replies: readonly Reply[];
  /** [pairs] pairs that share a prompt, or the same two replies, share a group. */
  readonly groups: readonly string[];
  readonly counts: {
    readonly given: number;
    readonly used: number;
    readonly ties: number;
    readonly equal: number;
    readonly duplicates: number;
    readonly contradicting: number;
  };
  readonly warnings: readonly string[];
}

/** Fewer comparisons than this cannot be split into some to learn from and some to check on. */
const PAIRS_MIN = 10;

const keyOf = (side: Side): string =>
  typeof side === "string"
    ? side
    : JSON.stringify(Object.entries(side).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The preferred reply and the other; null for a tie. The schema has seen that both are there. */
function sidesOf({ chosen, rejected, answers, preference }: PairRow): [Side, Side] | null {
  if (chosen !== undefined && rejected !== undefined) return [chosen, rejected];
  const [first, second] = answers ?? [];
  if (first === undefined || second === undefined || preference === null) return null;
  return preference === 0 ? [first, second] : [second, first];
}

/**
 * Leaves out ties and comparisons of two equal replies, which say nothing; keeps repeated and
 * contradicting ones, which say how sure people are. Throws a `bad-input` problem when too few are
 * left.
 */
export function pairTable(rows: readonly PairRow[]): PairTable {
  const ids: string[] = [];
  const replies: Reply[] = [];
  const groups: string[] = [];
  const seen = new Map<string, { kept: number; turned: number }>();
  let [ties, equal, duplicates] = [0, 0, 0];
  rows.forEach((pair, at) => {
    const sides = sidesOf(pair);
    if (sides === null) {
      ties++;
      return;
    }
    const prompt = pair.prompt ?? "";
    const [chosen, rejected] = [keyOf(sides[0]), keyOf(sides[1])];
    if (chosen === rejected) {
      equal++;
      return;
    }
    const forwards = chosen < rejected;
    const key = JSON.stringify([prompt, ...(forwards ? [chosen, rejected] : [rejected, chosen])]);
    const before = seen.get(key) ?? { kept: 0, turned: 0 };
    if ((forwards ? before.kept : before.turned) > 0) duplicates++;
    seen.set(key, {
      kept: before.kept + (forwards ? 1 : 0),
      turned: before.turned + (forwards ? 0 : 1),
    });
    ids.push(pair.id ?? String(at + 1));
    groups.push(prompt === "" ? key : prompt);
    for (const side of sides) replies.push({ side, prompt, row: at + 1 });
  });
  const contradicting = [...seen.values()].filter(({ kept, turned }) => kept * turned > 0).length;
  const counts = { given: rows.length, used: ids.length, ties, equal, duplicates, contradicting };
  if (ids.length < PAIRS_MIN)
    throw new Problem("bad-input", "Too few comparisons to learn from", {
      expected: `at least ${PAIRS_MIN} comparisons of two different replies`,
      got: `${ids.length} of ${rows.length} rows (${ties} ties, ${equal} of two equal replies)`,
    });
  return { ids, replies, groups, counts, warnings: warningsOf(counts) };
}

function warningsOf({ ties, equal, duplicates, contradicting }: PairTable["counts"]): string[] {
  const say = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}`]);
  return [
    ...say(ties, "ties were left out: nothing is preferred in them."),
    ...say(equal, "comparisons of two equal replies were left out."),
    ...say(duplicates, "comparisons repeat an earlier one; they were kept and count again."),
    ...say(contradicting, "pairs of replies were judged both ways; both were kept, as noise is."),
  ];
}

/** How replies of the table are to be read. */
export const tableSpec = ({ replies }: PairTable, buckets: number) => specOf(replies, buckets);
