/** Rewriting at work in the made-up world: an A/B test, a catalogue that changes, mining again and again. */
import { judgeTurns } from "#assess/defects.ts";
import { sessionsOf } from "#assess/sessions.ts";
import type { Ctx } from "#core/contracts.ts";
import type { RewriteRule, UserTurn } from "#core/rewrite.ts";
import type { Rng } from "#core/rng.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { guardRewrite } from "#learn/rewrite-guard.ts";
import { rewriteTable } from "#learn/rewrite-table.ts";
import { wilson } from "#measure/proportion.ts";
import {
  type Assistant,
  effectOf,
  type Saying,
  sayingsOf,
  withBroken,
} from "#worlds/users/assistant.ts";
import { type Rewriter, type SimulatedSessions, simulateSessions } from "#worlds/users/sessions.ts";
import { mineRewrites } from "./mine.ts";
import type { MineOptions } from "./options.ts";
import { type Table, tableOf } from "./study-arms.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

export interface Scale {
  readonly sessions: number;
  readonly users: number;
  /** Sessions of one cycle of mining again, and of one look of the guard. */
  readonly cycleSessions: number;
}

/** Days that the sessions of the study take. */
const DAYS = 14;
const CYCLE_DAYS = 7;

/** `days` from `startDay` on. */
export const simulate = (
  world: Assistant,
  about: {
    readonly sessions: number;
    readonly users: number;
    readonly startDay?: number;
    readonly days?: number;
    readonly rewriter?: Rewriter;
    readonly behaviour?: Parameters<typeof simulateSessions>[1]["behaviour"];
  },
  rng: Rng,
): SimulatedSessions => {
  const { sessions, users, startDay = 0, days = DAYS, rewriter, behaviour } = about;
  return simulateSessions(
    world,
    {
      sessions,
      users,
      startMs: START_MS + startDay * DAY_MS,
      everyMs: Math.floor((days * DAY_MS) / sessions),
      ...(rewriter && { rewriter }),
      ...(behaviour && { behaviour }),
    },
    rng,
  );
};

/** Rewrites as they are applied, a share held out. */
export function rewriterOf(rules: readonly RewriteRule[], holdOut: number, rng: Rng): Rewriter {
  const table = rewriteTable(rules);
  return (utterance) => {
    const rule = table.find(utterance);
    if (rule === undefined) return undefined;
    const held = rng.bernoulli(holdOut);
    return {
      text: rule.toText,
      rewrite: {
        ruleId: rule.id,
        arm: held ? "hold-out" : "treated",
        propensity: held ? holdOut : 1 - holdOut,
      },
    };
  };
}

export interface AbTest {
  readonly treated: { readonly defects: number; readonly n: number };
  readonly holdOut: { readonly defects: number; readonly n: number };
  /** Relative change of the defect rate of first requests that a rewrite fits. */
  readonly change: number;
  /** Whether the 95 % Wilson intervals of the two rates lie apart, the treated below. */
  readonly apart: boolean;
}

/** Half of the requests that a rewrite fits are left alone; what is counted is whether users got what they wanted. */
export function abTest(
  world: Assistant,
  rules: readonly RewriteRule[],
  { sessions, users }: Scale,
  rng: Rng,
): AbTest {
  const rewriter = rewriterOf(rules, 0.5, rng.split("arms"));
  const { turns, truth } = simulate(
    world,
    { sessions, users, startDay: DAYS, rewriter },
    rng.split("sessions"),
  );
  const counts = { treated: { defects: 0, n: 0 }, "hold-out": { defects: 0, n: 0 } };
  turns.forEach(({ rewrite }, at) => {
    const { first, success } = truth[at] ?? { first: false, success: false };
    if (rewrite === undefined || !first) return;
    const arm = counts[rewrite.arm];
    arm.n++;
    if (!success) arm.defects++;
  });
  const { treated, "hold-out": holdOut } = counts;
  const rate = ({ defects, n }: { defects: number; n: number }) => (n === 0 ? 0 : defects / n);
  const apart = wilson(treated.defects, treated.n).high < wilson(holdOut.defects, holdOut.n).low;
  const change = holdOut.defects === 0 ? 0 : rate(treated) / rate(holdOut) - 1;
  return { treated, holdOut, change, apart };
}

/** How each rewrite fares, as the log tells it and nobody knows better. */
function outcomesOf(
  turns: readonly UserTurn[],
  into: Map<string, { treated: [number, number]; holdOut: [number, number] }>,
): void {
  const how = { gapMs: 45_000, turnsPerUserMax: Number.POSITIVE_INFINITY };
  for (const session of sessionsOf(turns, how, () => {})) {
    const verdicts = judgeTurns(session.turns);
    session.turns.forEach(({ rewrite }, at) => {
      if (rewrite === undefined) return;
      const known = into.get(rewrite.ruleId) ?? { treated: [0, 0], holdOut: [0, 0] };
      into.set(rewrite.ruleId, known);
      const arm = rewrite.arm === "treated" ? known.treated : known.holdOut;
      arm[verdicts[at]?.outcome === "success" ? 0 : 1]++;
    });
  }
}

const HOLD_OUT = 0.1;
/** Share of the targets that stop working, and how often they still do. */
const BROKEN_SHARE = 0.05;
const BROKEN_SUCCESS = 0.02;
const GUARD_LOOKS = 4;

export interface Guarded {
  /** The world after the change, to score in. */
  readonly sayings: readonly Saying[];
  readonly off: Table;
  readonly on: Table;
  /** Share of the rewrites onto what broke that are blocked at the end, and of the others. */
  readonly caught: number;
  readonly mistaken: number;
}

/** Some targets stop working. The guard looks at what came in, four times, and blocks for good. */
export function catalogueChange(
  world: Assistant,
  rules: readonly RewriteRule[],
  { cycleSessions, users }: Scale,
  rng: Rng,
): Guarded {
  const targets = [...new Set(rules.map(({ toText }) => normaliseUtterance(toText)))].sort();
  const count = Math.ceil(BROKEN_SHARE * targets.length);
  const broken = new Set(rng.split("broken").shuffle(targets).slice(0, count));
  const changed = withBroken(world, broken, BROKEN_SUCCESS);
  const outcomes = new Map<string, { treated: [number, number]; holdOut: [number, number] }>();
  const blocked = new Set<string>();
  for (let look = 0; look < GUARD_LOOKS; look++) {
    const live = rules.filter(({ id }) => !blocked.has(id));
    const rewriter = rewriterOf(live, HOLD_OUT, rng.split(`arms-${look}`));
    const startDay = DAYS + look * CYCLE_DAYS;
    const about = { sessions: cycleSessions, users, startDay, days: CYCLE_DAYS, rewriter };
    outcomesOf(simulate(changed, about, rng.split(`sessions-${look}`)).turns, outcomes);
    for (const [id, { treated, holdOut }] of outcomes) {
      const ended = ([success, defect]: [number, number]) => ({ success, defect });
      const outcome = { treated: ended(treated), holdOut: ended(holdOut) };
      if (guardRewrite(outcome).verdict === "block") blocked.add(id);
    }
  }
  const hit = (rule: RewriteRule) => broken.has(normaliseUtterance(rule.toText));
  const share = (of: readonly RewriteRule[]) =>
    of.length === 0 ? 0 : of.filter(({ id }) => blocked.has(id)).length / of.length;
  return {
    sayings: sayingsOf(changed),
    off: tableOf(rules),
    on: tableOf(rules.filter(({ id }) => !blocked.has(id))),
    caught: share(rules.filter(hit)),
    mistaken: share(rules.filter((rule) => !hit(rule))),
  };
}

const CYCLES = 4;

export interface Remined {
  /** [cycles + 1] the table that was mined at each, the first on a log without rewrites. */
  readonly tables: readonly Table[];
  /** Share of the requests whose first rewrite was for the better that have none, or one for the worse, at the end. */
  readonly goodLost: number;
}

/** Deploys, lets users react to what is live, mines all there is anew, and deploys that. */
export function mineAgain(
  world: Assistant,
  sayings: readonly Saying[],
  about: { readonly scale: Scale; readonly options: MineOptions },
  ctx: Ctx,
): Remined {
  const { scale, options } = about;
  const { cycleSessions: sessions, users } = scale;
  const { rng } = ctx;
  const turns: UserTurn[] = [];
  const tables: Table[] = [];
  let rules: readonly RewriteRule[] = [];
  const quiet = { ...ctx, progress: () => {} };
  for (let cycle = 0; cycle <= CYCLES; cycle++) {
    const rewriter = rewriterOf(rules, HOLD_OUT, rng.split(`arms-${cycle}`));
    const startDay = cycle * CYCLE_DAYS;
    const days = { startDay, days: CYCLE_DAYS };
    const seen = simulate(
      world,
      { sessions, users, ...days, rewriter },
      rng.split(`cycle-${cycle}`),
    );
    for (const turn of seen.turns) turns.push(turn);
    rules = mineRewrites(turns, options, quiet).rules;
    tables.push(tableOf(rules));
  }
  return {
    tables,
    goodLost: goodLost(sayings, tables[0] ?? new Map(), tables.at(-1) ?? new Map()),
  };
}

/** Gain in success of each key of a table, over all who say it. */
function gainsOf(sayings: readonly Saying[], table: Table): Map<string, number> {
  const byKey = new Map<string, Saying[]>();
  for (const saying of sayings)
    if (table.has(saying.key)) byKey.set(saying.key, [...(byKey.get(saying.key) ?? []), saying]);
  return new Map(
    [...byKey].map(([key, said]) => {
      const { defectBefore, defectAfter } = effectOf(said, (of) => table.get(of));
      return [key, defectBefore - defectAfter];
    }),
  );
}

function goodLost(sayings: readonly Saying[], first: Table, last: Table): number {
  const [before, after] = [gainsOf(sayings, first), gainsOf(sayings, last)];
  const said = new Map<string, number>();
  for (const { key, probability } of sayings) said.set(key, (said.get(key) ?? 0) + probability);
  let [good, lost] = [0, 0];
  for (const [key, gain] of before) {
    if (gain <= 0) continue;
    good += said.get(key) ?? 0;
    if ((after.get(key) ?? 0) <= 0) lost += said.get(key) ?? 0;
  }
  return good === 0 ? 0 : lost / good;
}
