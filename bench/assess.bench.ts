import { harmoniserFromJson } from "#assess/harmoniser.ts";
import { majorityVote } from "#assess/majority.ts";
import { fitTriplet, type TripletModel, tripletProbabilities } from "#assess/triplet.ts";
import { riskOf } from "#assess/votes.ts";
import type { Proposal } from "#core/proposal.ts";
import { unwrap } from "#core/result.ts";
import { allRows, takeRows } from "#num/matrix.ts";
import { type Csr, csrTimesVector } from "#num/sparse.ts";
import { featurise } from "#systems/pareto-calibration/features.ts";
import { Model } from "#systems/pareto-calibration/fit.ts";
import { Options } from "#systems/pareto-calibration/options.ts";
import { project } from "#systems/pareto-calibration/project.ts";
import { sourcesOf, votesOf } from "#systems/pareto-calibration/sources.ts";
import { CLASSES, type MailWorld, mailWorld } from "#systems/pareto-calibration/study-world.ts";
import { abba, type Bench, type Figure, mustHold, perSecond } from "./harness.ts";
import { ctxOf, mailConfig, mailPool } from "./mails.ts";

const TARGET = 200_000;
/** Assessments asked for one at a time in a round. */
const SINGLES = 1_000;
const K = CLASSES.length;

const ctx = ctxOf("assess");

interface Side {
  readonly what: string;
  /** Assesses, `count` of them. */
  readonly work: () => unknown;
  readonly count: number;
  readonly target?: number;
  readonly note: string;
  readonly bound: { readonly name: string; readonly count: number; readonly work: () => unknown };
}

async function rate({ what, work, count, target, note, bound }: Side): Promise<Figure> {
  const { a, b } = await abba(work, bound.work);
  return {
    what,
    ...perSecond(count, a),
    unit: "assessments/s",
    better: "more",
    ...(target !== undefined && { target }),
    peer: { name: `bound: ${bound.name}`, value: perSecond(bound.count, b).ours },
    note,
  };
}

/** Risk by the label model, from proposals as they are held: votes read, posteriors, risk. */
function labelModelSides({ proposals, votes, proposed, ruleIds }: MailWorld): Side[] {
  const sources = sourcesOf(proposals, ruleIds);
  const model: TripletModel = unwrap(fitTriplet(votes));
  const risks = (of: readonly Proposal<string>[], labels: Int16Array) => {
    const probabilities = tripletProbabilities(model, votesOf(of, sources, CLASSES));
    return riskOf(probabilities, K, labels);
  };
  const single = (i: number) => risks(proposals.slice(i, i + 1), proposed.subarray(i, i + 1))[0];
  const together = risks(proposals, proposed);
  mustHold(
    together.every((risk, i) => Object.is(risk, single(i))),
    "one at a time gives the same risk",
  );
  const bound = {
    name: "majority of votes in a table",
    count: proposals.length,
    work: () => majorityVote(votes),
  };
  return [
    {
      what: "label model, all at once",
      work: () => risks(proposals, proposed),
      count: proposals.length,
      target: TARGET,
      note: `${sources.length} sources, from proposals with their votes to the risk`,
      bound,
    },
    {
      what: "label model, one at a time",
      work: () => {
        for (let i = 0; i < SINGLES; i++) single(i);
      },
      count: SINGLES,
      note: "the same call with one proposal",
      bound,
    },
  ];
}

/** Risk by the harmoniser: from features, as studies have them, and from text, as a project does. */
async function harmoniserSides(world: MailWorld): Promise<Side[]> {
  const { mails, proposals, proposed } = world;
  const features = world.features as Csr; // hashed words are sparse
  const pool = mailPool(world, allRows(mails.length));
  const items = pool.map(({ item }) => item);
  const lesson = await project.learner(pool, mailConfig).learn([], undefined, ctx);
  const harmoniser = harmoniserFromJson(Model.parse(lesson.body).harmoniser);
  const assessor = project.assessor(lesson, mailConfig);
  const risks = (of: Csr, labels: Int16Array) => riskOf(harmoniser.probabilities(of), K, labels);

  const fromText = await assessor.assess(proposals, items, ctx);
  const together = risks(features, proposed);
  mustHold(
    fromText.every(({ risk }, i) => Object.is(risk ?? Number.NaN, together[i])),
    "from text and from features the risk is the same",
  );
  const rows = Array.from({ length: SINGLES }, (_, i) => takeRows(features, [i]));
  const weights = new Float64Array(features.cols).fill(0.01);
  const product = {
    name: "one sparse product",
    count: mails.length,
    work: () => csrTimesVector(features, weights),
  };
  const options = Options.parse({});
  const words = {
    name: "hashing the words",
    count: mails.length,
    work: () =>
      featurise(
        items.map(({ input }) => input),
        options,
      ),
  };
  return [
    {
      what: "harmoniser, from features, all at once",
      work: () => risks(features, proposed),
      count: mails.length,
      target: TARGET,
      note: `${Math.round(features.values.length / mails.length)} words a mail on average`,
      bound: product,
    },
    {
      what: "harmoniser, from features, one at a time",
      work: () => rows.map((row, i) => risks(row, proposed.subarray(i, i + 1))),
      count: SINGLES,
      note: "the same call with one row",
      bound: product,
    },
    {
      what: "harmoniser, from text, with reasons and route",
      work: () => assessor.assess(proposals, items, ctx),
      count: mails.length,
      note: "reads every word of a mail, up to 4,000 characters",
      bound: words,
    },
  ];
}

export const bench: Bench = {
  name: "assess",
  about: "Risk of proposals on 6,046 real mails, in process, on one core",
  async run(log) {
    const world = await mailWorld(ctx, { fast: false });
    const figures: Figure[] = [];
    for (const side of [...labelModelSides(world), ...(await harmoniserSides(world))]) {
      log(side.what);
      figures.push(await rate(side));
    }
    return figures;
  },
};
