/** Comparisons as a file that can be imported again, here or by whoever trains from preferences. */
import type { FinetuneRecord } from "#core/finetune.ts";
import type { ProjectId } from "#core/ids.ts";
import { preferences } from "#correct/comparison/order.ts";
import {
  exportFinetune,
  type FinetuneExport,
  type FinetuneExportOptions,
} from "#formats/finetune/export.ts";
import { fromComparison } from "#formats/finetune/from-corrections.ts";
import { comparisonLog } from "./comparison-index.ts";
import { textOfPrompt } from "./comparison-projects.ts";
import type { Host } from "./host.ts";

/** One line for each two replies that were told apart, and each tie of two. */
export async function* comparisonLines(
  host: Pick<Host, "store">,
  id: ProjectId,
): AsyncGenerator<string> {
  const { said, prompts } = await comparisonLog(host, id);
  for (const { correction, undone, revoked } of said) {
    const entry = prompts.get(correction.itemId);
    const { after } = correction;
    if (undone || revoked || after === null || entry === undefined) continue;
    const text = (replyId: string) =>
      entry.replies.find((reply) => reply.id === replyId)?.text ?? "";
    const plain = entry.prompt.length === 1 && entry.prompt[0]?.role === "user";
    const about = {
      id: entry.id,
      prompt: plain ? textOfPrompt(entry.prompt) : entry.prompt,
      annotator: correction.by.id,
    };
    for (const { chosen, rejected } of preferences(after))
      yield `${JSON.stringify({ ...about, chosen: text(chosen), rejected: text(rejected) })}\n`;
    if (after.kind !== "pair" || (after.verdict !== "tie" && after.verdict !== "both-bad"))
      continue;
    const answers = [text(after.first), text(after.second)];
    yield `${JSON.stringify({ ...about, answers, preference: null })}\n`;
  }
}

/** The comparisons as records to fine-tune from; prompts that are only measured on are the test split. */
async function finetuneRecords(
  host: Pick<Host, "store">,
  id: ProjectId,
): Promise<FinetuneRecord[]> {
  const { said, prompts } = await comparisonLog(host, id);
  const verdicts = new Map<string, Parameters<typeof fromComparison>[0]["verdicts"][number][]>();
  for (const { correction, undone, revoked } of said) {
    const { itemId, after, by, atMs } = correction;
    if (undone || revoked || after === null) continue;
    const own = verdicts.get(itemId) ?? [];
    own.push({ annotator: by.id, atMs, output: after });
    verdicts.set(itemId, own);
  }
  return [...prompts.values()].flatMap((entry) =>
    fromComparison(
      {
        id: entry.id,
        input: { prompt: [...entry.prompt], replies: entry.replies },
        verdicts: verdicts.get(entry.id) ?? [],
      },
      entry.heldOut ? { split: "test" } : {},
    ),
  );
}

/** All a trainer elsewhere needs. @throws Problem `bad-input` where nothing is left to train on. */
export const finetuneFiles = async (
  host: Pick<Host, "store">,
  id: ProjectId,
  options: FinetuneExportOptions,
): Promise<FinetuneExport> => exportFinetune(await finetuneRecords(host, id), options);
