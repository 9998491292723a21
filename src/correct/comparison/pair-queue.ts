/**
 * Which replies to put to a person next: those the members of a reward model disagree on most, a
 * share drawn at random to learn about what nobody doubts, and a share drawn at random from held-out
 * prompts to measure on. How probable each was to be asked is known, so that estimates can be
 * weighted by it.
 */
import type { QuestionReason } from "#core/comparison-views.ts";
import type { ItemId } from "#core/ids.ts";
import type { Rng } from "#core/rng.ts";

/** A prompt with its candidates. */
export interface Candidates {
  readonly id: ItemId;
  readonly heldOut: boolean;
  /** Reply ids. */
  readonly replies: readonly string[];
  /** [members][replies] on one scale; null before there is a reward model. */
  readonly scores: readonly ArrayLike<number>[] | null;
}

/** Some replies of one prompt, put together. */
export interface Grouped {
  /** Names the replies, whatever their order. */
  readonly id: string;
  readonly itemId: ItemId;
  readonly replies: readonly string[];
  /** Share of the members against the mean's choice, in [0, 0.5]; null without members. */
  readonly dissent: number | null;
  /** Variance of the members' margins. */
  readonly variance: number;
}

export interface Drawn extends Grouped {
  readonly why: QuestionReason;
  readonly propensity: number;
}

/** Only the best few candidates are worth telling apart: it is from them that a choice is made. */
const TOP = 4;

const questionId = (itemId: ItemId, replies: readonly string[]): string =>
  `${itemId}|${[...replies].sort().join("|")}`;

/** Named by their number: replies are never taken away, so that many are always the same ones. */
const rankingId = (itemId: ItemId, count: number): string => `${itemId}|all-${count}`;

function doubt(scores: Candidates["scores"], i: number, j: number) {
  if (scores === null || scores.length === 0) return { dissent: null, variance: 0 };
  const margins = scores.map((member) => (member[i] ?? 0) - (member[j] ?? 0));
  const mean = margins.reduce((sum, margin) => sum + margin, 0) / margins.length;
  const variance = margins.reduce((sum, m) => sum + (m - mean) ** 2, 0) / margins.length;
  const first = margins.filter((margin) => margin > 0).length / margins.length;
  return { dissent: Math.min(first, 1 - first), variance };
}

/** Every two replies of a prompt, or all of them at once. */
export function groupsOf({ id, replies, scores }: Candidates, form: "pair" | "ranking"): Grouped[] {
  const pairs: Grouped[] = [];
  for (let j = 1; j < replies.length; j++)
    for (let i = 0; i < j; i++) {
      const two = [replies[i] ?? "", replies[j] ?? ""];
      pairs.push({
        id: questionId(id, two),
        itemId: id,
        replies: two,
        ...doubt(scores, i, j),
      });
    }
  if (form === "pair" || pairs.length === 0) return pairs;
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return [
    {
      id: rankingId(id, replies.length),
      itemId: id,
      replies: [...replies],
      dissent: scores === null ? null : mean(pairs.map(({ dissent }) => dissent ?? 0)),
      variance: mean(pairs.map(({ variance }) => variance)),
    },
  ];
}

/** Replies with the highest mean score; all where there are no scores. */
function topOf({ replies, scores }: Candidates): ReadonlySet<string> {
  if (scores === null) return new Set(replies);
  const mean = replies.map((_, i) => scores.reduce((sum, member) => sum + (member[i] ?? 0), 0));
  const order = [...replies.keys()].sort((a, b) => (mean[b] ?? 0) - (mean[a] ?? 0) || a - b);
  return new Set(order.slice(0, TOP).map((at) => replies[at] ?? ""));
}

const byDoubt = (a: Grouped, b: Grouped): number =>
  (b.dissent ?? 0) - (a.dissent ?? 0) || b.variance - a.variance || (a.id < b.id ? -1 : 1);

/** What there is to ask about, as it stands after a fit. */
export interface PairQueue {
  /** [prompts of the pool] questions of each near its best candidates, most doubted first. */
  readonly doubted: readonly (readonly Grouped[])[];
  readonly pool: readonly Grouped[];
  readonly heldOut: readonly Grouped[];
}

export function pairQueue(prompts: Iterable<Candidates>, form: "pair" | "ranking"): PairQueue {
  const doubted: Grouped[][] = [];
  const pool: Grouped[] = [];
  const heldOut: Grouped[] = [];
  for (const candidates of prompts) {
    const groups = groupsOf(candidates, form);
    if (candidates.heldOut) {
      heldOut.push(...groups);
      continue;
    }
    pool.push(...groups);
    const top = topOf(candidates);
    const near = groups.filter(
      ({ replies }) => form === "ranking" || replies.every((id) => top.has(id)),
    );
    if (near.length > 0) doubted.push(near.sort(byDoubt));
  }
  return {
    doubted: doubted.sort((a, b) => byDoubt(a[0] as Grouped, b[0] as Grouped)),
    pool,
    heldOut,
  };
}

export interface DrawOptions {
  readonly heldOutShare: number;
  readonly exploreShare: number;
  /** Whether a question can be put to this person now. */
  open(question: Grouped): boolean;
  readonly rng: Rng;
}

/**
 * The question to ask, with the probability that it was this one; undefined when none is open. Where
 * one of the three sorts has none left, the others share its part. Before there are members, or
 * where none of them differ, what is doubted most is drawn at random too.
 */
export function drawQuestion(queue: PairQueue, options: DrawOptions): Drawn | undefined {
  const { heldOutShare, exploreShare, open, rng } = options;
  const held = queue.heldOut.filter(open);
  const pool = queue.pool.filter(open);
  const doubted = mostDoubted(queue, open);
  if (held.length + pool.length === 0) return undefined;
  const measure = pool.length === 0 ? 1 : held.length === 0 ? 0 : heldOutShare;
  const explore = doubted === undefined ? 1 : exploreShare;
  const u = rng.uniform();
  if (u < measure) {
    const drawn = rng.pick(held);
    return { ...drawn, why: "measure", propensity: measure / held.length };
  }
  const random = ((1 - measure) * explore) / pool.length;
  if (doubted === undefined || u < measure + (1 - measure) * explore) {
    const drawn = rng.pick(pool);
    const also = drawn.id === doubted?.id ? (1 - measure) * (1 - explore) : 0;
    return { ...drawn, why: "explore", propensity: random + also };
  }
  return {
    ...doubted,
    why: "disagreement",
    propensity: random + (1 - measure) * (1 - explore),
  };
}

/** Of the open questions near the best candidates; undefined where nothing is doubted. */
function mostDoubted(
  { doubted }: PairQueue,
  open: (question: Grouped) => boolean,
): Grouped | undefined {
  let most: Grouped | undefined;
  for (const questions of doubted) {
    const [best] = questions;
    // In order of their best: none of those that follow can be doubted more.
    if (most !== undefined && best !== undefined && byDoubt(most, best) < 0) break;
    const first = questions.find(open);
    if (first !== undefined && (most === undefined || byDoubt(first, most) < 0)) most = first;
  }
  return most?.variance === 0 ? undefined : most;
}
