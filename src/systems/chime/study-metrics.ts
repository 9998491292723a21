import { linkCards, siblingCards } from "#assess/structure-cards.ts";
import type { ArmMetric } from "#core/study.ts";
import { auroc } from "#measure/ranking.ts";
import { microF1, type PairCounts, pairCounts } from "#measure/tree/pair-f1.ts";
import type { StudyTopic } from "./study-world.ts";

export type Metrics = Record<string, ArmMetric>;

/** What the metrics of all arms are resampled by: replicate r takes the same topics everywhere. */
export interface Scoring {
  readonly topics: readonly StudyTopic[];
  readonly resamples: readonly Uint32Array[];
}

/** Micro precision, recall and F1 of placements, one list [n · k] a topic, over resampled topics. */
export function placementMetrics(
  { topics, resamples }: Scoring,
  placed: readonly ArrayLike<number>[],
): Metrics {
  const counts = topics.map(({ aggregated }, t) => pairCounts(placed[t] ?? [], aggregated));
  const whole = microF1(counts);
  const drawn = resamples.map((rows) =>
    microF1(Array.from(rows, (row) => counts[row] as PairCounts)),
  );
  const metric = (name: keyof typeof whole): ArmMetric => ({
    value: whole[name],
    replicates: drawn.map((scores) => scores[name]),
  });
  return { f1: metric("f1"), precision: metric("precision"), recall: metric("recall") };
}

/** A card with what is true of it: 1 where the tree is wrong there. */
interface AnsweredCard {
  readonly doubt: number;
  readonly wrong: number;
}

/** Probability that a wrong place is doubted more than a right one, over resampled topics; 1/2 where there is but one kind. */
function doubtMetric(
  { resamples }: Scoring,
  cards: readonly (readonly AnsweredCard[])[],
): ArmMetric {
  const at = (rows: Iterable<number>): number => {
    const drawn = Array.from(rows, (row) => cards[row] ?? []).flat();
    const area = auroc(
      drawn.map(({ doubt }) => doubt),
      drawn.map(({ wrong }) => wrong),
    );
    return area.ok ? area.value : 0.5;
  };
  return { value: at(cards.keys()), replicates: resamples.map(at) };
}

/** How well the cards of links and of siblings find what was misplaced. */
export function cardMetrics(scoring: Scoring): Readonly<Record<string, Metrics>> {
  const moved = scoring.topics.map(
    ({ topic, linkRight }) =>
      new Set(topic.categories.flatMap(({ id }, c) => (linkRight[c] ? [] : [id]))),
  );
  const links = scoring.topics.map(({ topic }, t) =>
    linkCards(topic).map(({ category, doubt }) => ({
      doubt,
      wrong: moved[t]?.has(category) ? 1 : 0,
    })),
  );
  const siblings = scoring.topics.map(({ topic }, t) =>
    siblingCards(topic).map(({ children, doubt }) => ({
      doubt,
      wrong: children.some((child) => moved[t]?.has(child)) ? 1 : 0,
    })),
  );
  return {
    "link-cards": { auroc: doubtMetric(scoring, links) },
    "sibling-cards": { auroc: doubtMetric(scoring, siblings) },
  };
}
