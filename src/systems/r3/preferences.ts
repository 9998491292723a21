import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import type { TextEdit } from "#core/text.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { sentences } from "#correct/text/sentences.ts";
import { exampleDecisions } from "./example.ts";
import { DecisionRow } from "./rows.ts";

const DECISIONS_MAX = 1_000_000;

export const PreferencesInput = z.strictObject({
  decisions: z.array(DecisionRow).min(1).max(DECISIONS_MAX),
  contextSentences: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("sentences on each side that the prompt shows"),
});
export type PreferencesInput = z.infer<typeof PreferencesInput>;

/** One preference pair, in the columns DPO trainers read. */
const PreferenceRow = z.strictObject({
  id: z.string(),
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
});
type PreferenceRow = z.infer<typeof PreferenceRow>;

export const PreferencesOutput = z.strictObject({
  rows: z.array(PreferenceRow),
  report: z.strictObject({
    accepted: z.int(),
    amended: z.int(),
    rejected: z.int(),
    /** Decisions that prefer nothing: both sides read the same. */
    dropped: z.int(),
  }),
});
type PreferencesOutput = z.infer<typeof PreferencesOutput>;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The sentences an edit lies in, and those shown around them. */
function stretchesOf(text: string, { start, end }: TextEdit, context: number) {
  const all = sentences(text);
  const touched = all.flatMap((one, i) => (one.start <= end && one.end >= start ? [i] : []));
  const first = touched[0];
  const last = touched.at(-1);
  const whole: Stretch = { start: 0, end: text.length };
  if (first === undefined || last === undefined) return { sentence: whole, shown: whole };
  const between = (from: number, to: number): Stretch => ({
    start: Math.min(all[from]?.start ?? 0, start),
    end: Math.max(all[to]?.end ?? text.length, end),
  });
  return {
    sentence: between(first, last),
    shown: between(Math.max(0, first - context), Math.min(all.length - 1, last + context)),
  };
}

/**
 * The sentence with and without the edit, the one the writer preferred as `chosen`: the edit's where it was accepted,
 * the one that stood there where it was rejected, the writer's own over the suggestion where it was amended.
 */
function pairOf(decision: DecisionRow, id: string, context: number): PreferenceRow | undefined {
  const { text, edit, intent, accepted, after } = decision;
  const { sentence, shown } = stretchesOf(text, edit, context);
  const within = { ...edit, start: edit.start - sentence.start, end: edit.end - sentence.start };
  const stood = text.slice(sentence.start, sentence.end);
  const suggested = applyEdits(stood, [within]);
  const own = after === undefined ? undefined : applyEdits(stood, [{ ...within, after }]);
  const [chosen, rejected] =
    own !== undefined && accepted
      ? [own, suggested]
      : accepted
        ? [suggested, stood]
        : [stood, suggested];
  if (chosen === rejected) return undefined;
  const around = text.slice(shown.start, shown.end);
  const prompt = `Revise the sentence for ${intent}.\n\nText: ${around}\n\nSentence: ${stood}`;
  return { id, prompt, chosen, rejected };
}

async function run({ decisions, contextSentences }: PreferencesInput): Promise<PreferencesOutput> {
  const rows = decisions.flatMap(
    (decision, i) => pairOf(decision, decision.id ?? `decision-${i + 1}`, contextSentences) ?? [],
  );
  const isAmended = ({ accepted, after }: DecisionRow) => accepted && after !== undefined;
  const amended = decisions.filter(isAmended).length;
  const accepted = decisions.filter((one) => one.accepted).length - amended;
  return {
    rows,
    report: {
      accepted,
      amended,
      rejected: decisions.length - accepted - amended,
      dropped: decisions.length - rows.length,
    },
  };
}

export const preferences = defineOperation({
  id: "r3.preferences",
  summary: "Preference pairs for DPO from accepted, amended and rejected edits",
  input: PreferencesInput,
  output: PreferencesOutput,
  rows: { key: "decisions", row: DecisionRow, outKey: "rows" },
  example: { decisions: [...exampleDecisions] },
  run,
});
