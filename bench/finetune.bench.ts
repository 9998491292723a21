import type { FinetuneRecord } from "#core/finetune.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { examplesOf } from "#formats/finetune/example.ts";
import { exportFinetune } from "#formats/finetune/export.ts";
import { readFinetuneFile } from "#formats/finetune/read.ts";
import { type Bench, type Figure, mustHold, perSecond, repeat } from "./harness.ts";

const RECORDS = 50_000;
const ROUNDS = 3;
const TARGET = 20_000;

const WORDS = "the a model reply that is right and not too long for what was asked of it".split(
  " ",
);
const words = (rng: Rng, count: number): string =>
  Array.from({ length: count }, () => rng.pick(WORDS)).join(" ");

/** Pairs of replies of about 60 words to prompts of about 30. */
function makeRecords(rng: Rng): FinetuneRecord[] {
  return Array.from({ length: RECORDS }, (_, at) => ({
    id: `r${at}`,
    prompt: [{ role: "user" as const, content: `${at}: ${words(rng, 30)}` }],
    completions: ["a", "b"].map((id) => ({
      id,
      messages: [{ role: "assistant" as const, content: `${id} ${words(rng, 60)}` }],
    })),
    judgement: { kind: "pair", chosen: "a", rejected: "b", annotator: "x", atMs: 0 },
    meta: { split: null, licence: null, lang: null, hash: "" },
  }));
}

export const bench: Bench = {
  name: "finetune",
  about: "Preference pairs of 150 words written for TRL, and read back into records",
  async run(log) {
    const records = makeRecords(rngOf("bench/finetune"));
    const options = { target: "trl", task: "dpo", split: { validShare: 0 } } as const;
    const text = exportFinetune(records, options).files[0]?.text ?? "";
    const back = await readFinetuneFile(new Blob([text]).stream());
    const replies = (all: readonly FinetuneRecord[]) =>
      examplesOf(all, "dpo").examples.map((e) => (e.kind === "pair" ? e.chosen[0]?.content : ""));
    mustHold(
      JSON.stringify(replies(back.records.map(({ record }) => record))) ===
        JSON.stringify(replies(records)),
      "what is written is read back the same",
    );
    log("writing");
    const written = await repeat(() => exportFinetune(records, options), ROUNDS);
    log("reading");
    const read = await repeat(() => readFinetuneFile(new Blob([text]).stream()), ROUNDS);
    const bytes = Math.round(text.length / RECORDS);
    const figure = { unit: "rows/s", better: "more", target: TARGET } as const;
    return [
      {
        ...figure,
        what: `${RECORDS.toLocaleString("en")} pairs to files with card, manifest and configuration`,
        ...perSecond(RECORDS, written),
        note: `${bytes} bytes a row; checked, repeats found, split by prompt`,
        skipped: "no library writes these files from corrections",
      },
      {
        ...figure,
        what: `${RECORDS.toLocaleString("en")} pairs read back into records`,
        ...perSecond(RECORDS, read),
        note: "the shape told from the rows, each row checked",
        skipped: "loaders of trainers check no row",
      },
    ] satisfies Figure[];
  },
};
