import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { majorityVote } from "#assess/majority.ts";
import { fitTriplet, tripletProbabilities } from "#assess/triplet.ts";
import { mostProbable, type VoteMatrix } from "#assess/votes.ts";
import { unwrap } from "#core/result.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { type Bench, type Figure, inSeconds, mustHold, repeat } from "./harness.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";
import { ruleVotes, shareRight } from "./votes.ts";

const ITEMS = 1_000_000;
const SOURCES = 20;
const EPOCHS = 100;
const TARGET_S = 2;
/** How far below another's our accuracy may lie: the model is another, its labels must be as good. */
const ACCURACY_TOLERANCE = 0.002;

const CLASSES = [2, 10, 100, 1_000];
/** Posteriors of a million items and a thousand classes are 8 GB; these are 160 MB. */
const CLASSES_ITEMS = 20_000;
/** A thousand classes may cost this many times a hundred: ten, and a tenth for the caches. */
const TENFOLD_MAX = 11;

const script = `
import json, sys, time
import numpy as np
from importlib.metadata import version
from snorkel.labeling.model import LabelModel
votes = np.fromfile(sys.argv[1], dtype=np.int16).reshape(-1, ${SOURCES}).astype(int)
truth = np.fromfile(sys.argv[2], dtype=np.uint16)
start = time.perf_counter()
model = LabelModel(cardinality=2, verbose=False)
model.fit(votes, n_epochs=${EPOCHS}, seed=1, progress_bar=False)
labels = model.predict_proba(votes).argmax(axis=1)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "version": version("snorkel"),
                  "accuracy": float((labels == truth).mean())}))
`;
const Snorkel = z.object({ seconds: z.number(), version: z.string(), accuracy: z.number() });

const labelsOf = (votes: VoteMatrix): Int16Array =>
  mostProbable(tripletProbabilities(unwrap(fitTriplet(votes)), votes), votes.classes);

async function besideSnorkel(rng: Rng): Promise<Figure> {
  const { votes, truth } = ruleVotes({ items: ITEMS, sources: SOURCES, classes: 2 }, rng);
  const peer = await inTempFolder(async (folder) => {
    const files = [join(folder, "votes.i16"), join(folder, "truth.u16")] as const;
    writeFileSync(files[0], votes.votes);
    writeFileSync(files[1], truth);
    return runPeer("snorkel", ["snorkel"], { script, args: files, schema: Snorkel });
  });
  const accuracy = shareRight(labelsOf(votes), truth);
  const figure: Figure = {
    what: `${ITEMS.toLocaleString("en")} items × ${SOURCES} sources, fit and labels`,
    ...inSeconds(await repeat(() => labelsOf(votes))),
    unit: "s",
    better: "less",
    target: TARGET_S,
    note: `triplet model, closed form; accuracy ${accuracy.toFixed(4)}`,
  };
  if ("skipped" in peer) return { ...figure, skipped: peer.skipped };
  mustHold(
    accuracy > peer.value.accuracy - ACCURACY_TOLERANCE,
    `accuracy ${accuracy}, Snorkel's ${peer.value.accuracy}`,
  );
  return {
    ...figure,
    peer: { name: `Snorkel ${peer.value.version}, ${EPOCHS} epochs`, value: peer.value.seconds },
    note: `${figure.note} beside ${peer.value.accuracy.toFixed(4)}; Snorkel goes by gradient steps`,
  };
}

/** Time by classes on as many votes: linear, or it shows here. */
async function byClasses(rng: Rng): Promise<Figure[]> {
  const seconds = new Map<number, number>();
  const figures: Figure[] = [];
  for (const classes of CLASSES) {
    const shape = { items: CLASSES_ITEMS, sources: SOURCES, classes };
    const { votes, truth } = ruleVotes(shape, rng.split(classes));
    const rounds = inSeconds(await repeat(() => labelsOf(votes)));
    seconds.set(classes, rounds.ours);
    const accuracy = shareRight(labelsOf(votes), truth);
    const majority = shareRight(mostProbable(majorityVote(votes), classes), truth);
    figures.push({
      what: `${classes} classes, ${CLASSES_ITEMS.toLocaleString("en")} items × ${SOURCES} sources`,
      ...rounds,
      unit: "s",
      better: "less",
      skipped: "the figure below is the bound: linear in classes",
    });
    figures.push({
      what: `its accuracy, ${classes} classes`,
      ours: accuracy,
      unit: "of the labels",
      better: "more",
      target: majority - ACCURACY_TOLERANCE,
      peer: { name: "majority vote", value: majority },
    });
  }
  figures.push({
    what: "1,000 classes over 100 classes",
    ours: (seconds.get(1_000) ?? Number.NaN) / (seconds.get(100) ?? Number.NaN),
    unit: "times as long",
    better: "less",
    target: TENFOLD_MAX,
    peer: { name: "bound: linear", value: 10 },
  });
  return figures;
}

export const bench: Bench = {
  name: "label-model",
  about: "The triplet label model on seeded votes of independent labelling functions",
  async run(log) {
    const rng = rngOf("bench/label-model");
    log(`${ITEMS.toLocaleString("en")} items, two classes`);
    const first = await besideSnorkel(rng.split("snorkel"));
    log("by classes");
    return [first, ...(await byClasses(rng.split("classes")))];
  },
};
