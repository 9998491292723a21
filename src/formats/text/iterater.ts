/**
 * The files of IteraTeR (Du et al. 2022, arXiv 2203.03802) and R3 (arXiv 2204.03685): documents and sentences as JSON
 * lines, and the session one document goes through. Their offsets count code points. Keys they do not document are
 * ignored.
 */
import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import { Intent } from "#core/text.ts";
import { type Offsets, offsetsOf } from "./offsets.ts";
import {
  inOrder,
  parseJson,
  type Records,
  type RevisedDocument,
  type RevisedEdit,
  readLines,
} from "./revised.ts";

const EditAction = z.object({
  /** Added, replaced, deleted. */
  type: z.enum(["A", "R", "D"]),
  before: z.string().nullable(),
  after: z.string().nullable(),
  start_char_pos: z.int().nonnegative(),
  end_char_pos: z.int().nonnegative(),
  major_intent: z.string().nullish(),
  raw_intents: z.array(z.string()).nullish(),
  accept_or_reject: z.enum(["Accept", "Reject"]).nullish(),
});
type EditAction = z.infer<typeof EditAction>;

const Document = z.object({
  doc_id: z.string(),
  revision_depth: z.coerce.number<string | number>().int().positive(),
  before_revision: z.string(),
  after_revision: z.string(),
  edit_actions: z.array(EditAction),
  sents_char_pos: z.array(z.int().nonnegative()).nullish(),
  domain: z.string().nullish(),
});
type Document = z.infer<typeof Document>;

/** Theirs is `others`; what is no intent of theirs is none. */
function intentOf(said: string | null | undefined): Intent | null {
  const parsed = Intent.safeParse(said === "others" ? "other" : said);
  return parsed.success ? parsed.data : null;
}
const saidOf = (intent: Intent): string => (intent === "other" ? "others" : intent);

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw badInput(result.error, value);
  return result.data;
}

function units(offsets: Offsets, points: number, field: string): number {
  const at = offsets.toUnits(points);
  if (at !== undefined) return at;
  throw new Problem("bad-input", "The offset lies outside the text", {
    expected: "a code point of the text before the revision",
    got: String(points),
    at: { field },
  });
}

function points(offsets: Offsets, at: number): number {
  const count = offsets.toPoints(at);
  if (count !== undefined) return count;
  throw new Problem("bad-input", "The edit begins or ends inside a character", {
    expected: "an offset between two characters",
    got: String(at),
  });
}

function editsOf(text: string, actions: readonly EditAction[]): RevisedEdit[] {
  const offsets = offsetsOf(text);
  const edits = actions.map((action, i): RevisedEdit => {
    const field = `edit_actions.${i}`;
    return {
      edit: {
        start: units(offsets, action.start_char_pos, `${field}.start_char_pos`),
        end: units(offsets, action.end_char_pos, `${field}.end_char_pos`),
        before: action.before ?? "",
        after: action.after ?? "",
      },
      intent: intentOf(action.major_intent),
      rawIntents: action.raw_intents ?? [],
      accepted: action.accept_or_reject == null ? null : action.accept_or_reject === "Accept",
    };
  });
  return inOrder(text, edits, "edit_actions");
}

function documentOf(record: Document): RevisedDocument {
  const offsets = offsetsOf(record.before_revision);
  return {
    id: record.doc_id,
    depth: record.revision_depth,
    domain: record.domain ?? null,
    before: record.before_revision,
    after: record.after_revision,
    edits: editsOf(record.before_revision, record.edit_actions),
    sentenceStarts:
      record.sents_char_pos?.map((start, i) => units(offsets, start, `sents_char_pos.${i}`)) ??
      null,
  };
}

function actionOf(
  offsets: Offsets,
  { edit, intent, rawIntents, accepted }: RevisedEdit,
): EditAction {
  const type = edit.before === "" ? "A" : edit.after === "" ? "D" : "R";
  return {
    type,
    before: type === "A" ? null : edit.before,
    after: type === "D" ? null : edit.after,
    start_char_pos: points(offsets, edit.start),
    end_char_pos: points(offsets, edit.end),
    ...(intent === null ? {} : { major_intent: saidOf(intent) }),
    ...(rawIntents.length === 0 ? {} : { raw_intents: [...rawIntents] }),
    ...(accepted === null ? {} : { accept_or_reject: accepted ? "Accept" : "Reject" }),
  };
}

function recordOf(document: RevisedDocument): Document {
  const offsets = offsetsOf(document.before);
  const { sentenceStarts, domain } = document;
  return {
    doc_id: document.id,
    revision_depth: document.depth,
    before_revision: document.before,
    after_revision: document.after,
    edit_actions: document.edits.map((edit) => actionOf(offsets, edit)),
    ...(sentenceStarts === null
      ? {}
      : { sents_char_pos: sentenceStarts.map((start) => points(offsets, start)) }),
    ...(domain === null ? {} : { domain }),
  };
}

const linesOf = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** Documents of a JSONL file. `after` is as the file says it, even where the edits do not add up to it. */
export const readIterater = (text: string, file?: string): Records<RevisedDocument> =>
  readLines(text, file, (value) => documentOf(parsed(Document, value)));

export const writeIterater = (documents: readonly RevisedDocument[]): string =>
  linesOf(documents.map(recordOf));

const SentenceRecord = z.object({
  before_sent: z.string(),
  before_sent_with_intent: z.string().nullish(),
  after_sent: z.string(),
  labels: z.string().nullish(),
  confidence: z.coerce.number<string | number>().min(0).max(1).nullish(),
  doc_id: z.string(),
  revision_depth: z.coerce.number<string | number>().int().positive(),
});

/** One sentence and what it was revised to. */
export interface RevisedSentence {
  readonly documentId: string;
  readonly depth: number;
  readonly before: string;
  readonly after: string;
  readonly intent: Intent | null;
  /** The classifier's own probability of the intent; null where a person said it. */
  readonly confidence: number | null;
}

export const readIteraterSentences = (text: string, file?: string): Records<RevisedSentence> =>
  readLines(text, file, (value) => {
    const record = parsed(SentenceRecord, value);
    return {
      documentId: record.doc_id,
      depth: record.revision_depth,
      before: record.before_sent,
      after: record.after_sent,
      intent: intentOf(record.labels),
      confidence: record.confidence ?? null,
    };
  });

export const writeIteraterSentences = (sentences: readonly RevisedSentence[]): string =>
  linesOf(
    sentences.map(({ before, after, intent, confidence, documentId, depth }) => ({
      before_sent: before,
      ...(intent === null ? {} : { before_sent_with_intent: `<${saidOf(intent)}> ${before}` }),
      after_sent: after,
      ...(intent === null ? {} : { labels: saidOf(intent) }),
      ...(confidence === null ? {} : { confidence: String(confidence) }),
      doc_id: documentId,
      revision_depth: String(depth),
    })),
  );

const SessionDocument = z.object({
  doc_id: z.string().nullish(),
  before_revision: z.string(),
  after_revision: z.string().nullish(),
  after_human_evaluation: z.string().nullish(),
  edit_actions: z.array(EditAction).nullish(),
  domain: z.string().nullish(),
});

const Session = z.looseObject({
  doc_no: z.int(),
  rejected_edit_actions: z.array(
    z.tuple([z.string().nullable(), z.string().nullable(), z.string(), z.enum(["A", "R", "D"])]),
  ),
});

/** An edit the writer turned down, wherever it stood: the official rejection memory. */
export interface RejectedAction {
  readonly before: string;
  readonly after: string;
  readonly intent: Intent | null;
}

/** What one document went through: its passes in order, and all its writer turned down. */
export interface RevisionSession {
  readonly number: number;
  readonly passes: readonly RevisedDocument[];
  readonly rejected: readonly RejectedAction[];
}

const DEPTH_KEY = /^rev_depth_(\d{1,4})$/;

/** A problem of a pass, with the pass named before the field. */
function within<T>(key: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const field = error.detail.at?.field;
    throw new Problem(error.kind, error.message, {
      ...error.detail,
      at: { ...error.detail.at, field: field === undefined ? key : `${key}.${field}` },
    });
  }
}

/** The session of one document, one JSON object. `after` is the text the writer's decisions left. */
export function readR3Session(text: string): RevisionSession {
  const session = parsed(Session, parseJson(text));
  const passes: RevisedDocument[] = [];
  for (const [key, value] of Object.entries(session)) {
    const depth = Number(DEPTH_KEY.exec(key)?.[1] ?? 0);
    // The one before the first pass only holds the text.
    if (depth === 0) continue;
    passes.push(
      within(`${key}.doc`, () => {
        const { doc } = parsed(z.object({ doc: SessionDocument }), value);
        return documentOf({
          doc_id: doc.doc_id ?? String(session.doc_no),
          revision_depth: depth,
          before_revision: doc.before_revision,
          after_revision: doc.after_human_evaluation ?? doc.after_revision ?? doc.before_revision,
          edit_actions: doc.edit_actions ?? [],
          domain: doc.domain,
        });
      }),
    );
  }
  return {
    number: session.doc_no,
    passes: passes.sort((a, b) => a.depth - b.depth),
    rejected: session.rejected_edit_actions.map(([before, after, intent]) => ({
      before: before ?? "",
      after: after ?? "",
      intent: intentOf(intent),
    })),
  };
}

/** A session as the official tool saves it, as far as it goes beyond its own screen state. */
export function writeR3Session({ number, passes, rejected }: RevisionSession): string {
  const depths = passes.map((pass) => {
    const { after_revision: after, revision_depth: depth, ...doc } = recordOf(pass);
    return [`rev_depth_${depth}`, { doc: { ...doc, after_human_evaluation: after } }] as const;
  });
  return JSON.stringify(
    {
      doc_no: number,
      curr_rev_depth: passes.at(-1)?.depth ?? 0,
      rejected_edit_actions: rejected.map(({ before, after, intent }) => {
        const type = before === "" ? "A" : after === "" ? "D" : "R";
        return [before || null, after || null, intent === null ? "others" : saidOf(intent), type];
      }),
      ...Object.fromEntries(depths),
    },
    null,
    2,
  );
}
