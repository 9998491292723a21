import type { Clock } from "#core/clock.ts";
import type { Progress } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { labelSchema, type Project } from "#core/project.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import type { ImportReport } from "#core/views.ts";
import { labelKind } from "#correct/label.ts";
import {
  type FormatId,
  type ImportInput,
  type ParsedRow,
  type Reject,
  rejectLine,
} from "#formats/format.ts";
import { importFormat } from "#formats/registry.ts";
import { proposalId } from "#propose/proposal-id.ts";
import type { ItemRow, Store } from "#store/store.ts";
import { caseRows } from "./case-rows.ts";
import { noProposal } from "./compute-tasks.ts";

/** Where rows carry gold and do not say what they are for, this share is held out to measure on. */
const HELD_OUT_SHARE = 0.3;
const PROBLEMS_SHOWN = 10;
/** Rejects kept to be fetched; of a file that is all wrong, these many bytes tell enough. */
const REJECTS_BYTES_MAX = 64 * 2 ** 20;

export interface ImportRequest {
  readonly project: Project;
  readonly format: FormatId;
  readonly input: ImportInput;
  /** Named in messages. */
  readonly file?: string;
  readonly signal?: AbortSignal;
  progress?(progress: Progress): void;
  /** Given every bad row as it comes. */
  reject?(reject: Reject): void;
}

/**
 * Imports a file into a project: the good rows go in, the bad ones come back. Rows that are there already are left as
 * they are, so a file can be imported again after a stop. What is new has no case yet: `askForAssessment` follows.
 *
 * The same for the server and the command line.
 */
export async function importFile(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  request: ImportRequest,
): Promise<ImportReport> {
  const { project, signal } = request;
  const startMs = clock.nowMs();
  const rejects = rejectsKept();
  const answered: ParsedRow[] = [];
  let rejected = 0;

  const format = importFormat(request.format);
  async function* rows(): AsyncGenerator<ItemRow[]> {
    const options = {
      classes: labelSchema(project.config).classes,
      rules: project.config.rules.map(({ id }) => id),
      ...(request.file === undefined ? {} : { file: request.file }),
      ...(signal === undefined ? {} : { signal }),
    };
    const splits = rngOf(project.id).split("held-out");
    for await (const batch of format.read(request.input, options)) {
      rejected += batch.rejects.length;
      for (const reject of batch.rejects) {
        rejects.add(reject);
        request.reject?.(reject);
      }
      answered.push(...batch.rows.filter(({ answer }) => answer !== null));
      yield batch.rows.map((row) => itemRow(row, splits));
    }
  }

  const { accepted, duplicates } = await store.importItems(project.id, rows(), {
    format: request.format,
    ...(signal === undefined ? {} : { signal }),
    progress: (progress) => request.progress?.(progress),
  });
  const known = new Set<string>(duplicates);
  const fresh = answered.filter(({ id }) => !known.has(id));
  await takeAnswers({ store, clock }, project, fresh);
  return {
    project: project.config.name,
    projectId: project.id,
    accepted,
    rejected,
    problems: [...rejects.sentences, ...alreadyThere(duplicates.length)],
    batch: rejected === 0 ? null : await store.putBlob(rejects.bytes()),
    ms: clock.nowMs() - startMs,
  };
}

const alreadyThere = (count: number): string[] =>
  count === 0 ? [] : [`${count} items were there before and were left as they are.`];

/** The first sentences for the report, and the rejects file. */
export function rejectsKept() {
  const sentences: string[] = [];
  const lines: string[] = [];
  let size = 0;
  return {
    sentences,
    add(reject: Reject): void {
      if (sentences.length < PROBLEMS_SHOWN) sentences.push(reject.problem);
      if (size >= REJECTS_BYTES_MAX) return;
      const line = rejectLine(reject);
      size += line.length;
      lines.push(line);
    },
    bytes: () => new TextEncoder().encode(lines.join("")),
  };
}

/** A row of a file as an item; `splits` decides, by its id alone, whether a row with gold is held out. */
export function itemRow(row: ParsedRow, splits: Rng): ItemRow {
  const id = ItemId.parse(row.id);
  const source = row.proposal?.model ?? "model";
  return {
    id,
    input: {
      text: row.text,
      fields: { ...row.fields },
      ...(row.html === null ? {} : { html: row.html }),
    },
    proposal:
      row.proposal === null
        ? null
        : {
            id: proposalId(id, source),
            itemId: id,
            source: { id: source, kind: "model", version: "1" },
            output: row.proposal.label,
            ...(row.proposal.confidence === null ? {} : { confidence: row.proposal.confidence }),
            ...(row.proposal.raw === null ? {} : { raw: row.proposal.raw }),
          },
    votes: Object.entries(row.votes).map(([voter, output]) => ({ source: voter, output })),
    gold: row.gold,
    split: isHeldOut(row, splits) ? "heldout" : "pool",
  };
}

/** Only what has gold can be measured on; what a person answered is work done, not held out. */
function isHeldOut(row: ParsedRow, splits: Rng): boolean {
  if (row.gold === null || row.answer !== null) return false;
  if (row.split !== null) return row.split !== "train";
  return splits.split(row.id).uniform() < HELD_OUT_SHARE;
}

/** Answers given elsewhere become corrections here, with what the file says of them. */
async function takeAnswers(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  { id, config }: Project,
  rows: readonly ParsedRow[],
): Promise<void> {
  const rng = rngOf(id);
  for (const row of rows) {
    const item = itemRow(row, rng);
    const pool = { item, proposal: item.proposal ?? noProposal(item.id) };
    const assessment = {
      proposalId: pool.proposal.id,
      itemId: item.id,
      risk: null,
      reasons: [],
      route: "ask" as const,
    };
    const cases = caseRows({ config, rows: [pool], assessments: [assessment], rng });
    await store.putCases(id, cases);
    const correction = importedCorrection(row, item, clock.nowMs());
    await store.correct(id, correction, cases[0]?.version ?? 0);
  }
}

function importedCorrection(row: ParsedRow, item: ItemRow, nowMs: number): Correction<string> {
  const before = item.proposal?.output ?? null;
  const after = row.answer?.label ?? null;
  const operations = labelKind.diff(before, after);
  return {
    id: CorrectionId.parse(`${item.id.slice(0, 190)}/imported`),
    itemId: item.id,
    proposalId: item.proposal?.id ?? null,
    decision: row.answer?.decision ?? (operations.length === 0 ? "confirmed" : "edited"),
    before,
    after,
    operations,
    ...(row.answer?.reason == null ? {} : { reason: row.answer.reason.slice(0, 2_000) }),
    by: { id: ActorId.parse(row.answer?.by ?? "imported"), kind: "person" },
    effort: { ms: row.answer?.ms ?? 0, gestures: 0, edit: labelKind.editSize(operations) },
    risk: null,
    propensity: 1,
    audit: false,
    suggestionShown: true,
    atMs: row.answer?.atMs ?? nowMs,
  };
}
