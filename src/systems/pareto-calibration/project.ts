import { harmoniserFromJson } from "#assess/harmoniser.ts";
import { reasonsFor } from "#assess/reasons.ts";
import { ABSTAIN, argmaxAt, withSource } from "#assess/votes.ts";
import type { Assessment, Route } from "#core/assessment.ts";
import type { Assessor, Ctx, Learner } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import { badInput, Problem } from "#core/errors.ts";
import type { Item } from "#core/item.ts";
import type { Lesson } from "#core/lesson.ts";
import { labelSchema, type ProjectConfig } from "#core/project.ts";
import type { Proposal } from "#core/proposal.ts";
import type { PoolRow, ProjectLoop } from "#core/system.ts";
import { labelKind } from "#correct/label.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import { asSource, refitRows } from "#learn/refit.ts";
import { failureProblem } from "./failures.ts";
import { featuresOf, featurise } from "./features.ts";
import { fitSources, Model } from "./fit.ts";
import { Options } from "./options.ts";
import { calibrated } from "./risk.ts";
import { CORRECTIONS, sourcesOf, votesOf } from "./sources.ts";

const KIND = "harmoniser";
const CODE = "systems/pareto-calibration@1";

function optionsOf(config: ProjectConfig): Options {
  const parsed = Options.safeParse(config.assess.options);
  if (!parsed.success) throw badInput(parsed.error, config.assess.options);
  if (parsed.data.select === "weak") return parsed.data;
  throw new Problem("bad-input", "A project cannot pick settings by gold labels", {
    expected: 'select: "weak"',
    got: 'select: "gold"',
    hint: "What people say is learned from; the held-out items are only ever measured on.",
  });
}

/**
 * Fits h on the pool, with what people said as one more source. Proposals must hold every source's
 * vote.
 */
function learner(pool: readonly PoolRow<string>[], config: ProjectConfig): Learner<string> {
  const options = optionsOf(config);
  const { classes } = labelSchema(config);
  return {
    async learn(history, previous, ctx) {
      const proposals = pool.map(({ proposal }) => proposal);
      const others = sourcesOf(
        proposals,
        config.rules.map(({ id }) => id),
      );
      const { votes, weights, learnedFrom, answered } = withCorrections({
        history,
        pool,
        classes,
        others,
        share: options.correctionShare,
      });
      const { matrix } = await featurise(
        pool.map(({ item }) => item.input),
        options,
      );
      const fitted = fitSources({
        features: matrix,
        votes,
        weights,
        options,
        rng: ctx.rng,
        signal: ctx.signal,
      });
      if (!fitted.ok) throw failureProblem(fitted.error, (row) => pool[row]?.item.id);
      const body: Model = {
        system: "pareto-calibration",
        classes: [...classes],
        sources: [...others, CORRECTIONS],
        features: featuresOf(options),
        harmoniser: fitted.value.harmoniser.toJSON(),
        calibrator: null,
      };
      const parent = previous?.id ?? null;
      const seed = ctx.rng.path;
      return {
        id: lessonIdOf(KIND, { parent, learnedFrom, seed }),
        kind: KIND,
        parent,
        learnedFrom: [...learnedFrom],
        code: CODE,
        options,
        seed,
        summary: `Harmoniser of ${others.length} sources on ${pool.length} items, ${answered} of them answered by people.`,
        body,
        atMs: ctx.clock.nowMs(),
      };
    },
  };
}

/**
 * The votes with what people said as the last source. Its weight gives a correction `share` of the
 * whole say on an item all others vote on, less where reviewers disagreed with each other.
 */
function withCorrections(given: {
  readonly history: readonly Correction<string>[];
  readonly pool: readonly PoolRow<string>[];
  readonly classes: readonly string[];
  readonly others: readonly string[];
  readonly share: number;
}) {
  const { history, pool, classes, others } = given;
  const { rows, learnedFrom } = refitRows(history, { kind: labelKind });
  const itemIds = pool.map(({ item }) => item.id);
  const said = asSource(rows, { itemIds, classes });
  const agreements = said.weights.filter((agreement) => agreement > 0);
  const agreement =
    agreements.length === 0 ? 1 : agreements.reduce((sum, a) => sum + a, 0) / agreements.length;
  const share = given.share * agreement;
  const weights = new Float64Array(others.length + 1).fill(1);
  weights[others.length] = (Math.max(1, others.length) * share) / (1 - share);
  const proposals = pool.map(({ proposal }) => proposal);
  const votes = withSource(votesOf(proposals, others, classes), said.votes);
  return { votes, weights, learnedFrom, answered: agreements.length };
}

function modelOf(lesson: Lesson): Model {
  const parsed = Model.safeParse(lesson.body);
  if (parsed.success && lesson.kind === KIND) return parsed.data;
  throw new Problem("bad-input", `Lesson ${lesson.id} is not a harmoniser's`, {
    expected: `a lesson of kind "${KIND}"`,
    got: lesson.kind,
    hint: "Learn a new lesson, or roll back to one of this system.",
  });
}

/**
 * Assesses with what was learned: risk 1 - h(x)[label], what h would say itself, each vote as a
 * reason.
 */
function assessor(lesson: Lesson, config: ProjectConfig): Assessor<string> {
  const model = modelOf(lesson);
  const harmoniser = harmoniserFromJson(model.harmoniser);
  const weights = weightsOf(model);
  const judge = (
    proposal: Proposal<string>,
    item: Item,
    probabilities: Float32Array,
  ): Assessment<string> => {
    const label = proposal.output === null ? ABSTAIN : model.classes.indexOf(proposal.output);
    const best = argmaxAt(probabilities, 0, probabilities.length);
    const suggestion = {
      output: model.classes[best] as string,
      probability: Math.min(1, probabilities[best] as number),
    };
    const risk = label === ABSTAIN ? null : calibrated(model, 1 - (probabilities[label] as number));
    return {
      proposalId: proposal.id,
      itemId: item.id,
      risk,
      suggestion,
      reasons: reasonsFor({
        proposed: label === ABSTAIN ? null : proposal.output,
        suggestion,
        votes: proposal.votes ?? [],
        weights,
      }),
      route: routeOf(risk, config.route),
      lessonId: lesson.id,
    };
  };
  return {
    async assess(proposals, items, ctx: Ctx) {
      ctx.signal.throwIfAborted();
      const { matrix } = await featurise(
        items.map(({ input }) => input),
        model.features,
      );
      const probabilities = harmoniser.probabilities(matrix);
      const k = model.classes.length;
      return proposals.map((proposal, row) =>
        judge(proposal, items[row] as Item, probabilities.subarray(row * k, (row + 1) * k)),
      );
    },
  };
}

/** An abstention, or a label outside the set, always goes to a person. */
function routeOf(risk: number | null, { acceptBelow, blockAbove }: ProjectConfig["route"]): Route {
  if (risk === null) return "ask";
  if (risk < acceptBelow) return "accept";
  return risk > blockAbove ? "block" : "ask";
}

/** Shares of the say on an item nobody has answered: corrections speak only where they were made. */
function weightsOf({ sources, harmoniser }: Model): Record<string, number> {
  const voting = sources
    .map((source, j) => ({ source, weight: harmoniser.weights[j] ?? 0 }))
    .filter(({ source }) => source !== CORRECTIONS);
  const total = voting.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(voting.map(({ source, weight }) => [source, weight / total]));
}

export const project: ProjectLoop<string> = {
  learner,
  assessor,
  weights: (lesson) => weightsOf(modelOf(lesson)),
};
