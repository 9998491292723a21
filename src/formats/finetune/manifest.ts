/** What a data set says of itself: how many lines, what was left out and why, and whose it is. */
import type { FinetuneRecord, FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import { tokensOfExample } from "./check.ts";
import type { Drop, Example } from "./example.ts";
import type { Agreement } from "./gather.ts";

/** Drops that are listed one by one; the rest are in the counts. */
const DROPS_LISTED_MAX = 1_000;

export interface Manifest {
  readonly version: 1;
  readonly target: FinetuneTarget;
  readonly task: FinetuneTask;
  readonly records: number;
  readonly examples: { readonly train: number; readonly valid: number };
  readonly prompts: number;
  /** Of a file of single verdicts: how many are good, how many bad. */
  readonly labels: { readonly good: number; readonly bad: number } | null;
  /** Estimated, of the longest text made of an example. */
  readonly tokens: { readonly median: number; readonly most: number; readonly total: number };
  readonly split: { readonly validShare: number; readonly seed: string; readonly by: "prompt" };
  readonly dropped: Readonly<Record<string, number>>;
  readonly drops: readonly Drop[];
  /** Columns of a line. */
  readonly columns: readonly string[];
  readonly loss: readonly string[];
  readonly licences: readonly string[];
  /** Records that do not say under which licence they are. */
  readonly unlicensed: number;
  readonly languages: readonly string[];
  readonly annotators: number;
  readonly agreement: Agreement;
  readonly files: readonly {
    readonly name: string;
    readonly rows: number;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

interface Facts {
  readonly options: { readonly target: FinetuneTarget; readonly task: FinetuneTask };
  readonly records: readonly FinetuneRecord[];
  readonly lines: readonly { readonly example: Example; readonly split: "train" | "valid" }[];
  readonly drops: readonly Drop[];
  readonly agreement: Agreement;
  readonly split: { readonly validShare: number; readonly seed: string };
  readonly columns: readonly string[];
  readonly loss: readonly string[];
  readonly files: Manifest["files"];
}

const distinct = (values: readonly (string | null)[]): string[] =>
  [...new Set(values.filter((value) => value !== null))].sort();

function labelsOf(examples: readonly Example[]): Manifest["labels"] {
  const labels = examples.flatMap((example) =>
    example.kind === "labelled"
      ? [example.label]
      : example.kind === "principled"
        ? [example.fulfilled]
        : example.kind === "stepwise"
          ? example.steps.map(({ right }) => right)
          : [],
  );
  if (labels.length === 0) return null;
  const good = labels.filter((label) => label).length;
  return { good, bad: labels.length - good };
}

/** Drops by reason, most frequent first. */
export function countReasons(drops: readonly { readonly reason: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of drops) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

export function manifestOf({ options, records, lines, drops, ...facts }: Facts): Manifest {
  const examples = lines.map(({ example }) => example);
  const tokens = examples.map(tokensOfExample).sort((a, b) => a - b);
  const inSplit = (wanted: string) => lines.filter(({ split }) => split === wanted).length;
  return {
    version: 1,
    target: options.target,
    task: options.task,
    records: records.length,
    examples: { train: inSplit("train"), valid: inSplit("valid") },
    prompts: new Set(examples.map(({ hash }) => hash)).size,
    labels: labelsOf(examples),
    tokens: {
      median: tokens[Math.floor((tokens.length - 1) / 2)] ?? 0,
      most: tokens.at(-1) ?? 0,
      total: tokens.reduce((sum, count) => sum + count, 0),
    },
    split: { ...facts.split, by: "prompt" },
    dropped: Object.fromEntries(countReasons(drops)),
    drops: drops.slice(0, DROPS_LISTED_MAX),
    columns: facts.columns,
    loss: facts.loss,
    licences: distinct(records.map(({ meta }) => meta.licence)),
    unlicensed: records.filter(({ meta }) => meta.licence === null).length,
    languages: distinct(records.map(({ meta }) => meta.lang)),
    annotators: distinct(records.map(({ judgement }) => judgement?.annotator ?? null)).length,
    agreement: facts.agreement,
    files: facts.files,
  };
}

/**
 * Weights that even out good and bad verdicts: (wanted × good) / (unwanted × bad) is brought to the near end of
 * 1 to 4/3, the range KTO is stated for. Null where no weight can: one of the two is missing.
 */
export function ktoWeights({
  good,
  bad,
}: {
  readonly good: number;
  readonly bad: number;
}): { readonly desirable: number; readonly undesirable: number } | null {
  if (good === 0 || bad === 0) return null;
  const ratio = good / bad;
  if (ratio < 1) return { desirable: round(1 / ratio), undesirable: 1 };
  return ratio > 4 / 3
    ? { desirable: 1, undesirable: round(ratio / (4 / 3)) }
    : { desirable: 1, undesirable: 1 };
}

/** Up, at the third digit: inside the range, never just outside it. */
const round = (weight: number): number => {
  const digits = 10 ** (2 - Math.floor(Math.log10(weight)));
  return Math.ceil(weight * digits) / digits;
};

const FORMS: Readonly<Record<FinetuneTask, string>> = {
  sft: "Answers to imitate.",
  dpo: "Pairs of answers to one prompt, the first preferred to the second.",
  kto: "Answers, each with whether it is a good one.",
  rm: "Pairs of answers to train a reward model on.",
  prm: "Answers in steps, each with whether it is right.",
  grpo: "Prompts to sample answers to, with what those can be checked against.",
  principle: "Answers, each with a principle and whether it keeps to it.",
};

const list = (values: readonly string[]): string => values.map((value) => `- ${value}`).join("\n");

const unlicensed = ({ unlicensed: count }: Manifest): string =>
  count === 0 ? "" : `; ${count} records do not say`;

/** `README.md` of the data set, with the header that hubs read. */
export function cardOf(manifest: Manifest): string {
  const { target, task, examples, dropped, agreement, licences, languages, labels } = manifest;
  const files = (split: string) => manifest.files.find(({ name }) => name === `${split}.jsonl`);
  const header = [
    "---",
    ...(licences.length === 1 ? [`license: ${JSON.stringify(licences[0])}`] : []),
    ...(languages.length === 0 ? [] : [`language: ${JSON.stringify(languages)}`]),
    "configs:",
    "- config_name: default",
    "  data_files:",
    ...(files("train") === undefined ? [] : ["  - split: train", "    path: train.jsonl"]),
    ...(files("valid") === undefined ? [] : ["  - split: validation", "    path: valid.jsonl"]),
    "---",
  ];
  const licence =
    licences.length === 0 ? "not stated" : `${licences.join(", ")}${unlicensed(manifest)}`;
  const said = [
    `${FORMS[task]} Written for ${target}, task ${task}.`,
    `${examples.train} lines to train on and ${examples.valid} to validate with, of ${manifest.records} records and ` +
      `${manifest.prompts} prompts. Splits are by prompt: none is in both.`,
    ...(labels === null ? [] : [`${labels.good} good and ${labels.bad} bad verdicts.`]),
    `Tokens of an example, by estimate: ${manifest.tokens.median} at the median, ${manifest.tokens.most} at most.`,
    `Licence: ${licence}. Annotators: ${manifest.annotators === 0 ? "not stated" : manifest.annotators}.`,
    agreement.votePairs === 0
      ? "Nothing was judged twice, so that nothing can be said of agreement."
      : `${agreement.judgedAgain} things were judged more than once: ${agreement.agreeing} of ` +
        `${agreement.votePairs} pairs of judgements agree.`,
  ];
  const drops = Object.entries(dropped).map(([reason, count]) => `${count} × ${reason}`);
  return [
    header.join("\n"),
    `# Corrections for ${task}`,
    ...said,
    "## Left out",
    drops.length === 0 ? "Nothing." : list(drops),
    "## Not in this form",
    manifest.loss.length === 0 ? "Everything is." : list(manifest.loss),
    "## Files",
    list(
      manifest.files.map(
        ({ name, rows, bytes, sha256 }) => `\`${name}\`: ${rows} lines, ${bytes} bytes, ${sha256}`,
      ),
    ),
    "",
  ].join("\n\n");
}
