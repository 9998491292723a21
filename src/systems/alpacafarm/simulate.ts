import { z } from "zod";
import { type AnnotatorNoise, COMPARISONS_MIN, fitAnnotator } from "#assess/annotator-noise.ts";
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import { endpointFromEnv } from "#propose/endpoint-from-env.ts";
import { poolAgreement } from "./agreement.ts";
import { exampleScored } from "./example.ts";
import { lawPool, modelPool, type PoolMember, VARIANTS, Variant } from "./pool.ts";
import { codingOf, FarmRow, questionOf, type SecondWins } from "./rows.ts";

const PAIRS_MAX = 100_000;
/** Longer outputs are cut before a model sees them, and counted. */
const OUTPUT_CHARS_MAX = 8_000;
/** Who said it, in a file: people have other names. */
const POOL_PREFIX = "pool-";
const SIZE = 13;

const Noise = z.strictObject({
  temperature: z.number().positive().describe("in units of your scores"),
  flipRate: z.number().min(0).max(0.5),
  positionBias: z.number(),
  lengthBias: z.number().describe("in units of your scores, for each character"),
});

export const SimulateInput = z.strictObject({
  pairs: z.array(FarmRow).min(1).max(PAIRS_MAX),
  judge: z
    .enum(["model", "scores"])
    .default("scores")
    .describe("model: the configured language model; scores: your worth_1 and worth_2"),
  pool: z.array(Variant).min(1).max(50).optional().describe("thirteen where absent"),
  noise: Noise.optional().describe("of the pool judging by scores; fitted to people where absent"),
  flipRate: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.25)
    .describe("labels turned around on top, as for training; 0 for an evaluator"),
  tokensMax: z.int().positive().optional().describe("stop before more tokens than this are used"),
  pricePerMillionTokens: z.number().nonnegative().default(0),
  seed: z.int().nonnegative().default(1),
});

const Share = z.strictObject({ value: z.number(), interval: Interval });
export const SimulateOutput = z.strictObject({
  /** What people said, coded 1 and 2, and what the pool did. Given back to the operation it goes on. */
  rows: z.array(FarmRow),
  report: z.strictObject({
    pairs: z.int(),
    judged: z.int(),
    kept: z.int(),
    ties: z.int(),
    /** Neither or both named, twice. */
    dropped: z.int(),
    cut: z.int(),
    /** Why it stopped before the end; null when it did not. */
    stopped: z.string().nullable(),
    /** Share of the pairs judged. They were taken in random order, so they stand for all. */
    share: z.number(),
    tokens: z.number(),
    cost: z.number(),
    agreement: z
      .strictObject({
        pairs: z.int(),
        peoplePeople: Share,
        poolPeople: Share,
        difference: Share,
        validated: z.boolean(),
      })
      .nullable(),
  }),
  warnings: z.array(z.string()),
});
type Output = z.infer<typeof SimulateOutput>;

/** One pair with all that people and the pool have said of it. */
interface Pair {
  readonly row: FarmRow;
  readonly people: { readonly by: string; readonly secondWins: SecondWins }[];
  pool: { readonly by: string; readonly secondWins: SecondWins } | null;
}

async function run(input: z.infer<typeof SimulateInput>, ctx: Ctx): Promise<Output> {
  const { pairs, note } = gathered(input.pairs);
  const warnings = note === null ? [] : [note];
  const rng = ctx.rng.split(input.seed);
  const members = membersOf(input, pairs, warnings);
  if (members.length === 1)
    warnings.push("A pool of one has no variability: learning from it hides over-optimisation.");
  const counts = { judged: 0, kept: 0, ties: 0, dropped: 0, cut: 0, tokens: 0 };
  let stopped: string | null = null;
  const open: Pair[] = [];
  for (const pair of pairs) {
    if (pair.pool !== null) counts.kept++;
    else if (pair.row.output_1 === pair.row.output_2) {
      pair.pool = { by: `${POOL_PREFIX}same`, secondWins: 0.5 };
      counts.ties++;
    } else open.push(pair);
  }
  const order = rng.split("order").shuffle(open);
  const waiting = new Map<PoolMember, Pair[]>(members.map((member) => [member, []]));
  const draws = rng.split("members");
  const flush = async (member: PoolMember, asked: Pair[]) => {
    if (asked.length === 0 || stopped !== null) return;
    const own = rng.split(`say-${questionOf(asked[0]?.row as FarmRow)}`);
    const shown = asked.map(({ row }) => shownOf(row, own.bernoulli(0.5)));
    counts.cut += shown.filter(({ cut }) => cut).length;
    const said = await member.say(shown, own, ctx);
    counts.tokens += said.tokens;
    stopped = said.stopped;
    asked.forEach((pair, i) => {
      const firstBetter = said.firstBetter[i] ?? null;
      if (said.stopped !== null) return;
      if (firstBetter === null) {
        counts.dropped++;
        return;
      }
      const second = firstBetter === (shown[i]?.swapped ?? false);
      const turned = own.bernoulli(input.flipRate);
      pair.pool = { by: member.name, secondWins: second !== turned ? 1 : 0 };
      counts.judged++;
    });
    if (stopped === null && input.tokensMax !== undefined && counts.tokens >= input.tokensMax)
      stopped = `The cap of ${input.tokensMax} tokens was reached`;
    ctx.progress({ done: counts.judged, total: open.length, label: "asking the pool" });
  };
  for (const pair of order) {
    ctx.signal.throwIfAborted();
    if (stopped !== null) break;
    const member = draws.pick(members);
    const asked = waiting.get(member) as Pair[];
    asked.push(pair);
    if (asked.length === member.batch) await flush(member, asked.splice(0));
  }
  for (const [member, asked] of waiting) await flush(member, asked);
  const answered = pairs.filter(({ pool }) => pool !== null);
  const agreement = agreementOf(pairs, ctx);
  if (agreement !== null && !agreement.validated)
    warnings.push(
      "The pool is not validated: how it agrees with people may differ by more than 5 points from how people agree.",
    );
  return {
    rows: pairs.flatMap(rowsOf),
    report: {
      pairs: pairs.length,
      ...counts,
      stopped,
      share: answered.length / pairs.length,
      cost: (counts.tokens / 1e6) * input.pricePerMillionTokens,
      agreement,
    },
    warnings,
  };
}

const codeOf = (secondWins: SecondWins): 1 | 1.5 | 2 =>
  secondWins === 0.5 ? 1.5 : secondWins === 1 ? 2 : 1;

/** One row for each who said something; the bare pair where nobody did. */
function rowsOf({ row, people, pool }: Pair): FarmRow[] {
  const said = pool === null ? people : [...people, pool];
  if (said.length === 0) return [row];
  return said.map(({ by, secondWins }) => ({
    ...row,
    ...(by === "" ? {} : { annotator: by }),
    preference: codeOf(secondWins),
  }));
}

/** Rows of the same two outputs become one pair; what the pool said before is kept. */
function gathered(rows: readonly FarmRow[]): { pairs: Pair[]; note: string | null } {
  const coded = codingOf(rows);
  const pairs = new Map<string, Pair>();
  const splits = new Map<string, string>();
  rows.forEach((row, at) => {
    const question = questionOf(row);
    const before = splits.get(question);
    if (row.split !== undefined && before !== undefined && before !== row.split)
      throw new Problem("bad-input", "An instruction is in two splits", {
        at: { row: at, field: "split" },
        expected: `"${before}", as before`,
        got: row.split,
      });
    if (row.split !== undefined) splits.set(question, row.split);
    const key = JSON.stringify([question, row.output_1, row.output_2]);
    const { preference: _, annotator, ...bare } = row;
    const pair: Pair = pairs.get(key) ?? { row: bare, people: [], pool: null };
    const secondWins = coded.secondWins[at];
    if (secondWins !== undefined) {
      const by = annotator ?? "";
      if (by.startsWith(POOL_PREFIX)) pair.pool = { by, secondWins };
      else pair.people.push({ by, secondWins });
    }
    pairs.set(key, pair);
  });
  return { pairs: [...pairs.values()], note: coded.note };
}

function membersOf(
  input: z.infer<typeof SimulateInput>,
  pairs: readonly Pair[],
  warnings: string[],
): readonly PoolMember[] {
  if (input.judge === "model") {
    const variants = (input.pool ?? VARIANTS).map((variant) => ({
      ...variant,
      name: variant.name.startsWith(POOL_PREFIX) ? variant.name : POOL_PREFIX + variant.name,
    }));
    return modelPool(endpointFromEnv(process.env), variants);
  }
  pairs.forEach(({ row }, at) => {
    if (row.worth_1 !== undefined && row.worth_2 !== undefined) return;
    throw new Problem("bad-input", "A pool that judges by scores needs both scores", {
      at: { row: at, field: row.worth_1 === undefined ? "worth_1" : "worth_2" },
      expected: "a number for each output, by a reward model of yours",
      got: "nothing",
      hint: 'Or ask a language model: judge "model".',
    });
  });
  const { noise } = input;
  if (noise !== undefined)
    return lawPool(
      Array.from({ length: SIZE }, (_, i) => ({ ...noise, name: `${POOL_PREFIX}${i + 1}` })),
    );
  return lawPool(fittedNoises(pairs, warnings));
}

/** One of the pool for each person with enough labels, else one like all of them together. */
function fittedNoises(
  pairs: readonly Pair[],
  warnings: string[],
): (AnnotatorNoise & { name: string })[] {
  const answered = new Map<string, Parameters<typeof fitAnnotator>[0][number][]>();
  for (const { row, people } of pairs)
    for (const { by, secondWins } of people) {
      if (secondWins === 0.5) continue;
      const rows = answered.get(by) ?? [];
      rows.push({
        margin: (row.worth_1 ?? 0) - (row.worth_2 ?? 0),
        lengthDifference: row.output_1.length - row.output_2.length,
        choseFirst: secondWins === 0,
      });
      answered.set(by, rows);
    }
  const all = [...answered.values()].flat();
  if (all.length < COMPARISONS_MIN)
    throw new Problem("bad-input", "Too few labels of people to fit a pool to", {
      expected: `at least ${COMPARISONS_MIN} labels that prefer one output, or a stated noise`,
      got: String(all.length),
    });
  const enough = [...answered.values()].filter((rows) => rows.length >= COMPARISONS_MIN);
  const fits = (enough.length > 0 ? enough : [all]).map((rows) => fitAnnotator(rows));
  const doubtful = [...new Set(fits.flatMap(({ unidentified }) => unidentified))];
  if (doubtful.length > 0)
    warnings.push(`The labels do not bound ${doubtful.join(", ")}; the likeliest values are used.`);
  return fits.map(({ temperature, flipRate, positionBias, lengthBias }, i) => ({
    ...{ temperature, flipRate, positionBias, lengthBias },
    name: `${POOL_PREFIX}${i + 1}`,
  }));
}

interface Shown {
  readonly instruction: string;
  readonly first: string;
  readonly second: string;
  readonly worth: readonly [number, number] | null;
  readonly swapped: boolean;
  readonly cut: boolean;
}

function shownOf(row: FarmRow, swapped: boolean): Shown {
  const outputs = [row.output_1, row.output_2].map((text) => text.slice(0, OUTPUT_CHARS_MAX));
  const worths = [row.worth_1, row.worth_2];
  if (swapped) {
    outputs.reverse();
    worths.reverse();
  }
  const [first = "", second = ""] = outputs;
  const [a, b] = worths;
  return {
    instruction: row.input ? `${row.instruction}\n\n${row.input}` : row.instruction,
    ...{ first, second, swapped },
    worth: a === undefined || b === undefined ? null : [a, b],
    cut: Math.max(row.output_1.length, row.output_2.length) > OUTPUT_CHARS_MAX,
  };
}

function agreementOf(pairs: readonly Pair[], ctx: Ctx): Output["report"]["agreement"] {
  const opinions = pairs.flatMap(({ people, pool }) =>
    pool === null || pool.secondWins === 0.5
      ? []
      : [
          {
            people: people
              .filter(({ secondWins }) => secondWins !== 0.5)
              .map(({ secondWins }) => secondWins === 1),
            pool: pool.secondWins === 1,
          },
        ],
  );
  const agreement = poolAgreement(opinions, ctx.rng.split("agreement"));
  if (agreement === null) return null;
  const share = ({ value, interval }: { value: number; interval: Interval }) => ({
    value,
    interval,
  });
  return {
    pairs: agreement.pairs,
    peoplePeople: share(agreement.peoplePeople),
    poolPeople: share(agreement.poolPeople),
    difference: share(agreement.difference),
    validated: agreement.validated,
  };
}

export const simulateAnnotators = defineOperation({
  id: "alpacafarm.simulateAnnotators",
  summary: "A pool of simulated annotators labels pairs, checked against people where they have",
  input: SimulateInput,
  output: SimulateOutput,
  rows: { key: "pairs", row: FarmRow, outKey: "rows" },
  example: {
    pairs: [...exampleScored],
    noise: { temperature: 0.5, flipRate: 0.05, positionBias: 0.1, lengthBias: 0 },
  },
  run,
});
