import { rngOf } from "#core/rng.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { type LiveRewrite, LOCALE_UNSTATED, rewriteTable } from "#learn/rewrite-table.ts";
import {
  type Bench,
  type Figure,
  mustHold,
  quantile,
  type Rounds,
  roundsOf,
  timeMs,
} from "./harness.ts";

const RULES = 1_000_000;
const LOOK_UPS = 200_000;
const ROUNDS = 5;
const MICROSECONDS_MAX = 50;

const WORDS =
  "play put on the turn off light call open show find buy order blue river tower garden music song weather train alarm list news house market radio".split(
    " ",
  );

function makeRules(): LiveRewrite[] {
  const rng = rngOf("rewrite-bench");
  return Array.from({ length: RULES }, (_, i): LiveRewrite => {
    const words = Array.from({ length: 4 }, () => rng.pick(WORDS)).join(" ");
    const fromKey = normaliseUtterance(`${words} ${i.toString(36)}x`);
    return { id: `r${i}`, locale: LOCALE_UNSTATED, fromKey, toText: `${words} again` };
  });
}

/** Microseconds of one look-up, all rounds. */
async function perLookUp(work: () => number, hits: number): Promise<Rounds> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    let found = 0;
    const ms = await timeMs(() => {
      found = work();
    });
    mustHold(found === hits, `${hits} look-ups find a rewrite (${found} did)`);
    if (round > 0) times.push((1000 * ms) / LOOK_UPS);
  }
  return roundsOf(times);
}

async function run(): Promise<Figure[]> {
  const rules = makeRules();
  const table = rewriteTable(rules);
  const bare = new Map(rules.map((rule) => [rule.fromKey, rule]));
  const rng = rngOf("rewrite-bench-said");
  // Half of what is said has a rewrite; it comes worded as people word it.
  const said = Array.from({ length: LOOK_UPS }, (_, i) => {
    const key = rules[rng.int(rules.length)]?.fromKey ?? "";
    return i % 2 === 0 ? `Please ${key}!` : `${key} tomorrow, OK?`;
  });
  const keys = said.map(normaliseUtterance);
  const hits = keys.filter((key) => bare.has(key)).length;
  const ours = await perLookUp(() => said.filter((text) => table.find(text)).length, hits);
  const peer = await perLookUp(() => keys.filter((key) => bare.get(key)).length, hits);
  const each = said.slice(0, 20_000).map((text) => {
    const start = process.hrtime.bigint();
    table.find(text);
    return Number(process.hrtime.bigint() - start) / 1000;
  });
  return [
    {
      what: `rewrite of an utterance among ${table.size.toLocaleString("en")} rules`,
      ...ours,
      unit: "µs",
      better: "less",
      target: MICROSECONDS_MAX,
      peer: { name: "a bare Map, the key given", value: peer.ours },
      note: `normalising the utterance included; half of them have one; p99 ${quantile(each, 0.99).toFixed(1)} µs`,
    },
  ];
}

export const bench: Bench = {
  name: "rewrite",
  about: "Looking up the rewrite of what somebody said.",
  run,
};
