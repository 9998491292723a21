import type { ProjectId } from "#core/ids.ts";
import type { RewriteRule, RewriteState } from "#core/rewrite.ts";
import { type RewriteFormat, type RewriteFormatId, rewriteFormat } from "#formats/rewrites.ts";
import { type Host, projectOf } from "./host.ts";
import { rewriteProject } from "./rewrite-projects.ts";

/** Rewrites read at a time. */
const BATCH = 500;

interface Wanted {
  readonly format: RewriteFormatId;
  readonly state: RewriteState | undefined;
}

/** Rewrites as a file, those that promise most first, each with the target it has now; read as it is sent. */
export async function exportRewrites(host: Host, id: ProjectId, { format, state }: Wanted) {
  rewriteProject(await projectOf(host, id));
  const out = rewriteFormat(format);
  const heads = (await host.store.rewriteHeads(id))
    .filter((head) => state === undefined || head.state === state)
    .sort((a, b) => b.gain - a.gain);

  async function* batches(): AsyncGenerator<RewriteRule[]> {
    for (let from = 0; from < heads.length; from += BATCH) {
      const ids = heads.slice(from, from + BATCH).map((head) => head.id);
      const rows = await host.store.rewriteRows(id, ids);
      yield rows.map(({ rule, toText, state, pinned, because }) => ({
        ...rule,
        toText: toText ?? rule.toText,
        state,
        pinned,
        because,
      }));
    }
  }
  const { fileName, mediaType } = out;
  return { fileName, mediaType, text: written(out, batches()) };
}

/** Batches as one file: what stands at its head is written once. */
export async function* written(
  { write }: Pick<RewriteFormat, "write">,
  batches: AsyncIterable<readonly RewriteRule[]>,
): AsyncGenerator<string> {
  const head = [...write([])];
  yield* head;
  for await (const rules of batches) yield [...write(rules)].slice(head.length).join("");
}
