/** Label Studio's task JSON: an array of tasks with `data`, `predictions` and `annotations` of one choice. */
import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import {
  type AnswerRow,
  type ExportFormat,
  type ImportFormat,
  type ImportOptions,
  singleStream,
} from "./format.ts";
import { Intake } from "./intake.ts";
import { isBroken, type JsonEntry, jsonEntries } from "./json-entries.ts";

/** Predictions of this model version stand for the vote of the rule named after it. */
const RULE_PREFIX = "rule:";
/** Names of the control and the object in the labelling set-up that an export is made for. */
const FROM_NAME = "label";
const TO_NAME = "text";

const Result = z.array(
  z.looseObject({
    type: z.string().optional(),
    value: z.looseObject({ choices: z.array(z.string()).optional() }).optional(),
  }),
);

const Task = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  data: z.record(z.string(), z.unknown()),
  predictions: z
    .array(
      z.looseObject({
        result: Result,
        score: z.number().nullish(),
        model_version: z.string().nullish(),
      }),
    )
    .optional(),
  annotations: z
    .array(
      z.looseObject({
        result: Result,
        was_cancelled: z.boolean().nullish(),
        ground_truth: z.boolean().nullish(),
        lead_time: z.number().nonnegative().nullish(),
        completed_by: z.unknown().optional(),
        created_at: z.string().nullish(),
      }),
    )
    .optional(),
});
type Task = z.infer<typeof Task>;

/** The choice of a result; null where there is none. More than one is not a label. */
function choiceOf(result: z.infer<typeof Result>): string | null {
  const choices = result.flatMap(({ value }) => value?.choices ?? []);
  if (choices.length > 1)
    throw new Problem("bad-input", "A result has more than one choice", {
      expected: "one label for each task",
      got: choices.join(", "),
    });
  return choices[0] ?? null;
}

const personOf = (completedBy: unknown): string | null => {
  if (typeof completedBy === "number" || typeof completedBy === "string") return `${completedBy}`;
  const person = z.object({ email: z.string() }).safeParse(completedBy);
  return person.success ? person.data.email : null;
};

function answerOf(annotations: NonNullable<Task["annotations"]>): unknown {
  const given = annotations.filter((a) => a.ground_truth !== true && a.was_cancelled !== true);
  const last = given.findLast(({ result }) => choiceOf(result) !== null);
  if (last === undefined) return null;
  const atMs = Date.parse(last.created_at ?? "");
  return {
    label: choiceOf(last.result),
    by: personOf(last.completed_by),
    ms: last.lead_time == null ? null : Math.round(last.lead_time * 1e6) / 1e3,
    atMs: Number.isNaN(atMs) ? null : atMs,
  };
}

/** A task as a row's JSON, still to be checked as one. */
function rowOf(task: Task, columns: NonNullable<ImportOptions["columns"]>): unknown {
  const { id: idKey = "id", text: textKey = "text" } = columns;
  const { [idKey]: ownId, [textKey]: text, html, ...others } = task.data;
  const votes: Record<string, string | null> = {};
  let proposal: unknown = null;
  for (const { model_version, result, score } of task.predictions ?? []) {
    const label = choiceOf(result);
    if (model_version?.startsWith(RULE_PREFIX) === true)
      votes[model_version.slice(RULE_PREFIX.length)] = label;
    else proposal ??= { label, confidence: score, model: model_version };
  }
  const annotations = task.annotations ?? [];
  const truth = annotations.find(({ ground_truth }) => ground_truth === true);
  const fields = Object.entries(others).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null ? JSON.stringify(value) : value,
  ]);
  return {
    id: ownId ?? task.id,
    text,
    html,
    fields: Object.fromEntries(fields),
    proposal,
    votes,
    gold: truth === undefined ? null : choiceOf(truth.result),
    answer: answerOf(annotations),
  };
}

function offerTask(intake: Intake, entry: JsonEntry, options: ImportOptions): void {
  const at = { line: entry.line, row: intake.seen + 1 };
  const task = Task.safeParse(entry.value);
  if (!task.success) {
    intake.refuse(badInput(task.error, entry.value), at, entry.raw);
    return;
  }
  try {
    intake.offer(rowOf(task.data, options.columns ?? {}), at, entry.raw);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    intake.refuse(error, at, entry.raw);
  }
}

const resultOf = (label: string | null) =>
  label === null
    ? []
    : [{ from_name: FROM_NAME, to_name: TO_NAME, type: "choices", value: { choices: [label] } }];

function taskOf(row: AnswerRow): Task {
  const { proposal, answer } = row;
  const predictions = Object.entries(row.votes).map(([rule, label]) => ({
    model_version: `${RULE_PREFIX}${rule}`,
    result: resultOf(label),
  }));
  const annotations: NonNullable<Task["annotations"]> = [];
  if (row.gold !== null) annotations.push({ result: resultOf(row.gold), ground_truth: true });
  if (answer !== null)
    annotations.push({
      result: resultOf(answer.label),
      ...(answer.ms === null ? {} : { lead_time: answer.ms / 1_000 }),
      ...(answer.by === null ? {} : { completed_by: { email: answer.by } }),
      ...(answer.atMs === null ? {} : { created_at: new Date(answer.atMs).toISOString() }),
    });
  return {
    data: {
      ...row.fields,
      ...(row.html === null ? {} : { html: row.html }),
      id: row.id,
      text: row.text,
    },
    predictions:
      proposal === null
        ? predictions
        : [
            {
              result: resultOf(proposal.label),
              ...(proposal.confidence === null ? {} : { score: proposal.confidence }),
              ...(proposal.model === null ? {} : { model_version: proposal.model }),
            },
            ...predictions,
          ],
    annotations,
  };
}

export const labelStudio: ImportFormat & ExportFormat = {
  id: "label-studio",
  mediaType: "application/json",
  fileName: "tasks.json",
  loss: [
    "What the model really said (`proposal.raw`) is left out.",
    "Whether an answer confirmed, edited or rejected the proposal, and its reason, are left out.",
    "The split of the data set, the risk and the route are left out.",
    "Fields called id, text or html give way to the item's own.",
  ],
  async *read(input, options = {}) {
    const intake = new Intake(options);
    for await (const entries of jsonEntries(singleStream(input), "array", options.signal)) {
      for (const entry of entries)
        if (isBroken(entry)) intake.refuse(entry.problem, { line: entry.line }, entry.raw);
        else offerTask(intake, entry, options);
      if (intake.full) yield intake.take();
    }
    yield* intake.finish();
  },
  async *write(rows) {
    let separator = "[\n";
    for await (const batch of rows) {
      if (batch.length === 0) continue;
      yield separator + batch.map((row) => JSON.stringify(taskOf(row))).join(",\n");
      separator = ",\n";
    }
    yield separator === "[\n" ? "[]\n" : "\n]\n";
  },
};
