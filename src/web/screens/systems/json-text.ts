const WIDTH = 88;
const STEP = "  ";

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

/** Scalars side by side, as many to a line as fit. */
function filled(values: readonly unknown[], indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [i, value] of values.entries()) {
    const word = JSON.stringify(value) + (i < values.length - 1 ? "," : "");
    if (line !== "" && indent.length + line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** JSON for reading: what fits on a line stays on one, so that a thousand numbers are not a thousand lines. */
export function jsonText(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value) ?? "null";
  if (isScalar(value) || indent.length + flat.length <= WIDTH) return flat;
  const inner = indent + STEP;
  if (Array.isArray(value)) {
    const lines = value.every(isScalar)
      ? filled(value, inner)
      : value.map((item, i) => jsonText(item, inner) + (i < value.length - 1 ? "," : ""));
    return `[\n${lines.map((line) => inner + line).join("\n")}\n${indent}]`;
  }
  const entries = Object.entries(value ?? {})
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${jsonText(item, inner)}`);
  return `{\n${entries.join(",\n")}\n${indent}}`;
}
