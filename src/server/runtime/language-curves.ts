/** How far the learned reward may be pushed, and two policies side by side, on fresh prompts of the world. */
import { z } from "zod";
import type { BestOfCurve, SampledReply, SideBySide } from "#core/comparison-views.ts";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import { bootstrap, meanOf } from "#measure/bootstrap.ts";
import { bestOf } from "#systems/reward-ensembles/best-of.ts";
import { judged } from "./candidates.ts";
import { comparisonIndex } from "./comparison-index.ts";
import { type Host, projectRng } from "./host.ts";
import { goldOfText } from "./language-tasks.ts";
import { freshPrompt } from "./language-world.ts";
import { checkpointOf, trainable } from "./training.ts";

function measured(metric: string, values: Float64Array, host: Host): Measurement {
  const rng = host.rng.split("interval").split(metric);
  const { value, interval } = bootstrap(meanOf(values), values.length, { rng });
  return { metric, value, interval, n: values.length };
}

export const BestOfInput = z.strictObject({
  checkpoint: z.string().min(1).max(300).default("base"),
  prompts: z.int().min(4).max(128).default(24),
  replies: z.int().min(2).max(512).default(64),
  aggregate: z.enum(["mean", "wco", "uwo"]).default("wco"),
  lambda: z.number().min(0).default(0.5),
});

/** Replies scored for one curve. */
const CURVE_REPLIES_MAX = 8_192;

/** What choosing the best of n by the learned reward gives, by that reward and by the world's own. */
export async function bestOfCurve(
  host: Host,
  id: ProjectId,
  input: z.infer<typeof BestOfInput>,
  signal: AbortSignal,
): Promise<BestOfCurve> {
  await trainable(host, id);
  const { reward } = await comparisonIndex(host, id);
  if (reward === null) throw noReward();
  const { prompts: count, replies: n } = input;
  if (count * n > CURVE_REPLIES_MAX)
    throw new Problem("bad-input", "These are too many replies for one curve", {
      expected: `at most ${CURVE_REPLIES_MAX} of all prompts`,
      got: `${count * n}`,
      at: { field: "replies" },
    });
  const rng = projectRng(host, id).split("best-of");
  const prompts = Array.from({ length: count }, () => freshPrompt(rng));
  const { parameters } = await checkpointOf(host, id, input.checkpoint);
  const seed = rng.split("replies").path;
  const sampled = await host.compute.sampleReplies({
    parameters,
    prompts,
    n,
    temperature: 1,
    seed,
  });
  signal.throwIfAborted();
  const rows = prompts.flatMap((prompt, p) =>
    (sampled[p] ?? []).map(({ text }) => ({ promptId: String(p), prompt, text })),
  );
  const members = await host.compute.scoreReplies({ body: reward.body, replies: rows });
  signal.throwIfAborted();
  const candidates = rows.map(({ promptId, prompt, text }, i) => ({
    id: String(i),
    promptId,
    rewards: Object.fromEntries(members.map((scores, m) => [`member-${m + 1}`, scores[i] ?? 0])),
    gold: goldOfText(prompt, text),
  }));
  const told = { signal, rng, clock: host.clock, progress: () => undefined };
  const asked = { candidates, aggregate: input.aggregate, lambda: input.lambda };
  const how = { ...asked, standardise: "none" as const, seed: 1 };
  // What is recommended must not have seen the world's own reward: that is shown beside it alone.
  const blind = await bestOf.run(
    { ...how, candidates: candidates.map(({ gold: _, ...row }) => row) },
    told,
  );
  const seen = await bestOf.run(how, told);
  return {
    curve: blind.curve.map(({ n: of, kl, score, unseen }, i) => ({
      n: of,
      kl,
      proxy: { metric: "proxy", value: score, interval: null, n: count },
      unseen: estimate("unseen", unseen, count),
      gold: estimate("gold", seen.curve[i]?.gold ?? null, count),
    })),
    recommended: blind.recommended,
    prompts: count,
    warnings: blind.warnings,
  };
}

const estimate = (
  metric: string,
  of: { readonly value: number; readonly interval: Measurement["interval"] } | null,
  n: number,
): Measurement | null => of && { metric, value: of.value, interval: of.interval, n };

const noReward = (): Problem =>
  new Problem("conflict", "There is no reward model in force", {
    hint: "Compare some replies and POST …/refit first.",
  });

/** Two checkpoints on the same fresh prompts. */
export async function sideBySide(
  host: Host,
  id: ProjectId,
  {
    a,
    b,
    n,
    seed,
  }: { readonly a: string; readonly b: string; readonly n: number; readonly seed: number },
): Promise<SideBySide> {
  await trainable(host, id);
  const index = await comparisonIndex(host, id);
  const rng = projectRng(host, id).split("side-by-side").split(seed);
  const prompts = Array.from({ length: n }, () => freshPrompt(rng));
  const of = async (checkpoint: string, side: string): Promise<SampledReply[]> => {
    const { parameters } = await checkpointOf(host, id, checkpoint);
    const sampled = await host.compute.sampleReplies({
      parameters,
      prompts,
      n: 1,
      temperature: 1,
      seed: rng.split(side).path,
    });
    const replies: SampledReply[] = [];
    for (const [p, prompt] of prompts.entries())
      replies.push(...(await judged(host, index, prompt, sampled[p] ?? [])));
    return replies;
  };
  const [left, right] = [await of(a, "a"), await of(b, "b")];
  const rows = prompts.flatMap((prompt, p) => {
    const [one, other] = [left[p], right[p]];
    return one === undefined || other === undefined ? [] : [{ prompt, a: one, b: other }];
  });
  const wins = (metric: string, worth: (reply: SampledReply) => number | null) => {
    const leads = rows.map((row) => (worth(row.b) ?? Number.NaN) - (worth(row.a) ?? Number.NaN));
    if (leads.some(Number.isNaN)) return null;
    return measured(
      metric,
      Float64Array.from(leads, (lead) => (lead > 0 ? 1 : lead < 0 ? 0 : 0.5)),
      host,
    );
  };
  const words = (replies: readonly SampledReply[]) =>
    replies.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0) / replies.length;
  return {
    a,
    b,
    rows,
    bWins: wins("wins", ({ score }) => score),
    bWinsGold: wins("wins-gold", ({ gold }) => gold),
    length: { a: words(left), b: words(right) },
  };
}
