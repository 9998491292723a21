import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { ProjectConfig } from "#core/project.ts";
import type { Rng } from "#core/rng.ts";

export const CLASSES = ["spam", "ham"] as const;

export const rowsConfig = (name: string): ProjectConfig =>
  ProjectConfig.parse({
    name,
    task: { kind: "label", schema: { classes: [...CLASSES], positive: "spam" } },
  });

/** A row of Emend's own JSONL. */
export interface MadeRow {
  readonly id: string;
  readonly text: string;
  readonly fields: { readonly subject: string; readonly from: string };
  readonly proposal: {
    readonly label: string;
    readonly confidence: number;
    readonly model: string;
  };
  readonly votes: Readonly<Record<string, string>>;
}

/** Ids sort as the rows do. */
export const rowId = (index: number): string => `row-${String(index).padStart(7, "0")}`;

const WORDS = 2_000;
const RULES = ["money", "shouting", "reply"] as const;

/** Messages of 20 to 40 made-up words, as many different ones as a small office uses. */
export function rowMaker(rng: Rng): (index: number) => MadeRow {
  const letters = "etaoinshrdlucmfw";
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 3 + rng.int(6) }, () => letters[rng.int(letters.length)]).join(""),
  );
  const some = (count: number) => Array.from({ length: count }, () => rng.pick(words)).join(" ");
  return (index) => ({
    id: rowId(index),
    text: some(20 + rng.int(21)),
    fields: { subject: some(5), from: `${rng.pick(words)}@${rng.pick(words)}.org` },
    proposal: {
      label: rng.pick(CLASSES),
      confidence: Math.round(1_000 * rng.uniform()) / 1_000,
      model: "stand-in",
    },
    votes: Object.fromEntries(
      RULES.filter(() => rng.bernoulli(0.3)).map((rule) => [rule, rng.pick(CLASSES)]),
    ),
  });
}

/** Written as a stream: the file may be larger than a string can be. Returns its bytes. */
export async function writeJsonl(file: string, rows: number, rng: Rng): Promise<number> {
  const make = rowMaker(rng);
  const out = createWriteStream(file);
  for (let index = 0; index < rows; index++)
    if (!out.write(`${JSON.stringify(make(index))}\n`)) await once(out, "drain");
  out.end();
  await once(out, "finish");
  return out.bytesWritten;
}
