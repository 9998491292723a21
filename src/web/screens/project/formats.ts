/** The file formats the server reads. */
export const IMPORT_FORMATS = [
  { id: "jsonl", title: "JSONL" },
  { id: "csv", title: "CSV" },
  { id: "wrench", title: "WRENCH JSON" },
  { id: "label-studio", title: "Label Studio JSON" },
] as const;

/** The format a file's name suggests. */
export function formatOf(name: string): string {
  const lower = name.toLowerCase();
  if (lower.endsWith(".csv") || lower.endsWith(".tsv")) return "csv";
  if (!lower.endsWith(".json")) return "jsonl";
  return /label.?studio|project-\d/.test(lower) ? "label-studio" : "wrench";
}
