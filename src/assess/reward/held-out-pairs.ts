import { Problem } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";
import { clustersOf } from "#measure/bootstrap.ts";
import type { PairTable } from "./pair-table.ts";

/**
 * Pairs to check on: whole groups at random, as far as they fit into the share; the smallest where none
 * does. Throws a `bad-input` problem when all pairs are of one group.
 */
export function heldOutPairs({ groups }: PairTable, share: number, rng: Rng): ReadonlySet<number> {
  const members = clustersOf(groups);
  const [smallest] = [...members].sort((a, b) => a.length - b.length);
  if (members.length < 2 || smallest === undefined)
    throw new Problem(
      "bad-input",
      "All comparisons are of one prompt, or of the same two replies",
      {
        expected: "at least two different prompts or pairs of replies, one to check on",
        got: "one",
      },
    );
  const wanted = Math.ceil(share * groups.length);
  const held = new Set<number>();
  for (const group of rng.shuffle(members))
    if (held.size + group.length <= wanted) for (const pair of group) held.add(pair);
  return held.size > 0 ? held : new Set(smallest);
}
