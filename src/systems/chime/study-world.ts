import type { Rng } from "#core/rng.ts";
import { strictLabels } from "#learn/pair-corrector/decode.ts";
import type { PairCategory, PairLabels, PairTopic } from "#learn/pair-corrector/topic.ts";
import { termSimilarity, termVectors } from "#propose/outline/term-vectors.ts";
import { loadWordnetTopics, type WordnetTopic } from "#worlds/corpora/wordnet-topics.ts";

/** What is done to trees and answers. */
export const NOISE = {
  /** Of the proposer's choices, one drawn at random in its place. */
  slips: 0.08,
  /** Of the lower categories, hung below a wrong aspect. */
  wrongParent: 0.05,
  /** Of the lower categories, lifted beside the aspects. */
  lifted: 0.03,
  /** Of the expert's answers, the wrong one. */
  expert: 0.03,
} as const;

/** Least similarity that the proposer goes by. */
const SIMILARITY_MIN = 0.02;

/** A drafted tree over a topic, with what is true of it. */
export interface StudyTopic {
  readonly id: string;
  readonly subject: number;
  readonly topic: PairTopic;
  /** [k] of the drafted tree. */
  readonly parents: readonly number[];
  /** [k] whether a category still hangs where hypernymy has it. */
  readonly linkRight: readonly boolean[];
  /** [n · k] by hypernymy. */
  readonly gold: Uint8Array;
  /** [n · k] gold along the drafted tree: what placements are scored by. */
  readonly aggregated: Uint8Array;
  /** [n · k] what a simulated expert says of each pair. */
  readonly labels: PairLabels;
  /** [n · k] each study at the most similar aspect and its most similar child, come what may. */
  readonly bestSibling: Uint8Array;
}

/** Aspects first, so that a category may move below any of them and parents still come first. */
function aspectsFirst({ categories }: WordnetTopic): { order: number[]; parents: number[] } {
  const order = [...categories.keys()].sort(
    (a, b) => (categories[a]?.depth ?? 0) - (categories[b]?.depth ?? 0) || a - b,
  );
  const placeOf = new Map(order.map((old, at) => [old, at]));
  const parents = order.map((old) => placeOf.get(categories[old]?.parent ?? -1) ?? -1);
  return { order, parents };
}

/** Who is most similar of some categories; undefined where nobody is more than `least`. */
function mostSimilar(
  among: readonly number[],
  similarity: (category: number) => number,
  least: number,
): number | undefined {
  let best: number | undefined;
  let most = least;
  for (const category of among) {
    const alike = similarity(category);
    if (alike > most) [best, most] = [category, alike];
  }
  return best;
}

/**
 * [n · k] an aspect and one of its children for each study, down the drafted tree: what hangs wrong
 * is not told by who is cited there.
 */
function assign(
  wordnet: WordnetTopic,
  { order, parents }: { readonly order: readonly number[]; readonly parents: readonly number[] },
  how: { readonly least: number; readonly slips: number; readonly rng: Rng },
): Uint8Array {
  const texts = [
    ...wordnet.studies.map(({ text }) => text),
    ...order.map((old) => wordnet.categories[old]?.text ?? ""),
  ];
  const vectors = termVectors(texts);
  const [n, k] = [wordnet.studies.length, order.length];
  const none = new Map<string, number>();
  const childrenOf = (parent: number) => parents.flatMap((p, c) => (p === parent ? [c] : []));
  const out = new Uint8Array(n * k);
  for (let row = 0; row < n; row++) {
    const rng = how.rng.split(`study-${row}`);
    let at = -1;
    for (let among = childrenOf(at); among.length > 0; among = childrenOf(at)) {
      const slipped = rng.bernoulli(how.slips);
      const likely = mostSimilar(
        among,
        (c) => termSimilarity(vectors[row] ?? none, vectors[n + c] ?? none),
        how.least,
      );
      const chosen = slipped ? rng.pick(among) : likely;
      if (chosen === undefined) break;
      out[row * k + chosen] = 1;
      at = chosen;
    }
  }
  return out;
}

/** The drafted tree: some lower categories hang below another aspect, some beside the aspects. */
function misplace(parents: readonly number[], rng: Rng): number[] {
  const aspects = parents.flatMap((parent, c) => (parent === -1 ? [c] : []));
  // A topic has three aspects at the least, so there is always another.
  return parents.map((parent, c) => {
    if (parent === -1) return parent;
    const own = rng.split(`link-${c}`);
    if (own.bernoulli(NOISE.lifted)) return -1;
    return own.bernoulli(NOISE.wrongParent)
      ? own.pick(aspects.filter((aspect) => aspect !== parent))
      : parent;
  });
}

export function draft(wordnet: WordnetTopic, rng: Rng): StudyTopic {
  const { order, parents: truth } = aspectsFirst(wordnet);
  const k = order.length;
  const parents = misplace(truth, rng.split("links"));
  const tree = { order, parents };
  const categories = order.map((old, c): PairCategory => {
    const parent = parents[c] ?? -1;
    const { id = "", text = "" } = wordnet.categories[old] ?? {};
    return { id, text, parent, depth: parent === -1 ? 1 : 2 };
  });
  const gold = new Uint8Array(wordnet.studies.length * k);
  wordnet.studies.forEach(({ under }, row) => {
    order.forEach((old, c) => {
      if (under.includes(old)) gold[row * k + c] = 1;
    });
  });
  const expert = rng.split("expert");
  return {
    id: wordnet.id,
    subject: wordnet.subject,
    topic: {
      categories,
      studies: wordnet.studies.map(({ id, text }) => ({ id, text })),
      proposed: assign(wordnet, tree, {
        least: SIMILARITY_MIN,
        slips: NOISE.slips,
        rng: rng.split("proposer"),
      }),
    },
    parents,
    linkRight: parents.map((parent, c) => parent === truth[c]),
    gold,
    aggregated: strictLabels(gold, parents),
    labels: Int8Array.from(gold, (label) => (expert.bernoulli(NOISE.expert) ? 1 - label : label)),
    bestSibling: assign(wordnet, tree, { least: -1, slips: 0, rng: rng.split("best") }),
  };
}

export const TOPICS = { train: 50, test: 60 } as const;
const TOPICS_FAST = { train: 10, test: 8 } as const;

/** Takes topics in order, none that shares a study with one taken before. */
function disjoint(topics: readonly WordnetTopic[], count: number, taken: Set<string>) {
  const chosen: WordnetTopic[] = [];
  for (const topic of topics) {
    if (chosen.length === count) break;
    if (topic.studies.some(({ id }) => taken.has(id))) continue;
    for (const { id } of topic.studies) taken.add(id);
    chosen.push(topic);
  }
  return chosen;
}

export interface StudyWorld {
  readonly train: readonly StudyTopic[];
  /** Of subjects that no training topic is of, and with no study in common. */
  readonly test: readonly StudyTopic[];
}

/** Which subjects are tested on is drawn; then which topics. */
export function studyWorld(rng: Rng, { fast }: { readonly fast: boolean }): StudyWorld {
  const sizes = fast ? TOPICS_FAST : TOPICS;
  const all = rng.split("topics").shuffle(loadWordnetTopics());
  const subjects = rng.split("subjects").shuffle([...new Set(all.map(({ subject }) => subject))]);
  const tested = new Set<number>();
  let held = 0;
  // Twice as many as are tested, as topics that share studies are left out.
  for (const subject of subjects) {
    if (held >= 2 * TOPICS.test) break;
    tested.add(subject);
    held += all.filter((topic) => topic.subject === subject).length;
  }
  const taken = new Set<string>();
  const inTest = ({ subject }: WordnetTopic) => tested.has(subject);
  const test = disjoint(all.filter(inTest), sizes.test, taken);
  const rest = all.filter((topic) => !inTest(topic));
  const train = disjoint(rest, sizes.train, taken);
  const drafted = (topic: WordnetTopic) => draft(topic, rng.split(`draft/${topic.id}`));
  return { train: train.map(drafted), test: test.map(drafted) };
}
