import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { manualClock } from "#core/clock.ts";
import type { UserTurn } from "#core/rewrite.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { type Candidate, markovCandidates } from "#systems/markov-reformulation/candidates.ts";
import { type Counts, countPaths, knownStates } from "#systems/markov-reformulation/counts.ts";
import { boundsApart, successRate } from "#systems/markov-reformulation/gate.ts";
import { mineRewrites, sourcesOf } from "#systems/markov-reformulation/mine.ts";
import { MineOptions } from "#systems/markov-reformulation/options.ts";
import type { Paths } from "#systems/markov-reformulation/paths.ts";
import { makeAssistant } from "#worlds/users/assistant.ts";
import { simulateSessions } from "#worlds/users/sessions.ts";
import {
  type Bench,
  type Figure,
  inSeconds,
  mustHold,
  perSecond,
  repeat,
  roundsOf,
  timeMs,
} from "./harness.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";

const STEPS = 10_000_000;
const INTENTS = 40_000;
const FORMS = 5;
const USERS = 500_000;
const SECONDS_MAX = 10;
const DAYS = 30;
const ROUNDS = 3;

/** Sessions of users who want one of 40,000 things and have five ways to say it, of which later ones work better. */
function makePaths(rng: Rng): Paths {
  const state = new Uint32Array(STEPS);
  const start = new Uint32Array(STEPS + 1);
  const success = new Uint8Array(STEPS);
  const user = new Uint32Array(STEPS);
  const day = new Float64Array(STEPS);
  let [step, path] = [0, 0];
  while (step < STEPS) {
    // Wanted in proportion to 1 / rank, more or less.
    const intent = Math.floor(INTENTS ** rng.uniform()) - 1;
    let form = rng.int(FORMS);
    user[path] = rng.int(USERS);
    day[path] = (DAYS * step) / STEPS;
    for (;;) {
      state[step++] = intent * FORMS + form;
      const well = rng.uniform() < 0.15 + 0.18 * form;
      if (well) success[path] = 1;
      if (well || step === STEPS || form === FORMS - 1 || rng.uniform() < 0.35) break;
      form = Math.min(FORMS - 1, form + 1 + rng.int(2));
    }
    start[++path] = step;
  }
  return {
    state,
    start: start.subarray(0, path + 1),
    success: success.subarray(0, path),
    user: user.subarray(0, path),
    day: day.subarray(0, path),
    states: INTENTS * FORMS,
    users: USERS,
  };
}

interface Result {
  readonly counts: Counts;
  readonly candidates: readonly Candidate[];
  readonly rules: number;
}

function mineOnce(paths: Paths, options: MineOptions): Result {
  const { decay, perUserMax, edgeUsersMin } = options;
  const counts = countPaths(paths, { decay, perUserMax, edgeUsersMin });
  const { known } = knownStates(paths, counts, options);
  const sources = sourcesOf(known);
  const candidates = markovCandidates(counts, sources, known);
  const rate = (state: number) =>
    successRate(counts.success[state] ?? 0, counts.visits[state] ?? 0, options.z);
  const rules = candidates.filter(({ from, to }) => boundsApart(rate(from), rate(to)));
  return { counts, candidates, rules: rules.length };
}

/** The same method as one writes it with NumPy and SciPy: sorts for the counts, truncated Neumann series for the chain. */
const script = `
import json, sys, time
from importlib.metadata import version
import numpy as np
import scipy.sparse as sp
folder, n, decay, cap, edge_users, support, users_min, z = sys.argv[1], *map(float, sys.argv[2:])
n = int(n)
read = lambda name, kind: np.fromfile(f"{folder}/{name}", dtype=kind)
state, start = read("state", np.uint32).astype(np.int64), read("start", np.uint32).astype(np.int64)
success, user, day = read("success", np.uint8), read("user", np.uint32).astype(np.int64), read("day", np.float64)
begin = time.perf_counter()
length = np.diff(start)
to = np.empty(len(state), dtype=np.int64)
to[:-1] = state[1:]
to[start[1:] - 1] = np.where(success == 1, n, n + 1)
who = np.repeat(user, length)
weight = np.repeat(decay ** (day.max() - day), length)
move = state * (n + 2) + to
order = np.lexsort((np.repeat(-np.arange(len(length)), length), who, move))
m, u, w = move[order], who[order], weight[order]
fresh = np.r_[True, (m[1:] != m[:-1]) | (u[1:] != u[:-1])]
first = np.maximum.accumulate(np.where(fresh, np.arange(len(m)), 0))
w = np.where(np.arange(len(m)) - first < cap, w, 0.0)
moves, at = np.unique(m, return_inverse=True)
count = np.bincount(at, w)
users = np.bincount(at, fresh)
source, target = moves // (n + 2), moves % (n + 2)
visits = np.bincount(source, count, n)
won = target == n
few = (target < n) & (users < edge_users)
kept = (target < n) & ~few
s = np.bincount(source[won], count[won], n)
total = np.maximum(visits, 1e-300)
Q = sp.csr_matrix((count[kept] / total[source[kept]], (source[kept], target[kept])), shape=(n, n))
r = s / total
pairs = np.unique(state * (2 ** 32) + who)
state_users = np.bincount(pairs // 2 ** 32, minlength=n)
known = (visits >= support) & (state_users >= users_min)
sources = np.flatnonzero(known & (np.diff(Q.indptr) > 0))
best = np.full(n, -1)
for block in np.array_split(sources, max(1, len(sources) // 4096)):
    X = sp.csr_matrix((np.ones(len(block)), (np.arange(len(block)), block)), shape=(len(block), n))
    total_visits = X
    for _ in range(20):
        X = X @ Q
        X.data[X.data < 1e-5] = 0
        X.eliminate_zeros()
        if X.nnz == 0: break
        total_visits = total_visits + X
    S = total_visits.multiply(r * known).tocsr()
    for k, i in enumerate(block):
        row = slice(S.indptr[k], S.indptr[k + 1])
        js, value = S.indices[row], S.data[row].copy()
        value[js == i] = 0
        if len(value) and value.max() > 0: best[i] = js[value.argmax()]
i = np.flatnonzero(best >= 0)
def bounds(k):
    p, v = s[k] / visits[k], visits[k]
    centre, half = p + z * z / (2 * v), z * np.sqrt(p * (1 - p) / v + z * z / (4 * v * v))
    return (centre - half) / (1 + z * z / v), (centre + half) / (1 + z * z / v)
rules = int((bounds(best[i])[0] > bounds(i)[1]).sum())
seconds = time.perf_counter() - begin
best.astype(np.int32).tofile(f"{folder}/best")
visits.tofile(f"{folder}/visits")
import resource
print(json.dumps({"seconds": seconds, "version": version("scipy"), "rules": rules, "candidates": int(len(i)),
                  "best": best[i][:200000].tolist(), "from": i[:200000].tolist(),
                  "visits": float(visits.sum()), "maxRssKiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
`;
const SciPy = z.object({
  seconds: z.number(),
  version: z.string(),
  rules: z.number(),
  candidates: z.number(),
  best: z.array(z.number()),
  from: z.array(z.number()),
  visits: z.number(),
  maxRssKiB: z.number(),
});

const bytesOf = (array: Uint32Array | Uint8Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Candidates that may differ: equal scores, and what either side cuts off below 1e-5. */
const APART_MAX = 1e-3;

async function steps(log: (line: string) => void): Promise<Figure> {
  const options = MineOptions.parse({});
  const paths = makePaths(rngOf("mining-bench"));
  const result = mineOnce(paths, options);
  const peer = await inTempFolder(async (folder) => {
    for (const name of ["state", "start", "success", "user", "day"] as const)
      writeFileSync(join(folder, name), bytesOf(paths[name]));
    const { decay, perUserMax, edgeUsersMin, minSupport, usersMin } = options;
    const args = [paths.states, decay, perUserMax, edgeUsersMin, minSupport, usersMin, options.z];
    return runPeer("scipy", ["scipy"], {
      script,
      args: [folder, ...args.map(String)],
      schema: SciPy,
    });
  });
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await timeMs(() => mineOnce(paths, options)));
    log(`round ${round + 1}: ${((times.at(-1) ?? 0) / 1000).toFixed(2)} s`);
  }
  const gib = process.resourceUsage().maxRSS / 2 ** 20;
  const { candidates, counts, rules } = result;
  const figure: Figure = {
    what: `${STEPS.toLocaleString("en")} session steps over ${paths.states.toLocaleString("en")} requests, as numbers, to gated rewrites`,
    ...inSeconds(roundsOf(times)),
    unit: "s",
    better: "less",
    target: SECONDS_MAX,
    note: `one thread; ${rules.toLocaleString("en")} rewrites of ${candidates.length.toLocaleString("en")} candidates; ${gib.toFixed(1)} GiB resident at most, the steps included`,
  };
  if ("skipped" in peer) return { ...figure, skipped: peer.skipped };
  const theirs = peer.value;
  const ours = new Map(candidates.map(({ from, to }) => [from, to]));
  const total = counts.visits.reduce((sum, visits) => sum + visits, 0);
  mustHold(Math.abs(theirs.visits / total - 1) < 1e-9, "both count the same visits");
  mustHold(theirs.candidates === candidates.length, `as many candidates: ${theirs.candidates}`);
  const apart = theirs.from.filter((from, k) => ours.get(from) !== theirs.best[k]).length;
  mustHold(apart <= APART_MAX * theirs.from.length, `other targets for ${apart} requests`);
  mustHold(Math.abs(theirs.rules - rules) <= APART_MAX * rules, `other rewrites: ${theirs.rules}`);
  return {
    ...figure,
    peer: { name: `NumPy and SciPy ${theirs.version}`, value: theirs.seconds },
    note: `${figure.note}; the peer ${(theirs.maxRssKiB / 2 ** 20).toFixed(1)} GiB; same counts, ${apart} other targets; reading the steps not counted on either side`,
  };
}

async function turns(): Promise<Figure> {
  const rng = rngOf("mining-bench-turns");
  const world = makeAssistant(rng.split("world"));
  const about = { sessions: 150_000, users: 20_000, startMs: 0, everyMs: 10_000 };
  const log: UserTurn[] = simulateSessions(world, about, rng.split("sessions")).turns;
  const ctx = {
    rng,
    clock: manualClock(),
    signal: new AbortController().signal,
    progress: () => {},
  };
  mustHold(mineRewrites(log, {}, ctx).rules.length > 100, "rewrites are found");
  return {
    what: `turns with their texts to rewrites, ${log.length.toLocaleString("en")} of them`,
    ...perSecond(log.length, await repeat(() => mineRewrites(log, {}, ctx), ROUNDS)),
    unit: "turns/s",
    better: "more",
    skipped: "no other miner takes turns",
    note: "one thread: normalising, sessions, verdicts, counts, chain, gate, evidence",
  };
}

export const bench: Bench = {
  name: "mining",
  about: "Rewrites mined from users' reformulations: counts, absorbing chain, gate.",
  run: async (log) => [await steps(log), await turns()],
};
