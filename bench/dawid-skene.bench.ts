import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type DawidSkene, dawidSkene, dawidSkeneStream } from "#assess/dawid-skene.ts";
import { argmaxAt, mostProbable, type VoteList } from "#assess/votes.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import {
  type Bench,
  type Figure,
  inSeconds,
  mustHold,
  quantile,
  repeat,
  timeMs,
} from "./harness.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";
import { crowdVotes, shareRight } from "./votes.ts";

const ITERATIONS = 20;
/** Both sides go through all iterations: neither may stop early. */
const NEVER = Number.NEGATIVE_INFINITY;
const TARGET_RATIO = 10;
const FOLDS = 20_000;

const SHAPES = [
  { items: 100_000, workers: 500, classes: 4, perItem: 5 },
  { items: 200_000, workers: 1_000, classes: 10, perItem: 5 },
];

const script = `
import json, sys, time
import pandas as pd
from importlib.metadata import version
from crowdkit.aggregation import DawidSkene
data = pd.read_csv(sys.argv[1])
start = time.perf_counter()
labels = DawidSkene(n_iter=${ITERATIONS}, tol=float("-inf")).fit_predict(data)
seconds = time.perf_counter() - start
labels = labels.sort_index()
print(json.dumps({"seconds": seconds, "version": version("crowd-kit"),
                  "tasks": labels.index.tolist(), "labels": labels.tolist()}))
`;
const CrowdKit = z.object({
  seconds: z.number(),
  version: z.string(),
  tasks: z.array(z.number()),
  labels: z.array(z.number()),
});

const csvOf = ({ item, worker, label }: VoteList): string =>
  `task,worker,label\n${Array.from(item, (i, v) => `${i},${worker[v]},${label[v]}`).join("\n")}\n`;

/** EM over the whole list, beside crowd-kit on the same list as CSV. */
async function fitted(shape: (typeof SHAPES)[number], rng: Rng): Promise<Figure> {
  const { votes, truth } = crowdVotes(shape, rng);
  const run = () => dawidSkene(votes, { iterations: ITERATIONS, tolerance: NEVER });
  const model = run();
  mustHold(model.iterations === ITERATIONS, "all iterations were run");
  const labels = mostProbable(model.probabilities, shape.classes);
  const peer = await inTempFolder(async (folder) => {
    const file = join(folder, "votes.csv");
    writeFileSync(file, csvOf(votes));
    return runPeer("crowd-kit", ["crowd-kit"], { script, args: [file], schema: CrowdKit });
  });
  const ours = inSeconds(await repeat(run));
  const figure: Figure = {
    what: `${votes.item.length.toLocaleString("en")} votes, ${shape.classes} classes, ${ITERATIONS} iterations`,
    ...ours,
    unit: "s",
    better: "less",
    note: `accuracy ${shareRight(labels, truth).toFixed(4)}`,
  };
  if ("skipped" in peer) return { ...figure, skipped: peer.skipped };
  const { tasks, labels: theirs, seconds, version } = peer.value;
  mustHold(tasks.length === shape.items, "crowd-kit labels every item");
  const apart = tasks.filter((task, i) => labels[task] !== theirs[i]).length;
  mustHold(apart === 0, `crowd-kit gives other labels on ${apart} of ${tasks.length} items`);
  return {
    ...figure,
    target: seconds / TARGET_RATIO,
    peer: { name: `crowd-kit ${version}`, value: seconds },
    note: `${figure.note}, the same labels on all items; reading the votes not counted on either side`,
  };
}

const headOf = (votes: VoteList, count: number): VoteList => ({
  ...votes,
  item: votes.item.subarray(0, count),
  worker: votes.worker.subarray(0, count),
  label: votes.label.subarray(0, count),
});

/** The votes in an order of their own, so that the last ones are on any item. */
function shuffled(votes: VoteList, rng: Rng): VoteList {
  const order = rng.permutation(votes.item.length);
  return {
    ...votes,
    item: order.map((v) => votes.item[v] ?? 0),
    worker: order.map((v) => votes.worker[v] ?? 0),
    label: Uint16Array.from(order, (v) => votes.label[v] ?? 0),
  };
}

/** The last votes one at a time into a model of the others; the bound is fitting anew. */
async function folded(rng: Rng): Promise<Figure> {
  const [shape] = SHAPES as [(typeof SHAPES)[number]];
  const votes = shuffled(crowdVotes(shape, rng).votes, rng.split("order"));
  const known = headOf(votes, votes.item.length - FOLDS);
  const modelOf = (of: VoteList): DawidSkene => dawidSkene(of, { iterations: ITERATIONS });
  const stream = dawidSkeneStream(modelOf(known), known);
  const times: number[] = [];
  for (let v = known.item.length; v < votes.item.length; v++) {
    const [item = 0, worker = 0, label = 0] = [votes.item[v], votes.worker[v], votes.label[v]];
    times.push(await timeMs(() => stream.fold(item, worker, label)));
  }
  let anew: ArrayLike<number> = [];
  const anewMs = await timeMs(() => {
    anew = mostProbable(modelOf(votes).probabilities, shape.classes);
  });
  const online = Int16Array.from({ length: shape.items }, (_, item) =>
    argmaxAt(stream.posterior(item), 0, shape.classes),
  );
  const same = shareRight(online, anew);
  mustHold(same > 0.995, `after folding, only ${same} of the labels are those of a new fit`);
  return {
    what: `one vote folded in, p99 of ${FOLDS.toLocaleString("en")}`,
    ours: quantile(times, 0.99),
    unit: "ms",
    better: "less",
    target: 1,
    peer: { name: "bound: fitting anew", value: anewMs },
    note:
      `median ${quantile(times, 0.5).toFixed(4)} ms, longest ${Math.max(...times).toFixed(2)} ms; ` +
      `afterwards ${(100 * same).toFixed(2)} % of the labels are those of a new fit`,
  };
}

export const bench: Bench = {
  name: "dawid-skene",
  about: "Dawid-Skene EM on seeded votes of a crowd, and one vote folded into a fitted model",
  async run(log) {
    const rng = rngOf("bench/dawid-skene");
    const figures: Figure[] = [];
    for (const shape of SHAPES) {
      log(`${shape.items.toLocaleString("en")} items, ${shape.classes} classes`);
      figures.push(await fitted(shape, rng.split(shape.classes)));
    }
    log("one vote at a time");
    figures.push(await folded(rng.split("fold")));
    return figures;
  },
};
