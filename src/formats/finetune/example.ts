/** What one line of a training file says, whoever's file it is; and how records become such lines. */
import { unreachable } from "#core/assert.ts";
import type { Completion, FinetuneRecord, FinetuneTask, JudgedStep } from "#core/finetune.ts";
import { hashOf, type Messages } from "./conversation.ts";

interface About {
  /** The record it was made from; of a pair made of two, the better one's. */
  readonly recordId: string;
  readonly annotator: string | null;
  readonly prompt: Messages;
  /** Hash of the prompt. */
  readonly hash: string;
  readonly tools: FinetuneRecord["tools"];
}

export type Demonstration = About & { readonly kind: "demonstration"; completion: Messages };
export type Pair = About & {
  readonly kind: "pair";
  readonly chosen: Messages;
  readonly rejected: Messages;
  readonly margin: number | null;
};
export type Labelled = About & {
  readonly kind: "labelled";
  readonly completion: Messages;
  readonly label: boolean;
};
export type Stepwise = About & { readonly kind: "stepwise"; steps: readonly JudgedStep[] };
export type Prompt = About & {
  readonly kind: "prompt";
  readonly verifier: string | null;
  readonly groundTruth: string | null;
  readonly fnRate: number | null;
  readonly fpRate: number | null;
  readonly principles: readonly string[];
};
export type Principled = About & {
  readonly kind: "principled";
  readonly response: Messages;
  readonly principle: string;
  readonly fulfilled: boolean;
  readonly evidence: readonly { readonly start: number; readonly end: number }[];
};
export type Example = Demonstration | Pair | Labelled | Stepwise | Prompt | Principled;

/** Something that does not go into a file, and why. */
export interface Drop {
  readonly recordId: string;
  readonly reason: string;
}

export interface ExampleOptions {
  /** Of replies that were ranked or rated: the best against the worst, or every better against every worse one. */
  readonly pairs?: "best-worst" | "all";
}

interface Made {
  readonly examples: Example[];
  readonly drops: Drop[];
}

/** Examples in the order of their records. What a record cannot say for a task is dropped with its reason. */
export function examplesOf(
  records: readonly FinetuneRecord[],
  task: FinetuneTask,
  options: ExampleOptions = {},
): Made {
  const made: Made = { examples: [], drops: [] };
  const single: Judged[] = [];
  for (const record of records) {
    const { examples, reason } = fromRecord(record, task, options, single);
    made.examples.push(...examples);
    if (reason !== undefined) made.drops.push({ recordId: record.id, reason });
  }
  if (task === "dpo" || task === "rm") pairUp(single, made);
  return task === "grpo" ? { ...made, examples: onePerPrompt(made.examples) } : made;
}

const aboutOf = (record: FinetuneRecord): About => ({
  recordId: record.id,
  annotator: record.judgement?.annotator ?? null,
  prompt: record.prompt,
  hash: hashOf(record.prompt),
  tools: record.tools,
});

/** A reply that was judged alone: it makes a pair with one of the same prompt that was judged otherwise. */
interface Judged {
  readonly about: About;
  readonly of: string;
  readonly messages: Messages;
  readonly score: number;
}

/** Better and worse replies of one record, as its judgement has them. */
type Contrast = readonly [better: Completion, worse: Completion, margin: number | null];

interface Said {
  readonly good: readonly Completion[];
  readonly bad: readonly Completion[];
  readonly contrasts: readonly Contrast[];
  /** Why there is no contrast, where the judgement would make one expect it. */
  readonly why?: string;
}

const NOTHING: Said = { good: [], bad: [], contrasts: [] };

/** What a judgement says, in terms of its completions. Ids that name none say nothing. */
function saidOf(record: FinetuneRecord, pairs: "best-worst" | "all"): Said {
  const { judgement, completions } = record;
  const named = (id: string) => completions.filter((completion) => completion.id === id);
  if (judgement === null) return { ...NOTHING, why: "nobody judged it" };
  switch (judgement.kind) {
    case "demo":
      return { ...NOTHING, good: named(judgement.chosen), why: "there is nothing to prefer it to" };
    case "edit":
    case "pair": {
      const [good, bad] = [named(judgement.chosen), named(judgement.rejected)];
      const margin = judgement.kind === "pair" ? (judgement.margin ?? null) : null;
      const contrasts = good.flatMap((a) => bad.map((b): Contrast => [a, b, margin]));
      return { good, bad, contrasts, why: "its judgement names replies it does not have" };
    }
    case "tie": {
      const [good, bad] = [
        judgement.good === true ? completions : [],
        judgement.good === false ? completions : [],
      ];
      return { good, bad, contrasts: [], why: "a tie" };
    }
    case "rank":
      return tiersOf(
        judgement.tiers.map((tier) => tier.flatMap(named)),
        () => null,
        pairs,
      );
    case "rating":
      return tiersOf(byReward(completions), (a, b) => (a.reward ?? 0) - (b.reward ?? 0), pairs);
    case "binary":
      return judgement.label
        ? { ...NOTHING, good: named(judgement.completion) }
        : { ...NOTHING, bad: named(judgement.completion) };
    case "steps":
    case "verifier":
    case "principle":
      return { ...NOTHING, why: `a judgement of kind "${judgement.kind}" does not say it` };
    default:
      return unreachable(judgement);
  }
}

/** Completions of equal reward, best first. */
function byReward(completions: readonly Completion[]): Completion[][] {
  const tiers = new Map<number, Completion[]>();
  for (const completion of completions) {
    const { reward } = completion;
    if (reward === undefined) continue;
    const tier = tiers.get(reward);
    if (tier === undefined) tiers.set(reward, [completion]);
    else tier.push(completion);
  }
  return [...tiers].sort(([a], [b]) => b - a).map(([, tier]) => tier);
}

function tiersOf(
  tiers: readonly (readonly Completion[])[],
  margin: (a: Completion, b: Completion) => number | null,
  pairs: "best-worst" | "all",
): Said {
  const filled = tiers.filter((tier) => tier.length > 0);
  const [best, worst] = [filled[0]?.[0], filled.at(-1)?.[0]];
  if (filled.length < 2 || best === undefined || worst === undefined)
    return { ...NOTHING, why: filled.length === 0 ? "no reply has a rating" : "a tie" };
  const contrast = (a: Completion, b: Completion): Contrast => [a, b, margin(a, b)];
  const all = filled.flatMap((tier, at) =>
    tier.flatMap((a) =>
      filled
        .slice(at + 1)
        .flat()
        .map((b) => contrast(a, b)),
    ),
  );
  return { good: [best], bad: [worst], contrasts: pairs === "all" ? all : [contrast(best, worst)] };
}

interface FromRecord {
  readonly examples: readonly Example[];
  readonly reason?: string | undefined;
}

const because = (reason: string): FromRecord => ({ examples: [], reason });

function fromRecord(
  record: FinetuneRecord,
  task: FinetuneTask,
  { pairs = "best-worst" }: ExampleOptions,
  single: Judged[],
): FromRecord {
  const about = aboutOf(record);
  switch (task) {
    case "sft": {
      const { good, why } = saidOf(record, pairs);
      const examples = good.map(
        ({ messages }): Example => ({ ...about, kind: "demonstration", completion: messages }),
      );
      return examples.length > 0 ? { examples } : because(why ?? "no reply of it is a good one");
    }
    case "kto":
      return labelled(record, about, saidOf(record, pairs));
    case "dpo":
    case "rm": {
      const alone = judgedAlone(record, about);
      if (alone !== undefined) {
        single.push(alone);
        return { examples: [] };
      }
      const { contrasts, why } = saidOf(record, pairs);
      const examples = contrasts.map(
        ([better, worse, margin]): Example => ({
          ...about,
          kind: "pair",
          chosen: better.messages,
          rejected: worse.messages,
          margin,
        }),
      );
      return examples.length > 0 ? { examples } : because(why ?? "a tie");
    }
    case "prm":
      return stepwise(record, about);
    case "grpo":
      return record.prompt.length === 0
        ? because("it has no prompt")
        : { examples: [promptOf(record, about)] };
    case "principle":
      return principled(record, about);
    default:
      return unreachable(task);
  }
}

function labelled(record: FinetuneRecord, about: About, { good, bad, why }: Said): FromRecord {
  const { judgement } = record;
  const of = ({ messages }: Completion, label: boolean): Example => ({
    ...about,
    kind: "labelled",
    completion: messages,
    label,
  });
  if (judgement?.kind === "principle") {
    const completion = record.completions.find(({ id }) => id === judgement.completion);
    return completion === undefined
      ? because("its judgement names a reply it does not have")
      : { examples: [of(completion, judgement.fulfilled)] };
  }
  const examples = [...good.map((reply) => of(reply, true)), ...bad.map((bad) => of(bad, false))];
  return examples.length > 0 ? { examples } : because(why ?? "its judgement names no reply");
}

/** A verdict on one reply, where the record holds one alone. */
function judgedAlone(record: FinetuneRecord, about: About): Judged | undefined {
  const { judgement, completions } = record;
  if (judgement?.kind === "rating") {
    const [only, ...others] = completions.filter(({ reward }) => reward !== undefined);
    return only === undefined || others.length > 0
      ? undefined
      : { about, of: "rating", messages: only.messages, score: only.reward ?? 0 };
  }
  if (judgement?.kind !== "binary" && judgement?.kind !== "principle") return undefined;
  const completion = completions.find(({ id }) => id === judgement.completion);
  if (completion === undefined) return undefined;
  const { messages } = completion;
  return judgement.kind === "binary"
    ? { about, of: "binary", messages, score: judgement.label ? 1 : 0 }
    : { about, of: judgement.principle, messages, score: judgement.fulfilled ? 1 : 0 };
}

/** Replies judged alone, the best of a prompt (and principle) with the worst, until the two are judged alike. */
function pairUp(single: readonly Judged[], { examples, drops }: Made): void {
  const groups = new Map<string, Judged[]>();
  for (const judged of single) {
    const key = `${judged.about.hash} ${judged.of}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [judged]);
    else group.push(judged);
  }
  for (const group of groups.values()) {
    const sorted = group.toSorted((a, b) => b.score - a.score);
    let [best, worst] = [0, sorted.length - 1];
    for (; best < worst; best++, worst--) {
      const [a, b] = [sorted[best], sorted[worst]];
      if (a === undefined || b === undefined || a.score === b.score) break;
      const margin = a.of === "rating" ? a.score - b.score : null;
      examples.push({
        ...a.about,
        kind: "pair",
        chosen: a.messages,
        rejected: b.messages,
        margin,
      });
    }
    const reason = "no reply to the same prompt was judged otherwise";
    for (const { about } of sorted.slice(best, worst + 1))
      drops.push({ recordId: about.recordId, reason });
  }
}

function stepwise(record: FinetuneRecord, about: About): FromRecord {
  const { judgement, completions } = record;
  if (judgement?.kind !== "steps") return because("its steps were not judged");
  const steps = completions.find(({ id }) => id === judgement.completion)?.steps;
  return steps === undefined
    ? because("its reply is not cut into steps")
    : { examples: [{ ...about, kind: "stepwise", steps }] };
}

function promptOf(record: FinetuneRecord, about: About): Prompt {
  const { judgement, completions } = record;
  const bare: Prompt = {
    ...about,
    kind: "prompt",
    verifier: null,
    groundTruth: null,
    fnRate: null,
    fpRate: null,
    principles: [],
  };
  if (judgement?.kind === "principle") return { ...bare, principles: [judgement.principle] };
  if (judgement?.kind === "verifier") {
    const { verifier, groundTruth, fnRate, fpRate } = judgement;
    return { ...bare, verifier, groundTruth, fnRate, fpRate };
  }
  if (judgement?.kind !== "demo" && judgement?.kind !== "edit") return bare;
  // What a person wrote in the model's place is what its answers are held against.
  const right = completions.find(({ id }) => id === judgement.chosen)?.messages.at(-1);
  return { ...bare, groundTruth: right?.content ?? null };
}

/** Prompts are sampled from, so one said twice would count twice: what is known of it comes together. */
function onePerPrompt(examples: readonly Example[]): Example[] {
  const prompts = new Map<string, Prompt>();
  for (const example of examples) {
    if (example.kind !== "prompt") continue;
    const { hash, verifier, groundTruth, fnRate, fpRate, principles } = example;
    const known = prompts.get(hash);
    prompts.set(
      hash,
      known === undefined
        ? example
        : {
            ...known,
            verifier: known.verifier ?? verifier,
            groundTruth: known.groundTruth ?? groundTruth,
            fnRate: known.fnRate ?? fnRate,
            fpRate: known.fpRate ?? fpRate,
            principles: [...new Set([...known.principles, ...principles])],
          },
    );
  }
  return [...prompts.values()];
}

function principled(record: FinetuneRecord, about: About): FromRecord {
  const { judgement, completions } = record;
  if (judgement?.kind !== "principle") return because("it was not judged by a principle");
  const response = completions.find(({ id }) => id === judgement.completion)?.messages;
  if (response === undefined) return because("its judgement names a reply it does not have");
  const { principle, fulfilled, evidence } = judgement;
  return { examples: [{ ...about, kind: "principled", response, principle, fulfilled, evidence }] };
}
