/** What people said here, as records to fine-tune from: verdicts on replies, and outputs they edited or confirmed. */
import type { ComparisonInput, ComparisonOutput, Message, Reply } from "#core/comparison.ts";
import type { Correction } from "#core/correction.ts";
import type { Completion, FinetuneRecord, Judgement } from "#core/finetune.ts";
import { hashOf } from "./conversation.ts";

type Meta = Partial<Omit<FinetuneRecord["meta"], "hash">>;

/** What one annotator said of an item of replies. */
export interface ComparisonVerdict {
  readonly annotator: string;
  readonly atMs: number;
  readonly output: ComparisonOutput;
  readonly confidence?: number;
}

const metaOf = (prompt: readonly Message[], meta: Meta): FinetuneRecord["meta"] => ({
  split: meta.split ?? null,
  licence: meta.licence ?? null,
  lang: meta.lang ?? null,
  hash: hashOf(prompt),
});

/** `reward`: the name of the reward column that is kept. */
const completionOf = (
  { id, text, source, logProb, rewards }: Reply,
  reward?: string,
): Completion => {
  const score = reward === undefined ? undefined : rewards?.[reward];
  return {
    id,
    messages: [{ role: "assistant", content: text }],
    ...(source !== undefined && { source }),
    ...(logProb !== undefined && { logProb }),
    ...(score !== undefined && { reward: score }),
  };
};

function judgementOf({ annotator, atMs, output, confidence }: ComparisonVerdict): Judgement {
  const said = { annotator, atMs, ...(confidence !== undefined && { confidence }) };
  if (output.kind === "ranking") return { kind: "rank", tiers: output.tiers, ...said };
  const { first, second, verdict } = output;
  switch (verdict) {
    case "first":
      return { kind: "pair", chosen: first, rejected: second, ...said };
    case "second":
      return { kind: "pair", chosen: second, rejected: first, ...said };
    case "tie":
      return { kind: "tie", good: null, ...said };
    case "both-bad":
      return { kind: "tie", good: false, ...said };
  }
}

/** A record for each verdict on an item, the replies it is of alone; for one that nobody judged, a record of its replies. */
export function fromComparison(
  item: {
    readonly id: string;
    readonly input: ComparisonInput;
    readonly verdicts: readonly ComparisonVerdict[];
  },
  { reward, ...meta }: Meta & { readonly reward?: string } = {},
): FinetuneRecord[] {
  const { prompt, replies } = item.input;
  const about = { prompt, meta: metaOf(prompt, meta) };
  const all = replies.map((reply) => completionOf(reply, reward));
  if (item.verdicts.length === 0) {
    const rated = all.some((completion) => completion.reward !== undefined);
    const judgement = rated ? { kind: "rating" as const, annotator: null, atMs: null } : null;
    return [{ id: item.id, ...about, completions: all, judgement }];
  }
  return item.verdicts.map((verdict, at) => {
    const { output } = verdict;
    const named = output.kind === "pair" ? [output.first, output.second] : output.tiers.flat();
    return {
      id: `${item.id}/${at + 1}`,
      ...about,
      completions: all.filter(({ id }) => named.includes(id)),
      judgement: judgementOf(verdict),
    };
  });
}

/**
 * A correction of a label or a text. Edited: what it became is preferred to what was proposed. Confirmed, or given
 * where nothing was proposed: it is as it should be. Rejected: it is not. Undefined where nothing of the kind was said.
 */
export function fromCorrection(
  correction: Pick<Correction<string>, "id" | "decision" | "before" | "after" | "by" | "atMs">,
  prompt: readonly Message[],
  meta: Meta = {},
): FinetuneRecord | undefined {
  const { id, decision, before, after, by, atMs } = correction;
  const reply = (replyId: string, content: string): Completion => ({
    id: replyId,
    messages: [{ role: "assistant", content }],
  });
  const said = { annotator: by.id, atMs };
  const record = (completions: Completion[], judgement: Judgement): FinetuneRecord => ({
    id,
    prompt: [...prompt],
    completions,
    judgement,
    meta: metaOf(prompt, meta),
  });
  if (decision === "edited" && after !== null)
    return before === null || before === after
      ? record([reply("after", after)], { kind: "demo", chosen: "after", ...said })
      : record([reply("after", after), reply("before", before)], {
          kind: "edit",
          chosen: "after",
          rejected: "before",
          ...said,
        });
  const right = after ?? before;
  if (decision === "confirmed" && right !== null)
    return record([reply("after", right)], { kind: "demo", chosen: "after", ...said });
  if (decision === "rejected" && before !== null)
    return record([reply("before", before)], {
      kind: "binary",
      completion: "before",
      label: false,
      ...said,
    });
  return undefined;
}
