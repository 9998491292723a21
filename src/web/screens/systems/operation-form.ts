/** The fields of an operation's input that a form can hold: single values at the top of its JSON Schema. */
export type Field =
  | {
      readonly name: string;
      readonly about: string;
      readonly kind: "choice";
      readonly values: readonly string[];
    }
  | { readonly name: string; readonly about: string; readonly kind: "number" | "boolean" | "text" };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === "string";

function fieldOf(name: string, schema: unknown): Field | undefined {
  if (!isRecord(schema)) return undefined;
  const about = isText(schema.description) ? schema.description : "";
  const values = schema.enum;
  if (Array.isArray(values) && values.every(isText)) return { name, about, kind: "choice", values };
  switch (schema.type) {
    case "number":
    case "integer":
      return { name, about, kind: "number" };
    case "boolean":
      return { name, about, kind: "boolean" };
    case "string":
      return { name, about, kind: "text" };
    default:
      return undefined;
  }
}

export function fieldsOf(schema: Readonly<Record<string, unknown>>): Field[] {
  if (!isRecord(schema.properties)) return [];
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const field = fieldOf(name, property);
    return field === undefined ? [] : [field];
  });
}

export type Parsed =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly why: string };

/** The editor's text as an input, or what keeps it from being one, with the line where the parser names a place. */
export function parsedInput(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? { ok: true, value } : { ok: false, why: "Expected a JSON object." };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const place = /position (\d+)/.exec(message)?.[1];
    const line =
      place === undefined ? "" : `Line ${text.slice(0, Number(place)).split("\n").length}: `;
    return { ok: false, why: `${line}${message}` };
  }
}

/** A single-quoted word of a POSIX shell. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export const curlLine = (origin: string, operation: string, input: unknown): string =>
  `curl -s ${origin}/api/v1/run/${operation} -H 'content-type: application/json' -d ${shellQuoted(JSON.stringify(input))}`;
