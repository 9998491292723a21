/** Parquet files by hyparquet, with their failures as problems that name the file. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { Problem, quoted } from "#core/errors.ts";

export type Cell = unknown;
export type Row = Readonly<Record<string, Cell>>;

/** All rows of a file. @throws Problem `bad-input` for one that is none, is cut short or cannot be unpacked. */
export async function readParquet(path: string, file: string): Promise<Row[]> {
  if (!existsSync(path))
    throw new Problem("bad-input", "A file of the data set is missing", { at: { file } });
  try {
    return await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  } catch (error) {
    throw new Problem("bad-input", "The file cannot be read as Parquet", {
      expected: "a whole Parquet file, packed by snappy or not at all",
      got: quoted(error instanceof Error ? error.message : String(error)),
      at: { file },
    });
  }
}

/** `list` columns hold a list of the type in each cell. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: "float" | "double" | "int64" | "boolean" | "string";
  readonly list?: boolean;
  readonly data: readonly Cell[];
}

const ELEMENTS = {
  float: { type: "FLOAT" },
  double: { type: "DOUBLE" },
  int64: { type: "INT64" },
  boolean: { type: "BOOLEAN" },
  string: { type: "BYTE_ARRAY", converted_type: "UTF8" },
} as const;

/** Rows of one row group: what readers of robot data expect to map at once. */
const GROUP_ROWS = 100_000;

export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  metadata: readonly { readonly key: string; readonly value: string }[] = [],
): Promise<void> {
  const optional = "OPTIONAL" as const;
  const schema = [
    { name: "schema", num_children: columns.length },
    ...columns.flatMap(({ name, type, list }) =>
      list
        ? [
            { name, repetition_type: optional, converted_type: "LIST" as const, num_children: 1 },
            { name: "list", repetition_type: "REPEATED" as const, num_children: 1 },
            { name: "element", repetition_type: optional, ...ELEMENTS[type] },
          ]
        : [{ name, repetition_type: optional, ...ELEMENTS[type] }],
    ),
  ];
  const columnData = columns.map(({ name, type, data }) => ({
    name,
    data: type === "int64" ? data.map((cell) => BigInt(Number(cell))) : [...data],
  }));
  const bytes = parquetWriteBuffer({
    columnData,
    schema,
    rowGroupSize: GROUP_ROWS,
    kvMetadata: metadata.map((one) => ({ ...one })),
  });
  await writeFile(path, new Uint8Array(bytes));
}
