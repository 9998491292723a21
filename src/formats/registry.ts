import { Problem } from "#core/errors.ts";
import { csv } from "./csv.ts";
import { type ExportFormat, FORMAT_IDS, type ImportFormat } from "./format.ts";
import { jsonl } from "./jsonl.ts";
import { labelStudio } from "./label-studio.ts";
import { openaiJsonl } from "./openai-jsonl.ts";
import { wrench } from "./wrench.ts";

export const importFormats: readonly ImportFormat[] = [jsonl, csv, wrench, labelStudio];
export const exportFormats: readonly ExportFormat[] = [
  jsonl,
  csv,
  wrench,
  labelStudio,
  openaiJsonl,
];

function pick<F extends { readonly id: string }>(
  formats: readonly F[],
  id: string,
  verb: string,
): F {
  const found = formats.find((format) => format.id === id);
  if (found !== undefined) return found;
  const known: readonly string[] = FORMAT_IDS;
  throw new Problem(
    "bad-input",
    known.includes(id) ? `"${id}" cannot be ${verb}` : "No such format",
    {
      expected: `one of ${formats.map((format) => format.id).join(", ")}`,
      got: id,
    },
  );
}

/** The format with an id; a `Problem` that lists the ids when there is none. */
export const importFormat = (id: string): ImportFormat => pick(importFormats, id, "read");
export const exportFormat = (id: string): ExportFormat => pick(exportFormats, id, "written");
