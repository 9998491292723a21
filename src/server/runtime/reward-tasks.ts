/** Fitting reward models and scoring with them, for the computing thread. */
import { correlationOf } from "#assess/reward/correlation.ts";
import { membersFrom, membersJson } from "#assess/reward/model-json.ts";
import { pairTable, tableSpec } from "#assess/reward/pair-table.ts";
import {
  BUCKETS_DEFAULT,
  constantColumns,
  featurise,
  type Reply,
} from "#assess/reward/reply-features.ts";
import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import { fitRewardModel, memberScores } from "#assess/reward/reward-model.ts";
import type { ComparisonSchema } from "#core/comparison.ts";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import { type Policy, policyOf } from "#propose/tiny-lm.ts";
import { loadBase } from "#worlds/language/base.ts";
import { worldPrompt, worldReply } from "./comparison-projects.ts";
import type { Hooks } from "./compute-tasks.ts";
import type { RewardBody, RewardFeatures } from "./reward-lessons.ts";

/** A reply with the prompt it answers, as a reward model reads it. */
export interface ReadReply {
  readonly prompt: string;
  readonly text: string;
  readonly rewards?: Readonly<Record<string, number>> | undefined;
}

/** One reply preferred to another. */
export interface ReadPair {
  readonly chosen: ReadReply;
  readonly rejected: ReadReply;
}

export interface FitRewardsTask {
  readonly read: ComparisonSchema["read"];
  readonly members: number;
  readonly pairs: readonly ReadPair[];
  /** Comparisons the pairs come from. */
  readonly comparisons: number;
  readonly seed: string;
}

export interface ScoreRepliesTask {
  readonly body: RewardBody;
  readonly replies: readonly ReadReply[];
}

export interface RewardTasks {
  /** @throws Problem `bad-input` for too few pairs, or nothing that tells replies apart. */
  fitRewards(task: FitRewardsTask, hooks: Hooks): Promise<RewardBody>;
  /** [members][replies] standardised. */
  scoreReplies(task: ScoreRepliesTask): Promise<Float64Array[]>;
}

let base: Policy | undefined;
const basePolicy = (): Policy => {
  base ??= policyOf(loadBase());
  return base;
};

/** What the world's own policy makes of replies; neighbours of one prompt are read together. */
export function trunkFeatures(replies: readonly ReadReply[]): Dense {
  const groups: { text: string; prompt: number[]; replies: Uint8Array[] }[] = [];
  for (const { prompt, text } of replies) {
    const last = groups.at(-1);
    const reply = worldReply(text);
    if (last?.text === prompt) last.replies.push(reply);
    else groups.push({ text: prompt, prompt: worldPrompt(prompt), replies: [reply] });
  }
  const policy = basePolicy();
  return { rows: replies.length, cols: policy.featureCount, values: policy.features(groups) };
}

function sideOf({ text, rewards }: ReadReply, read: ComparisonSchema["read"]) {
  if (read !== "rewards") return text;
  if (rewards !== undefined && Object.keys(rewards).length > 0) return rewards;
  throw new Problem("bad-input", "A reply has no rewards to read", {
    expected: "columns of numbers with every reply that was compared",
    got: "a reply without any",
    hint: 'Import them with the replies, or let the project read "text".',
  });
}

const asReplies = (replies: readonly ReadReply[], read: ComparisonSchema["read"]): Reply[] =>
  replies.map((reply, i) => ({ side: sideOf(reply, read), prompt: reply.prompt, row: i + 1 }));

function featuresOf(replies: readonly ReadReply[], features: RewardFeatures): Dense {
  if (features.kind === "trunk") return trunkFeatures(replies);
  const read = features.kind === "columns" ? "rewards" : "text";
  return featurise(asReplies(replies, read), features);
}

function fitMembers(
  { read, members, pairs, comparisons, seed }: FitRewardsTask,
  signal: AbortSignal,
): RewardBody {
  const table = pairTable(
    pairs.map(({ chosen, rejected }) => ({
      prompt: chosen.prompt,
      chosen: sideOf(chosen, read),
      rejected: sideOf(rejected, read),
    })),
  );
  const spec: RewardFeatures =
    read === "trunk" ? { kind: "trunk", world: "brief" } : tableSpec(table, BUCKETS_DEFAULT);
  const features =
    spec.kind === "trunk"
      ? trunkFeatures(
          table.replies.map(({ prompt, side }) => ({ prompt, text: String(side) })), // texts, as read
        )
      : featurise(table.replies, spec);
  const warnings = [...table.warnings, ...constantColumns(features, spec)];
  const rows = Uint32Array.from(table.ids.keys());
  const model = fitRewardModel(
    { features, chosen: rows.map((p) => 2 * p), rejected: rows.map((p) => 2 * p + 1) },
    { ...HEAD_TRAINING, members, bootstrap: false },
    { rng: rngOf(seed), reference: features, signal },
  );
  return {
    features: spec,
    members: membersJson(model),
    report: {
      pairs: rows.length,
      comparisons,
      correlation: members < 2 ? null : correlationOf(memberScores(model, features)),
      warnings,
    },
  };
}

/** [members][replies] */
export function scoresOf({ body, replies }: ScoreRepliesTask): Float64Array[] {
  const model = membersFrom(body.members);
  return memberScores(model, featuresOf(replies, body.features));
}

export const rewardTasks = (): RewardTasks => ({
  fitRewards: async (task, { signal }) => fitMembers(task, signal),
  scoreReplies: async (task) => scoresOf(task),
});
