import { type Aggregate, combine } from "#assess/reward/ensemble.ts";
import type { Reply } from "#core/comparison.ts";
import {
  type AggregateQuery,
  type CandidatePage,
  CandidateSampling,
  type PolicyRef,
  type SampledReply,
  type SampleInput,
  type ScoredReply,
} from "#core/comparison-views.ts";
import { isProblem, Problem, problemText } from "#core/errors.ts";
import { type ItemId, ProjectId } from "#core/ids.ts";
import type { JobRun } from "#store/jobs.ts";
import { isHeldOut, promptIdOf, replyIdOf } from "./comparison-import.ts";
import { type ComparisonIndex, comparisonIndex, type PromptEntry } from "./comparison-index.ts";
import { comparisonProject, textOfPrompt } from "./comparison-projects.ts";
import { type Host, projectRng } from "./host.ts";
import { goldOfText } from "./language-tasks.ts";
import { freshPrompt } from "./language-world.ts";
import { checkpointOf, trainable } from "./training.ts";

const aggregateOf = ({ aggregate, lambda }: AggregateQuery): Aggregate =>
  aggregate === "uwo" ? { kind: aggregate, lambda } : { kind: aggregate };

interface Combined {
  readonly score: number | null;
  readonly spread: number | null;
  readonly members: number[];
}

/** Members of each reply combined; nulls where there are none. */
function combined(
  members: readonly Float64Array[] | null,
  count: number,
  aggregate: Aggregate,
): Combined[] {
  if (members === null || members.length === 0 || count === 0)
    return Array.from({ length: count }, () => ({ score: null, spread: null, members: [] }));
  const { scores, spread } = combine(members, aggregate);
  return Array.from({ length: count }, (_, i) => ({
    score: scores[i] ?? null,
    spread: spread[i] ?? null,
    members: members.map((member) => member[i] ?? 0),
  }));
}

/** Prompts with their candidates, best first. */
export async function candidatePage(
  host: Host,
  id: ProjectId,
  how: AggregateQuery & {
    readonly q?: string | undefined;
    readonly itemId?: ItemId | undefined;
    readonly after: number;
    readonly limit: number;
  },
): Promise<CandidatePage> {
  const index = await comparisonIndex(host, id);
  const words = how.q?.trim().toLowerCase() ?? "";
  const matching = [...index.prompts.values()].filter(
    (entry) =>
      (how.itemId === undefined || entry.id === how.itemId) &&
      (words === "" || textOfEntry(entry).includes(words)),
  );
  const compared = new Map<string, number>();
  for (const { undone, correction } of index.said)
    if (!undone) compared.set(correction.itemId, (compared.get(correction.itemId) ?? 0) + 1);
  const end = how.after + how.limit;
  return {
    prompts: matching.slice(how.after, end).map((entry) => ({
      itemId: entry.id,
      prompt: [...entry.prompt],
      heldOut: entry.heldOut,
      compared: compared.get(entry.id) ?? 0,
      replies: scoredReplies(index, entry, aggregateOf(how)),
    })),
    total: matching.length,
    next: end < matching.length ? String(end) : null,
  };
}

const textOfEntry = ({ prompt, replies }: PromptEntry): string =>
  `${textOfPrompt(prompt)}\n${replies.map(({ text }) => text).join("\n")}`.toLowerCase();

function scoredReplies(
  { schema }: ComparisonIndex,
  { prompt, replies, scores }: PromptEntry,
  aggregate: Aggregate,
): ScoredReply[] {
  const text = textOfPrompt(prompt);
  const worth = combined(scores, replies.length, aggregate);
  return replies
    .map((reply, i) => ({
      id: reply.id,
      text: reply.text,
      source: reply.source ?? null,
      ...(worth[i] ?? { score: null, spread: null, members: [] }),
      gold: schema.world === null ? null : goldOfText(text, reply.text),
    }))
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
}

/** Replies as texts, with their log-probability where it is known. */
interface Raw {
  readonly text: string;
  readonly logProb: number | null;
}

/** Replies of a policy to prompts, one prompt after another. @throws Problem `unavailable`. */
async function* sampledFrom(
  host: Host,
  id: ProjectId,
  how: {
    readonly from: PolicyRef;
    readonly prompts: readonly PromptEntry["prompt"][];
    readonly n: number;
    readonly temperature: number;
    readonly seed: string;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<Raw[]> {
  const { from, prompts, n, temperature, seed, signal } = how;
  if (from.kind === "checkpoint") {
    await trainable(host, id);
    const { parameters } = await checkpointOf(host, id, from.id);
    const texts = prompts.map(textOfPrompt);
    yield* await host.compute.sampleReplies({ parameters, prompts: texts, n, temperature, seed });
    return;
  }
  const { chat } = host;
  if (chat === undefined)
    throw new Problem("unavailable", "No language model is configured", {
      expected: "EMEND_LLM_BASE_URL in the server's environment",
    });
  for (const prompt of prompts) {
    const replies: Raw[] = [];
    for (let i = 0; i < n; i++)
      replies.push({ text: await chat.reply(prompt, { temperature, signal }), logProb: null });
    yield replies;
  }
}

/** Replies to a prompt that somebody writes, with what the reward model in force makes of them. */
export async function sampleNow(
  host: Host,
  id: ProjectId,
  input: SampleInput,
  signal: AbortSignal,
): Promise<SampledReply[]> {
  const index = await comparisonIndex(host, id);
  const prompt = [{ role: "user" as const, content: input.prompt }];
  const seed = projectRng(host, id).split("sample").split(host.clock.nowMs()).path;
  const { from, n, temperature } = input;
  const replies: Raw[] = [];
  for await (const some of sampledFrom(host, id, {
    from,
    prompts: [prompt],
    n,
    temperature,
    seed,
    signal,
  }))
    replies.push(...some);
  return judged(host, index, input.prompt, replies);
}

export async function judged(
  host: Host,
  { reward, schema }: ComparisonIndex,
  prompt: string,
  replies: readonly Raw[],
): Promise<SampledReply[]> {
  // Columns of numbers somebody else reads off replies cannot be had of new ones.
  const reads = reward !== null && reward.body.features.kind !== "columns";
  const rows = replies.map(({ text }) => ({ prompt, text }));
  const members =
    reads && rows.length > 0
      ? await host.compute.scoreReplies({ body: reward.body, replies: rows })
      : null;
  const worth = combined(members, replies.length, { kind: "wco" });
  return replies.map(({ text, logProb }, i) => ({
    text,
    logProb,
    ...(worth[i] ?? { score: null, spread: null, members: [] }),
    gold: schema.world === null ? null : goldOrNull(prompt, text),
  }));
}

/** An endpoint may answer in words the world does not know. */
function goldOrNull(prompt: string, text: string): number | null {
  try {
    return goldOfText(prompt, text);
  } catch (error) {
    if (isProblem(error)) return null;
    throw error;
  }
}

const SampleJob = CandidateSampling.extend({ projectId: ProjectId });

/** Queues sampling of new candidates. @throws Problem where they cannot be sampled. */
export async function askForCandidates(
  host: Host,
  id: ProjectId,
  input: CandidateSampling,
): Promise<string> {
  await comparisonProject(host, id);
  if (input.from.kind === "checkpoint") {
    await trainable(host, id);
    await checkpointOf(host, id, input.from.id);
  } else if (host.chat === undefined)
    throw new Problem("unavailable", "No language model is configured", {
      expected: "EMEND_LLM_BASE_URL in the server's environment",
    });
  return host.jobs.enqueue("sample-replies", { ...input, projectId: id }, { projectId: id });
}

/** Failed prompts after which an endpoint is taken to be down. */
const FAILURES_MAX = 3;
const PROBLEMS_SHOWN = 5;

/** The `sample-replies` job. What was sampled before a failure stays. */
export async function sampleJob(host: Host, run: JobRun) {
  const { projectId: id, from, prompts: count, ...how } = SampleJob.parse(run.data);
  const index = await comparisonIndex(host, id);
  const prompts = promptsFor(host, index, { count, fresh: how.fresh });
  const result = { prompts: 0, replies: 0, duplicates: 0, failed: 0, problems: [] as string[] };
  const source = from.kind === "checkpoint" ? from.id : (host.chat?.model ?? "endpoint");
  for (const [at, prompt] of prompts.entries()) {
    run.signal.throwIfAborted();
    run.progress({ done: at, total: prompts.length, label: `prompt ${at + 1}` });
    const seed = projectRng(host, id).split("candidates").split(run.id).split(at).path;
    try {
      const asked = { from, prompts: [prompt], n: how.replies, temperature: how.temperature };
      for await (const replies of sampledFrom(host, id, { ...asked, seed, signal: run.signal })) {
        const added = await addReplies(host, index, { prompt, replies, source });
        result.prompts++;
        result.replies += added;
        result.duplicates += replies.length - added;
      }
    } catch (error) {
      if (!isProblem(error) || error.kind === "cancelled") throw error;
      result.failed++;
      if (result.problems.length < PROBLEMS_SHOWN) result.problems.push(problemText(error));
      if (result.failed >= FAILURES_MAX) break;
    }
  }
  host.live.publish({ kind: "comparisons-changed", projectId: id });
  return result;
}

/** Prompts of the project with the fewest candidates, or new ones of its world. */
function promptsFor(
  host: Host,
  { project, schema, prompts }: ComparisonIndex,
  { count, fresh }: { readonly count: number; readonly fresh: boolean },
): PromptEntry["prompt"][] {
  if (!fresh)
    return [...prompts.values()]
      .sort((a, b) => a.replies.length - b.replies.length)
      .slice(0, count)
      .map(({ prompt }) => prompt);
  if (schema.world === null)
    throw new Problem("bad-input", "There is no world to draw prompts from", {
      expected: '"fresh": false',
      at: { field: "fresh" },
    });
  const rng = projectRng(host, project.id).split("fresh-prompts").split(prompts.size);
  return Array.from({ length: count }, () => [{ role: "user", content: freshPrompt(rng) }]);
}

async function addReplies(
  host: Host,
  { project, schema, prompts }: ComparisonIndex,
  made: {
    readonly prompt: PromptEntry["prompt"];
    readonly replies: readonly Raw[];
    readonly source: string;
  },
): Promise<number> {
  const { prompt, replies, source } = made;
  const known = [...prompts.values()].find((entry) => entry.prompt === prompt);
  const promptId = known?.id ?? promptIdOf(prompt);
  const heldOut = known?.heldOut ?? isHeldOut(project.id, promptId, schema.heldOutShare);
  const rows = replies
    .filter(({ text }) => text.trim() !== "")
    .map(
      ({ text, logProb }): Reply => ({
        id: replyIdOf(text),
        text,
        source,
        ...(logProb === null ? {} : { logProb }),
      }),
    );
  const added = await host.store.addCandidates(
    project.id,
    [{ prompt: { id: promptId, prompt, heldOut }, replies: rows }],
    { format: "sampled", rejected: 0 },
  );
  return added.replies;
}
