import { labelSchema, type Project, type ProjectConfig } from "#core/project.ts";
import type { AnswerRow, FormatId } from "#formats/format.ts";
import { exportFormat } from "#formats/registry.ts";
import { compileRules } from "#propose/rules.ts";
import type { Store } from "#store/store.ts";

export interface ExportedFile {
  readonly mediaType: string;
  readonly fileName: string;
  /** What the format cannot hold, each in a sentence. */
  readonly loss: readonly string[];
  readonly text: AsyncIterable<string>;
  /** Files that belong beside the main one. */
  readonly companions: readonly { readonly name: string; readonly text: string }[];
}

/** A project as a file, streamed: every item with its proposal, votes, risk and the answer standing on it. */
export function exportFile(store: Store, project: Project, formatId: FormatId): ExportedFile {
  const { config } = project;
  const format = exportFormat(formatId);
  const options = {
    classes: labelSchema(config).classes,
    rules: config.rules.map(({ id }) => id),
  };
  return {
    mediaType: format.mediaType,
    fileName: format.fileName,
    loss: format.loss,
    text: format.write(answerRows(store, project), options),
    companions: format.companions?.(options) ?? [],
  };
}

type Answered = Store["answers"] extends (id: never) => AsyncIterable<(infer Row)[]> ? Row : never;

async function* answerRows(store: Store, { id, config }: Project): AsyncGenerator<AnswerRow[]> {
  const votes = votesOf(config);
  for await (const batch of store.answers(id)) yield batch.map((row) => answerRow(row, votes));
}

function answerRow(
  { item, correction, case: row }: Answered,
  votes: (row: Answered["item"]) => Record<string, string | null>,
): AnswerRow {
  const { proposal } = item;
  return {
    id: item.id,
    text: item.input.text,
    fields: item.input.fields,
    html: item.input.html ?? null,
    proposal:
      proposal === null
        ? null
        : {
            label: proposal.output,
            confidence: proposal.confidence ?? null,
            model: proposal.source.id,
            raw: proposal.raw ?? null,
          },
    votes: votes(item),
    gold: item.gold,
    split: item.split === "heldout" ? "test" : "train",
    answer:
      correction === null || correction.after === null
        ? null
        : {
            label: correction.after,
            decision: answerDecision(correction.decision),
            by: correction.by.id,
            ms: correction.effort.ms,
            atMs: correction.atMs,
            reason: correction.reason ?? null,
          },
    risk: row?.assessment?.risk ?? null,
    route: row?.assessment?.route ?? null,
  };
}

const answerDecision = (decision: string): "confirmed" | "edited" | "rejected" | null =>
  decision === "confirmed" || decision === "edited" || decision === "rejected" ? decision : null;

/** The votes an item came with and those of the project's rules as they now read. */
function votesOf(config: ProjectConfig): (item: Answered["item"]) => Record<string, string | null> {
  const rules = compileRules(config.rules);
  const ids = config.rules.map(({ id }) => id);
  return ({ input, votes }) => {
    const fired = rules.fires(input);
    return Object.fromEntries([
      ...votes.map(({ source, output }) => [source, output] as const),
      ...ids.map((id, index) => [id, fired[index] ?? null] as const),
    ]);
  };
}
