/** What every format reads into and writes from: plain rows, and what a format is. */
import { Problem } from "#core/errors.ts";

export type ByteStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** One file of a format that is a folder. */
export interface NamedFile {
  readonly name: string;
  open(): ByteStream;
}

export type ImportInput = ByteStream | readonly NamedFile[];

export const FORMAT_IDS = ["jsonl", "csv", "wrench", "label-studio", "openai-jsonl"] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

export type Fields = Readonly<Record<string, string | number | boolean>>;

export interface RowProposal {
  /** Null: the model was asked and gave no label. */
  readonly label: string | null;
  /** The model's own probability that the label is right. */
  readonly confidence: number | null;
  readonly model: string | null;
  /** What the model really said. */
  readonly raw: string | null;
}

/** What a person said of an item. */
export interface RowAnswer {
  readonly label: string;
  readonly decision: "confirmed" | "edited" | "rejected" | null;
  readonly by: string | null;
  /** Attention spent, milliseconds. */
  readonly ms: number | null;
  readonly atMs: number | null;
  readonly reason: string | null;
}

/** One good row of a file. */
export interface ParsedRow {
  readonly id: string;
  readonly text: string;
  readonly fields: Fields;
  readonly html: string | null;
  readonly proposal: RowProposal | null;
  /** Rule id → label; null where the rule is known to abstain. */
  readonly votes: Readonly<Record<string, string | null>>;
  readonly gold: string | null;
  /** The part of the data set a row belongs to, where the file says so. */
  readonly split: "train" | "valid" | "test" | null;
  readonly answer: RowAnswer | null;
}

/** A row on its way out: what came in, what was said of it, and the risk it stands at. */
export interface AnswerRow extends ParsedRow {
  readonly risk: number | null;
  readonly route: "accept" | "ask" | "retry" | "block" | null;
}

/** A bad row: where, what it was, and what is wrong with it in a sentence. */
export interface Reject {
  readonly file?: string;
  /** 1-based line of the file where the row begins. */
  readonly line?: number;
  /** 1-based row, header not counted. */
  readonly row?: number;
  /** The row as it came, cut to `RAW_CHARS_MAX`. */
  readonly raw: string;
  readonly problem: string;
}

export interface ImportBatch {
  readonly rows: readonly ParsedRow[];
  readonly rejects: readonly Reject[];
}

export interface ImportOptions {
  /** Named in messages and rejects. */
  readonly file?: string;
  /** The label set; a row with any other label is rejected. Any label goes where absent. */
  readonly classes?: readonly string[];
  /** Rule ids, for formats that number their votes and do not name them. */
  readonly rules?: readonly string[];
  /** Which column or key holds what, where the names differ from Emend's own. */
  readonly columns?: Partial<
    Record<"id" | "text" | "label" | "confidence" | "model" | "gold", string>
  >;
  /** Characters of one field; 1,000,000 by default. */
  readonly fieldCharsMax?: number;
  /** Rows of one batch; 1,000 by default. */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

export interface ExportOptions {
  /** The label set in the project's order: formats that number labels number them so. */
  readonly classes: readonly string[];
  /** Rule ids in the project's order. */
  readonly rules: readonly string[];
  /** What a chat model is told before the item. */
  readonly system?: string;
  /** Writes the rows of this split alone. Rows without one count as `train`. */
  readonly split?: "train" | "valid" | "test";
}

export interface ImportFormat {
  readonly id: FormatId;
  /**
   * Good rows and rejects, in the order of the file, a batch at a time and never the whole file in memory.
   * Throws a `Problem` when no row can be read at all: an empty file, a missing column, another encoding.
   */
  read(input: ImportInput, options?: ImportOptions): AsyncIterable<ImportBatch>;
}

export interface ExportFormat {
  readonly id: FormatId;
  readonly mediaType: string;
  /** Name of the main file, for a download. */
  readonly fileName: string;
  /** What this target cannot hold, each in a sentence: shown before the export. */
  readonly loss: readonly string[];
  write(rows: AsyncIterable<readonly AnswerRow[]>, options: ExportOptions): AsyncIterable<string>;
  /** Files that belong beside the main one. */
  companions?(options: ExportOptions): readonly { readonly name: string; readonly text: string }[];
}

export const FIELD_CHARS_MAX = 1_000_000;
export const BATCH_ROWS = 1_000;
export const RAW_CHARS_MAX = 2_000;

/** One line of a rejects file. */
export const rejectLine = (reject: Reject): string => `${JSON.stringify(reject)}\n`;

/** Bytes handed on at a time: a whole file given as one chunk must not become one batch. */
const CHUNK_BYTES_MAX = 256 * 1024;

/** The chunks of a stream; stops with a `Problem` when told to. */
export async function* chunksOf(
  stream: ByteStream,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of Symbol.asyncIterator in stream ? stream : readerOf(stream)) {
    if (signal?.aborted === true) throw new Problem("cancelled", "The import was stopped");
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES_MAX)
      yield chunk.subarray(at, at + CHUNK_BYTES_MAX);
  }
}

async function* readerOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

const isFiles = (input: ImportInput): input is readonly NamedFile[] => Array.isArray(input);

/** The one stream of a format that is a single file. */
export function singleStream(input: ImportInput): ByteStream {
  if (!isFiles(input)) return input;
  const [file, ...others] = input;
  if (file === undefined || others.length > 0)
    throw new Problem("bad-input", "This format is one file", {
      expected: "a single file",
      got: `a folder of ${input.length}: ${input
        .slice(0, 5)
        .map(({ name }) => name)
        .join(", ")}`,
    });
  return file.open();
}

/** The files of a format that is a folder, or undefined when a bare stream was given. */
export const filesOf = (input: ImportInput): readonly NamedFile[] | undefined =>
  isFiles(input) ? input : undefined;
