import type { Ctx } from "#core/contracts.ts";
import type { RewriteRule } from "#core/rewrite.ts";
import type { ArmMetric, Curve, SeedResult, Study } from "#core/study.ts";
import {
  ASSISTANT,
  bestRewrites,
  effectOf,
  makeAssistant,
  type Saying,
  sayingsOf,
} from "#worlds/users/assistant.ts";
import { BEHAVIOUR } from "#worlds/users/sessions.ts";
import { readLog } from "./log.ts";
import { MineOptions } from "./options.ts";
import {
  finalSuccess,
  groundOf,
  markov,
  markovWithoutFailure,
  pairwise,
  shuffledLog,
  type Table,
  tableOf,
  through,
} from "./study-arms.ts";
import { detection } from "./study-detection.ts";
import { abTest, catalogueChange, mineAgain, type Scale, simulate } from "./study-live.ts";
import { arms, claims, paper } from "./study-text.ts";

const SCALE: Scale = { sessions: 60_000, users: 12_000, cycleSessions: 30_000 };
const SCALE_FAST: Scale = { sessions: 4_000, users: 800, cycleSessions: 2_000 };
/** Fewer intents, so that a small log still says something of each. */
const INTENTS_FAST = 20;
const SMALL_SHARE = 1 / 6;
const TOPICS_MANY = 0.25;

export const study: Study = {
  id: "markov-reformulation",
  title: "Rewrites of failing requests from how users repair them themselves",
  seedsDefault: 10,
  arms,
  claims,
  paper,
  options: { world: ASSISTANT, behaviour: BEHAVIOUR, scale: SCALE, mining: MineOptions.parse({}) },
  runSeed,
};

/** Wins for each loss, as many as are worth telling apart: where next to nothing is lost, a ratio says little. */
const RATIO_MAX = 100;
const ratio = (win: number, loss: number): number =>
  win === 0 && loss === 0 ? 1 : Math.min(RATIO_MAX, win / loss);

type Metrics = Record<string, ArmMetric>;

function metricsOf(sayings: readonly Saying[], table: Table): Metrics {
  const effect = effectOf(sayings, (key) => table.get(key));
  const { defectBefore, defectAfter, rewritten, win, loss, better } = effect;
  return {
    "defect-change": { value: defectAfter / defectBefore - 1 },
    "win-loss": { value: ratio(better * rewritten, (1 - better) * rewritten) },
    "better-share": { value: better },
    "win-loss-draws": { value: ratio(win, loss) },
    rewritten: { value: rewritten },
    defect: { value: defectAfter },
    rules: { value: table.size },
  };
}

async function runSeed(
  seed: number,
  ctx: Ctx,
  { fast }: { readonly fast: boolean },
): Promise<SeedResult> {
  const { rng } = ctx;
  const step = (done: number, label: string) => {
    ctx.signal.throwIfAborted();
    ctx.progress({ done, total: 6, label });
  };
  step(0, "simulating users");
  const scale = fast ? SCALE_FAST : SCALE;
  const options = MineOptions.parse(fast ? { minSupport: 5, usersMin: 2 } : {});
  const world = makeAssistant(
    rng.split("world"),
    fast ? { ...ASSISTANT, intents: INTENTS_FAST } : ASSISTANT,
  );
  const sayings = sayingsOf(world);
  const seen = simulate(world, scale, rng.split("sessions"));
  step(1, "mining");
  const log = readLog(seen.turns, options);
  const ground = groundOf(log, options);
  const mined = through(ground, markov(ground), "wilson");
  const tables: Record<string, Table> = {
    "markov-gate": tableOf(mined),
    ...baselineTables(ground),
    ...ablationTables(ground, seen.turns),
    oracle: bestRewrites(sayings),
    shuffled: gated(groundOf(shuffledLog(log, rng.split("shuffled")), options)),
  };
  step(2, "smaller and noisier logs");
  Object.assign(tables, otherLogs());
  const metrics: Record<string, Metrics> = Object.fromEntries(
    Object.entries(tables).map(([arm, table]) => [arm, metricsOf(sayings, table)]),
  );
  step(3, "testing A against B");
  const ab = abTest(world, mined, scale, rng.split("ab"));
  Object.assign(metrics["markov-gate"] ?? {}, {
    "ab-defect-change": { value: ab.change },
    "ab-apart": { value: ab.apart ? 1 : 0 },
  });
  step(4, "changing the catalogue");
  Object.assign(metrics, guardArms(mined));
  step(5, "mining again");
  const again = remined();
  Object.assign(metrics, again.metrics);
  const { states, to, dropped } = ground.counts;
  return {
    seed,
    arms: metrics,
    curves: again.curves,
    facts: {
      sessions: log.counts.sessions,
      turns: log.counts.turns,
      "defect rate of first requests": effectOf(sayings, () => undefined).defectBefore,
      states,
      "states with support and users": ground.known.reduce((sum, is) => sum + is, 0),
      edges: to.length,
      "edges left out (too few users)": dropped,
      "A/B: treated first requests": ab.treated.n,
      "A/B: their defect rate": ab.treated.defects / Math.max(1, ab.treated.n),
      "A/B: held-out first requests": ab.holdOut.n,
      "A/B: defect rate held out": ab.holdOut.defects / Math.max(1, ab.holdOut.n),
      ...detection(seen, options),
    },
  };

  function otherLogs(): Record<string, Table> {
    const count = Math.round(scale.sessions * SMALL_SHARE);
    const small = simulate(world, { ...scale, sessions: count }, rng.split("small"));
    const few = groundOf(readLog(small.turns, options), options);
    const behaviour = { ...BEHAVIOUR, changeTopic: TOPICS_MANY };
    const noisy = simulate(world, { ...scale, behaviour }, rng.split("topics")).turns;
    const unfiltered = MineOptions.parse({ ...options, edgeFilter: false });
    return {
      "small-markov-gate": gated(few),
      "small-final-success-gate": tableOf(through(few, finalSuccess(few), "wilson")),
      "small-pairwise-gate": tableOf(through(few, pairwise(few), "wilson")),
      "topics-filter": gated(groundOf(readLog(noisy, options), options)),
      "topics-no-filter": gated(groundOf(readLog(noisy, unfiltered), unfiltered)),
    };
  }

  function guardArms(rules: readonly RewriteRule[]): Record<string, Metrics> {
    const {
      sayings: after,
      off,
      on,
      caught,
      mistaken,
    } = catalogueChange(world, rules, scale, rng.split("guard"));
    return {
      "guard-off": metricsOf(after, off),
      "guard-on": {
        ...metricsOf(after, on),
        "broken-blocked": { value: caught },
        "others-blocked": { value: mistaken },
      },
    };
  }

  function remined(): { metrics: Record<string, Metrics>; curves: Curve[] } {
    const out: Record<string, Metrics> = {};
    const curves: Curve[] = [];
    for (const contamination of ["aware", "naive"] as const) {
      const arm = `remine-${contamination}`;
      const about = { scale, options: { ...options, contamination } };
      const { tables, goodLost } = mineAgain(world, sayings, about, {
        ...ctx,
        rng: rng.split("again"),
      });
      const each = tables.map((table) => metricsOf(sayings, table));
      out[arm] = { ...each.at(-1), "good-lost": { value: goodLost } };
      curves.push({
        id: `remine/${contamination}`,
        arm,
        xLabel: "times mined again",
        yLabel: "relative change of the defect rate",
        x: each.map((_, cycle) => cycle),
        y: each.map((metrics) => metrics["defect-change"]?.value ?? 0),
      });
    }
    return { metrics: out, curves };
  }
}

type Ground = ReturnType<typeof groundOf>;

const gated = (ground: Ground): Table => tableOf(through(ground, markov(ground), "wilson"));

function baselineTables(ground: Ground): Record<string, Table> {
  const [next, final, chain] = [pairwise(ground), finalSuccess(ground), markov(ground)];
  return {
    pairwise: tableOf(through(ground, next, "none")),
    "final-success": tableOf(through(ground, final, "none")),
    "markov-including-i": tableOf(through(ground, chain, "including-i")),
    "pairwise-gate": tableOf(through(ground, next, "wilson")),
    "final-success-gate": tableOf(through(ground, final, "wilson")),
    "no-gate": tableOf(through(ground, chain, "none")),
  };
}

function ablationTables(
  ground: Ground,
  turns: Parameters<typeof readLog>[0],
): Record<string, Table> {
  const withOptions = (more: Partial<MineOptions>) => {
    const options = { ...ground.options, ...more };
    return gated(groundOf(readLog(turns, options), options));
  };
  const depth = (depthMax: number) =>
    tableOf(through(ground, markov(ground, { depthMax }), "wilson"));
  return {
    "no-failure": tableOf(through(ground, markovWithoutFailure(ground), "wilson")),
    "depth-1": depth(1),
    "depth-2": depth(2),
    "depth-20": depth(20),
    "no-filter": withOptions({ edgeFilter: false }),
    interpretation: withOptions({ state: "interpretation" }),
  };
}
