import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { diffWordsWithSpace } from "diff";
import { z } from "zod";
import { type Rng, rngOf } from "#core/rng.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { wordDiff } from "#correct/text/word-diff.ts";
import { levenshtein } from "#measure/text/levenshtein.ts";
import { abba, type Bench, type Figure, mustHold, perSecond, repeat } from "./harness.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";

/** Lengths of the texts, how many pairs of each, and what is to be reached. */
const SIZES = [
  { characters: 135, pairs: 1_000 },
  { characters: 1_400, pairs: 300, distances: 15_000, edits: 20_000 },
  { characters: 7_000, pairs: 60, distances: 600 },
] as const;
/** Passes over the pairs in a round, so that one lasts a tenth of a second or more. */
const PASSES = 5;
const ROUNDS = 5;
const VOCABULARY = 2_000;

const script = `
import json, sys, time, statistics
from importlib.metadata import version
from rapidfuzz.distance import Levenshtein

def timed(function, pairs):
    def work():
        for _ in range(${PASSES}):
            for a, b in pairs:
                function(a, b)
    work()
    seconds = []
    for _ in range(${ROUNDS}):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)

out = []
for pairs in json.load(open(sys.argv[1])):
    words = [(a.split(), b.split()) for a, b in pairs]
    out.append({
        "distances": [Levenshtein.distance(a, b) for a, b in pairs],
        "s": timed(Levenshtein.distance, pairs),
        "operationsS": timed(lambda a, b: Levenshtein.editops(a.split(), b.split()), pairs)})
print(json.dumps({"version": version("rapidfuzz"), "sizes": out}))
`;
const Peers = z.object({
  version: z.string(),
  sizes: z.array(z.object({ distances: z.array(z.int()), s: z.number(), operationsS: z.number() })),
});

type Pair = readonly [before: string, after: string];

/** Words with the lengths of English ones. */
const vocabularyOf = (rng: Rng): string[] =>
  Array.from({ length: VOCABULARY }, () =>
    Array.from({ length: 2 + rng.int(9) }, () => "etaoinshrdlucmfw"[rng.int(16)]).join(""),
  );

/** A text, and one with 5 to 30 % of its words taken out, put in, replaced or misspelt. Common words are common. */
function pairOf(rng: Rng, vocabulary: readonly string[], characters: number): Pair {
  const draw = () => vocabulary[rng.int(1 + rng.int(VOCABULARY))] ?? "";
  const before: string[] = [];
  for (let length = 0; length < characters; length += (before.at(-1)?.length ?? 0) + 1)
    before.push(draw());
  const share = 0.05 + 0.25 * rng.uniform();
  const after = before.flatMap((word) => {
    if (!rng.bernoulli(share)) return [word];
    return [[], [word, draw()], [draw()], [`${word.slice(1)}e`]][rng.int(4)] ?? [];
  });
  return [before.join(" "), after.join(" ")];
}

/** The same text again, from what jsdiff says of it. */
const rejoined = (before: string, after: string): string =>
  diffWordsWithSpace(before, after)
    .filter(({ removed }) => !removed)
    .map(({ value }) => value)
    .join("");

const overAll =
  (pairs: readonly Pair[], work: (before: string, after: string) => unknown) => () => {
    for (let pass = 0; pass < PASSES; pass++)
      for (const [before, after] of pairs) work(before, after);
  };

export const bench: Bench = {
  name: "text-diff",
  about: "Differences and distances of seeded texts that differ in 5 to 30 % of their words",
  async run(log) {
    const rng = rngOf("bench/text-diff");
    const vocabulary = vocabularyOf(rng.split("vocabulary"));
    const all = SIZES.map(({ characters, pairs }) => {
      const draws = rng.split(`pairs-${characters}`);
      return Array.from({ length: pairs }, () => pairOf(draws, vocabulary, characters));
    });
    log("rapidfuzz");
    const peers = await inTempFolder(async (folder) => {
      const file = join(folder, "pairs.json");
      writeFileSync(file, JSON.stringify(all));
      return runPeer("text-diff", ["rapidfuzz"], { script, args: [file], schema: Peers });
    });
    const figures: Figure[] = [];
    for (const [i, size] of SIZES.entries()) {
      const pairs = all[i] ?? [];
      const peer = "value" in peers ? peers.value.sizes[i] : undefined;
      for (const [j, [before, after]] of pairs.entries()) {
        const distance = levenshtein(before, after);
        if (peer !== undefined)
          mustHold(
            distance === peer.distances[j],
            `pair ${j} is ${distance} apart, for rapidfuzz ${peer.distances[j]}`,
          );
        mustHold(applyEdits(before, wordDiff(before, after)) === after, `edits of pair ${j}`);
        mustHold(rejoined(before, after) === after, `jsdiff's edits of pair ${j}`);
      }
      const count = pairs.length * PASSES;
      const length = `${size.characters.toLocaleString("en")} characters`;
      const rate = { unit: "pairs/s", better: "more" } as const;
      const name = "value" in peers ? `rapidfuzz ${peers.value.version}` : "";
      log(`${length}: distances`);
      figures.push({
        what: `distance by characters, ${length}`,
        ...perSecond(count, await repeat(overAll(pairs, levenshtein), ROUNDS)),
        ...rate,
        ...("distances" in size ? { target: size.distances } : {}),
        ...(peer === undefined
          ? { skipped: "skipped" in peers ? peers.skipped : "no figure" }
          : { peer: { name, value: count / peer.s } }),
        note: "each distance equal",
      });
      log(`${length}: edits`);
      const edits = await abba(
        overAll(pairs, wordDiff),
        overAll(pairs, diffWordsWithSpace),
        ROUNDS,
      );
      figures.push({
        what: `edits by words, ${length}`,
        ...perSecond(count, edits.a),
        ...rate,
        ...("edits" in size ? { target: size.edits } : {}),
        peer: { name: "jsdiff by words and blanks", value: perSecond(count, edits.b).ours },
        note:
          peer === undefined
            ? "each gives the other text"
            : `each gives the other text; rapidfuzz ${Math.round(count / peer.operationsS).toLocaleString("en")}/s, split by blanks`,
      });
    }
    return figures;
  },
};
