/** The row every format is read into: its schema, and a hand-written check that gives the schema's verdict faster. */
import { z } from "zod";
import { badInput, type Place, Problem, quoted } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { AnswerRow, Fields, ParsedRow, RowAnswer, RowProposal } from "./format.ts";

const ID_CHARS_MAX = 200;
const ATOMS = ["string", "number", "boolean"];

const Label = z.string().min(1, "a label, not an empty text");
const Name = z.string().min(1, "a name, not an empty text");

/** A line of Emend's own JSONL. Unknown keys are refused: a misspelt one would be lost in silence. */
export const RowJson = z.strictObject({
  id: z.union([z.string().min(1).max(ID_CHARS_MAX), z.int()], {
    error: `text of 1 to ${ID_CHARS_MAX} characters or a whole number`,
  }),
  text: z.string(),
  fields: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.null()], {
        error: "a text, a finite number, true, false or null",
      }),
    )
    .nullish(),
  html: z.string().nullish(),
  proposal: z
    .strictObject({
      label: Label.nullable(),
      confidence: z.number("a number from 0 to 1").min(0).max(1).nullish(),
      model: Name.nullish(),
      raw: z.string().nullish(),
    })
    .nullish(),
  votes: z.record(Name, Label.nullable()).nullish(),
  gold: Label.nullish(),
  split: z.enum(["train", "valid", "test"]).nullish(),
  answer: z
    .strictObject({
      label: Label,
      decision: z.enum(["confirmed", "edited", "rejected"]).nullish(),
      by: Name.nullish(),
      ms: z.number().nonnegative().nullish(),
      atMs: z.number().nonnegative().nullish(),
      reason: z.string().nullish(),
    })
    .nullish(),
  /** Written by exports, and not read back: risk is assessed anew. */
  risk: z.number().min(0).max(1).nullish(),
  route: z.enum(["accept", "ask", "retry", "block"]).nullish(),
});
export type RowJson = z.infer<typeof RowJson>;

type Bag = Record<string, unknown>;
const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const none = (value: unknown): boolean => value === undefined || value === null;
const isLabel = (value: unknown): boolean => typeof value === "string" && value !== "";
const isShare = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;
const isAmount = (value: unknown): boolean =>
  typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
const isText = (value: unknown): boolean => typeof value === "string";
const isAtom = (value: unknown): boolean =>
  value === null ||
  (ATOMS.includes(typeof value) && (typeof value !== "number" || Number.isFinite(value)));
const isId = (value: unknown): boolean =>
  typeof value === "string"
    ? value !== "" && value.length <= ID_CHARS_MAX
    : Number.isSafeInteger(value);
const oneOf =
  (...values: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === "string" && values.includes(value);

/** Each key's check, and whether the key may be missing or null. */
type Shape = Readonly<
  Record<string, readonly [check: (value: unknown) => boolean, may: "must" | "null" | "miss"]>
>;

/** Whether an object has the keys of a shape and no others. */
function fits(bag: Bag, shape: Shape, required: number): boolean {
  let seen = 0;
  for (const key in bag) {
    const rule = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (rule === undefined) return false;
    const value = bag[key];
    if (rule[1] !== "miss") seen++;
    if (rule[1] !== "must" && value === null) continue;
    if (rule[1] === "miss" && value === undefined) continue;
    if (!rule[0](value)) return false;
  }
  return seen === required;
}

const PROPOSAL: Shape = {
  label: [isLabel, "null"],
  confidence: [isShare, "miss"],
  model: [isLabel, "miss"],
  raw: [isText, "miss"],
};
const ANSWER: Shape = {
  label: [isLabel, "must"],
  decision: [oneOf("confirmed", "edited", "rejected"), "miss"],
  by: [isLabel, "miss"],
  ms: [isAmount, "miss"],
  atMs: [isAmount, "miss"],
  reason: [isText, "miss"],
};

/** Every entry passes; a key that would change an object's prototype is skipped, as the schema does. */
function entries(value: unknown, good: (key: string, entry: unknown) => boolean): boolean {
  if (!isBag(value)) return false;
  for (const key in value) if (key !== "__proto__" && !good(key, value[key])) return false;
  return true;
}

const ROW: Shape = {
  id: [isId, "must"],
  text: [isText, "must"],
  fields: [(value) => entries(value, (_, entry) => isAtom(entry)), "miss"],
  html: [isText, "miss"],
  proposal: [(value) => isBag(value) && fits(value, PROPOSAL, 1), "miss"],
  votes: [
    (value) => entries(value, (key, entry) => key !== "" && (entry === null || isLabel(entry))),
    "miss",
  ],
  gold: [isLabel, "miss"],
  split: [oneOf("train", "valid", "test"), "miss"],
  answer: [(value) => isBag(value) && fits(value, ANSWER, 1), "miss"],
  risk: [isShare, "miss"],
  route: [oneOf("accept", "ask", "retry", "block"), "miss"],
};

/** The verdict of `RowJson.safeParse(value).success`, an order of magnitude faster (the tests hold them equal). */
export const fitsRowJson = (value: unknown): value is RowJson =>
  isBag(value) && fits(value, ROW, 2);

/** What a row must keep to besides its shape. */
export interface RowLimits {
  readonly classes: ReadonlySet<string> | undefined;
  readonly fieldCharsMax: number;
}

/** A text no database can hold: U+0000, or half of a surrogate pair. */
export function unstorable(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the character looked for.
  if (!/[\u0000\ud800-\udfff]/.test(text)) return undefined;
  if (text.includes("\u0000")) return "the character U+0000";
  return /\p{Surrogate}/u.test(text) ? "half of a surrogate pair" : undefined;
}

function wrongText(field: string, value: unknown, limits: RowLimits): Problem | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length > limits.fieldCharsMax)
    return new Problem("too-large", "The field is too long", {
      expected: `at most ${limits.fieldCharsMax.toLocaleString("en")} characters`,
      got: `${value.length.toLocaleString("en")}`,
      at: { field },
      hint: "Shorten it, or raise the limit for this import.",
    });
  const strange = unstorable(value);
  return strange === undefined
    ? undefined
    : new Problem("bad-input", `The field holds ${strange}`, {
        expected: "text that can be stored",
        at: { field },
      });
}

function wrongLabel(
  field: string,
  label: string | null | undefined,
  limits: RowLimits,
): Problem | undefined {
  if (label === null || label === undefined) return undefined;
  if (limits.classes === undefined || limits.classes.has(label))
    return wrongText(field, label, limits);
  return new Problem("bad-input", "The label is outside the set", {
    expected: `one of ${[...limits.classes].join(", ")}`,
    got: quoted(label),
    at: { field },
  });
}

/** The first thing that is wrong with a row of the right shape. */
function wrongWith(row: RowJson, limits: RowLimits): Problem | undefined {
  const { proposal, answer } = row;
  let wrong = wrongText("id", row.id, limits) ?? wrongText("text", row.text, limits);
  wrong ??= wrongText("html", row.html, limits) ?? wrongLabel("gold", row.gold, limits);
  if (proposal != null) {
    wrong ??= wrongLabel("proposal.label", proposal.label, limits);
    wrong ??= wrongText("proposal.model", proposal.model, limits);
    wrong ??= wrongText("proposal.raw", proposal.raw, limits);
  }
  if (answer != null) {
    wrong ??= wrongLabel("answer.label", answer.label, limits);
    wrong ??= wrongText("answer.by", answer.by, limits);
    wrong ??= wrongText("answer.reason", answer.reason, limits);
  }
  for (const rule in row.votes) wrong ??= wrongLabel(`votes.${rule}`, row.votes[rule], limits);
  for (const field in row.fields)
    wrong ??=
      wrongText(`fields.${field}`, field, limits) ??
      wrongText(`fields.${field}`, row.fields[field], limits);
  return wrong;
}

const NO_FIELDS: Fields = Object.freeze({});
const NO_VOTES: ParsedRow["votes"] = Object.freeze({});

function fieldsOf(fields: RowJson["fields"]): Fields {
  if (none(fields)) return NO_FIELDS;
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields ?? {}))
    if (value !== null && name !== "__proto__") kept[name] = value;
  return kept;
}

function answerOf(answer: NonNullable<RowJson["answer"]>): RowAnswer {
  const { label, decision = null, by = null, ms = null, atMs = null, reason = null } = answer;
  return { label, decision, by, ms, atMs, reason };
}

function proposalOf(proposal: NonNullable<RowJson["proposal"]>): RowProposal {
  const { label, confidence = null, model = null, raw = null } = proposal;
  return { label, confidence, model, raw };
}

/** Checks a value as a row. The problem names the field; the caller adds file and line. */
export function parseRow(value: unknown, limits: RowLimits): Result<ParsedRow, Problem> {
  if (!fitsRowJson(value)) {
    const parsed = RowJson.safeParse(value);
    if (!parsed.success) return err(badInput(parsed.error, value));
    return err(new Problem("bad-input", "The row is not as expected", { got: quoted(value) }));
  }
  const wrong = wrongWith(value, limits);
  if (wrong !== undefined) return err(wrong);
  return ok({
    id: String(value.id),
    text: value.text,
    fields: fieldsOf(value.fields),
    html: value.html ?? null,
    proposal: value.proposal == null ? null : proposalOf(value.proposal),
    votes: value.votes ?? NO_VOTES,
    gold: value.gold ?? null,
    split: value.split ?? null,
    answer: value.answer == null ? null : answerOf(value.answer),
  });
}

/** Drops what is null, so that a line says only what is known. */
function present<T extends object>(record: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const key in record) if (record[key] !== null) kept[key] = record[key];
  return kept;
}

/** A row as an object of `RowJson`, smallest form. */
export function rowJsonOf(row: AnswerRow): RowJson {
  const { proposal, answer, fields, votes, ...rest } = row;
  return {
    ...present(rest),
    id: row.id,
    text: row.text,
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    ...(proposal === null ? {} : { proposal: { ...present(proposal), label: proposal.label } }),
    ...(Object.keys(votes).length === 0 ? {} : { votes }),
    ...(answer === null ? {} : { answer: { ...present(answer), label: answer.label } }),
  };
}

/** A problem with the place of its row added. */
export const placed = (problem: Problem, at: Place): Problem =>
  new Problem(problem.kind, problem.message, {
    ...problem.detail,
    at: { ...at, ...problem.detail.at },
  });
