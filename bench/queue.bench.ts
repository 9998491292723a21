import { setTimeout } from "node:timers/promises";
import type { ItemId, ProjectId } from "#core/ids.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import type { OpenStore } from "#store/open.ts";
import type { CaseRow } from "#store/store.ts";
import { confirmed, itemOf, openCase } from "./cases.ts";
import { type Bench, type Figure, mustHold, quantile, timeMs } from "./harness.ts";
import { rowsConfig } from "./rows.ts";
import { tempStores } from "./stores.ts";

const CASES = 1_000_000;
const TARGET_P99_MS = 10;
const BATCH = 5_000;
/** Cases taken and answered in all under each load. */
const TURNS = 800;

interface Load {
  readonly what: string;
  readonly reviewers: number;
  /** Between an answer and the next case, on average: exponential, as people come. */
  readonly pauseMs: number;
  readonly target?: number;
}
const LOADS: readonly Load[] = [
  { what: "one reviewer, no pause", reviewers: 1, pauseMs: 0, target: TARGET_P99_MS },
  // Four cases a second each is four times what a quick person does.
  { what: "8 reviewers, pauses of 250 ms", reviewers: 8, pauseMs: 250, target: TARGET_P99_MS },
  { what: "8 reviewers, no pause", reviewers: 8, pauseMs: 0 },
];
const LEASE_MS = 600_000;
/** First turns, in which pages and plans are not warm yet. */
const WARM_UP = 50;

/** A million open cases; the ids in the order the queue must give them. */
async function fill(store: OpenStore, id: ProjectId, rng: Rng): Promise<ItemId[]> {
  const costs = new Float64Array(CASES);
  for (let from = 0; from < CASES; from += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, k) => openCase(from + k, rng));
    rows.forEach(({ cost }, k) => {
      costs[from + k] = cost;
    });
    await store.putCases(id, rows);
  }
  await store.sql.exec("analyze cases");
  return Array.from(costs.keys())
    .sort((a, b) => (costs[b] ?? 0) - (costs[a] ?? 0) || b - a)
    .slice(0, LOADS.length * TURNS + WARM_UP)
    .map(itemOf);
}

interface Times {
  readonly lease: number[];
  readonly correct: number[];
}

/** One reviewer at the queue: takes the next case, answers it at once, pauses, and so on. */
async function review(
  store: OpenStore,
  id: ProjectId,
  how: {
    readonly reviewer: string;
    readonly turns: number;
    readonly pauseMs: number;
    readonly times: Times;
  },
): Promise<ItemId[]> {
  const seen: ItemId[] = [];
  const pauses = rngOf("bench/queue").split(how.reviewer);
  for (let turn = 0; turn < how.turns; turn++) {
    if (how.pauseMs > 0) await setTimeout(-how.pauseMs * Math.log(1 - pauses.uniform()));
    let row: CaseRow | undefined;
    const lease = { reviewer: how.reviewer, order: "cost", count: 1, leaseMs: LEASE_MS } as const;
    how.times.lease.push(
      await timeMs(async () => {
        [row] = await store.lease(id, lease);
      }),
    );
    mustHold(row !== undefined, "there is a next case");
    const leased = row;
    seen.push(leased.itemId);
    how.times.correct.push(
      await timeMs(async () => {
        const taken = await store.correct(id, confirmed(leased, how.reviewer), leased.version);
        mustHold(taken.kind === "taken", `the answer is taken (${taken.kind})`);
      }),
    );
  }
  return seen;
}

/** Several reviewers at once. Every case goes to one of them. */
async function reviewTogether(
  store: OpenStore,
  id: ProjectId,
  how: Omit<Load, "what" | "target"> & { readonly turns: number; readonly expected: ItemId[] },
): Promise<Times> {
  const times: Times = { lease: [], correct: [] };
  const { pauseMs } = how;
  const turns = how.turns / how.reviewers;
  const seen = await Promise.all(
    Array.from({ length: how.reviewers }, (_, n) =>
      review(store, id, { reviewer: `reviewer-${n}`, turns, pauseMs, times }),
    ),
  );
  const all = seen.flat();
  mustHold(new Set(all).size === how.turns, "no case goes to two reviewers");
  const expected = how.expected.splice(0, how.turns);
  const inOrder =
    how.reviewers === 1
      ? all.every((itemId, k) => itemId === expected[k])
      : all.every((itemId) => expected.includes(itemId));
  mustHold(inOrder, "cases come by falling cost");
  return times;
}

/** What the database needs to find the next row at all. */
async function boundMs(store: OpenStore): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn++)
    times.push(
      await timeMs(() =>
        store.sql.query(
          `select item_id from cases where project_no = $1 and state = 'open'
           order by cost desc, item_id desc limit 1`,
          [1],
        ),
      ),
    );
  return quantile(times, 0.99);
}

async function measured(name: string, store: OpenStore, log: (line: string) => void) {
  const { id } = await store.createProject(rowsConfig("queue"));
  log(`${name}: filling a queue of ${CASES.toLocaleString("en")}`);
  const expected = await fill(store, id, rngOf("bench/queue"));
  await reviewTogether(store, id, { reviewers: 1, pauseMs: 0, turns: WARM_UP, expected });
  const bound = await boundMs(store);
  const figures: Figure[] = [];
  for (const { what, target, ...how } of LOADS) {
    log(`${name}: ${what}`);
    const times = await reviewTogether(store, id, { ...how, turns: TURNS, expected });
    const half = (values: readonly number[]) => `p50 ${quantile(values, 0.5).toFixed(2)} ms`;
    figures.push(
      {
        what: `next case, p99: ${name}, ${what}`,
        ours: quantile(times.lease, 0.99),
        unit: "ms",
        better: "less",
        ...(target !== undefined && { target }),
        peer: { name: "bound: bare SELECT, alone, p99", value: bound },
        note: half(times.lease),
      },
      {
        what: `answer on disk, p99: ${name}, ${what}`,
        ours: quantile(times.correct, 0.99),
        unit: "ms",
        better: "less",
        skipped: "one flush to disk is in it",
        note: half(times.correct),
      },
    );
  }
  return figures;
}

export const bench: Bench = {
  name: "queue",
  about: "The next case from a queue of a million open ones, leased, and the answer to it",
  async run(log) {
    const figures: Figure[] = [];
    for (const { name, use } of tempStores())
      figures.push(...(await use((store) => measured(name, store, log))));
    return figures;
  },
};
