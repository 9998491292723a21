/** Mining, in whatever thread it runs: turns are handed over in parts, then mined in one go. */
import { manualClock } from "#core/clock.ts";
import {
  isLate,
  type RewriteGraph,
  type RewriteRule,
  type TurnRecord,
  type UserTurn,
} from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";
import { type Mined, mineRewrites } from "#systems/markov-reformulation/mine.ts";
import type { MineOptions } from "#systems/markov-reformulation/options.ts";
import type { Hooks } from "./compute-tasks.ts";

export interface MineTask {
  /** Name of turns given before by `addTurns`; they are let go. */
  readonly turns: string;
  readonly options: MineOptions;
  readonly seed: string;
  readonly nowMs: number;
}

export interface MinedRules {
  readonly rules: readonly RewriteRule[];
  /** Where users went from the request of each rewrite, by its id. */
  readonly graphs: Readonly<Record<string, RewriteGraph>>;
  /** Turns that could not be read: how many, and the first few in a sentence. */
  readonly skipped: { readonly count: number; readonly problems: readonly string[] };
  readonly diagnostics: Mined["diagnostics"];
}

export interface MineTasks {
  addTurns(task: {
    readonly turns: string;
    readonly records: readonly TurnRecord[];
  }): Promise<void>;
  dropTurns(turns: string): Promise<void>;
  mine(task: MineTask, hooks: Hooks): Promise<MinedRules>;
}

const PROBLEMS_SHOWN = 10;
/** Ways from one request that are kept, the most frequent ones. */
const WAYS_MAX = 50;

export function mineTasks(): MineTasks {
  const given = new Map<string, TurnRecord[]>();
  return {
    addTurns: async ({ turns, records }) => {
      const known = given.get(turns);
      if (known === undefined) given.set(turns, [...records]);
      else for (const record of records) known.push(record);
    },
    dropTurns: async (turns) => {
      given.delete(turns);
    },
    mine: async ({ turns: name, options, seed, nowMs }, hooks) => {
      const records = given.get(name) ?? [];
      given.delete(name);
      const ctx = { rng: rngOf(seed), clock: manualClock(nowMs), ...hooks };
      const turns = inOrder(records);
      const mined = mineRewrites(turns, options, ctx);
      const { rules, skipped, diagnostics, graph } = mined;
      return {
        rules,
        graphs: graphsAround(graph, rules),
        skipped: {
          count: skipped.length,
          problems: skipped
            .slice(0, PROBLEMS_SHOWN)
            .map(({ row, problem }) => `turn "${turns[row - 1]?.id}": ${problem}`),
        },
        diagnostics,
      };
    },
  };
}

/**
 * Turns with what became known of each later, by the time they were said: logs may have come in one after another in
 * any order. Of equal times in the order they came.
 */
export function inOrder(records: readonly TurnRecord[]): UserTurn[] {
  const late = new Map<string, UserTurn["signals"]>();
  const turns: UserTurn[] = [];
  for (const record of records)
    if (isLate(record)) late.set(record.turnId, { ...late.get(record.turnId), ...record.signals });
    else turns.push(record);
  return turns
    .map((turn) => {
      const more = turn.id === undefined ? undefined : late.get(turn.id);
      return more === undefined ? turn : { ...turn, signals: { ...turn.signals, ...more } };
    })
    .sort((a, b) => a.ts - b.ts);
}

/** The neighbourhood of each rewrite's request, where what was counted are texts: interpretations have no one text. */
function graphsAround(
  { nodes, edges }: Mined["graph"],
  rules: readonly RewriteRule[],
): Record<string, RewriteGraph> {
  const place = new Map(nodes.map(({ locale, key }, at) => [`${locale}\n${key}`, at]));
  const wanted = new Map<number, { readonly to: string; readonly count: number }[]>();
  for (const { locale, fromKey } of rules) {
    const at = place.get(`${locale}\n${fromKey}`);
    if (at !== undefined) wanted.set(at, []);
  }
  for (const { from, to, count } of edges)
    wanted.get(from)?.push({ to: nodes[to]?.text ?? "", count });
  const graphs: Record<string, RewriteGraph> = {};
  for (const { id, locale, fromKey } of rules) {
    const at = place.get(`${locale}\n${fromKey}`);
    const node = at === undefined ? undefined : nodes[at];
    const ways = at === undefined ? undefined : wanted.get(at);
    if (node === undefined || ways === undefined) continue;
    const moved = ways.reduce((sum, { count }) => sum + count, 0);
    graphs[id] = {
      node: node.text,
      edges: ways.toSorted((a, b) => b.count - a.count).slice(0, WAYS_MAX),
      absorption: {
        success: node.successes,
        failure: Math.max(0, node.visits - node.successes - moved),
      },
    };
  }
  return graphs;
}
