/** Fields of a row read into what records are made of; whatever is not as expected is told by its field. */
import type { Message } from "#core/comparison.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { FinetuneRecord, Judgement } from "#core/finetune.ts";
import { unstorable } from "#formats/row.ts";
import { commonPrompt, type Messages, misplaced } from "./conversation.ts";

export type Bag = Readonly<Record<string, unknown>>;
export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === "string";

/** What a row says, before it has an id. */
export type Draft = Pick<FinetuneRecord, "prompt" | "tools" | "completions" | "judgement">;

/** What is known of a file while it is read. */
export interface Reading {
  /** Remarks for whoever imports, each once. */
  readonly notes: Set<string>;
  /** Whether conversations are texts or lists of messages: a file is of one kind. */
  style: "plain" | "chat" | undefined;
  /** Which end of a rating is good; what is not known is not guessed. */
  readonly ratingBest: "high" | "low" | undefined;
  /** What numbers of a preference mean: the reply they stand for, or a tie. */
  preference: Readonly<Record<string, "first" | "second" | "tie">>;
}

export interface Shape {
  readonly id: string;
  /** Who writes it, and the fields it is known by. */
  readonly about: string;
  /** Fields it reads; others are remarked on and left out. */
  readonly fields: readonly string[];
  fits(row: Bag): boolean;
  /** @throws Problem that names the field. */
  read(row: Bag, reading: Reading): Draft;
}

export const wrong = (field: string, expected: string, got: unknown): Problem =>
  new Problem("bad-input", `"${field}" is not as expected`, {
    expected,
    got: quoted(got),
    at: { field },
  });

export function text(row: Bag, field: string): string {
  const value = row[field];
  if (!isText(value)) throw wrong(field, "a text", value);
  return sound(value, field);
}

function sound(value: string, field: string): string {
  const strange = unstorable(value);
  if (strange !== undefined) throw wrong(field, "text that can be stored", `text with ${strange}`);
  return value;
}

/** A verdict is true or false; "true", 1 and "good" are guesses at it that trainers take for something else. */
export function flag(row: Bag, field: string): boolean {
  const value = row[field];
  if (typeof value !== "boolean") throw wrong(field, "true or false", value);
  return value;
}

export function amount(row: Bag, field: string): number | undefined {
  const value = row[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw wrong(field, "a number", value);
  return value;
}

export function optionalText(row: Bag, field: string): string | undefined {
  const value = row[field];
  return value === undefined || value === null || value === "" ? undefined : text(row, field);
}

export function texts(row: Bag, field: string): string[] {
  const value = row[field];
  if (!Array.isArray(value) || !value.every(isText)) throw wrong(field, "a list of texts", value);
  return value.map((entry) => sound(entry, field));
}

const ROLES: Readonly<Record<string, Message["role"]>> = {
  system: "system",
  developer: "developer",
  user: "user",
  human: "user",
  prompter: "user",
  assistant: "assistant",
  gpt: "assistant",
  function_call: "assistant",
  tool: "tool",
  observation: "tool",
};
const MESSAGE_KEYS = new Set(
  "role content from value name tool_calls tool_call_id weight train label".split(" "),
);

/** Text of a content: as it is, or the texts it has as parts. */
function contentOf(content: unknown, field: string, calls: boolean): string {
  if (isText(content)) return sound(content, field);
  if ((content === null || content === undefined) && calls) return "";
  if (!Array.isArray(content)) throw wrong(field, "a text", content);
  return content
    .map((part: unknown) => {
      if (isBag(part) && isText(part.text)) return sound(part.text, field);
      throw wrong(field, "parts of text alone", part);
    })
    .join("");
}

/** A call of ShareGPT, which is its name and arguments as JSON. */
function callsOf(value: string, field: string): Record<string, unknown>[] {
  try {
    const parsed: unknown = JSON.parse(value);
    return (Array.isArray(parsed) ? parsed : [parsed]).map((called: unknown, at) => ({
      id: `call_${at + 1}`,
      type: "function",
      function: called,
    }));
  } catch {
    throw wrong(field, "a function call as JSON", value);
  }
}

export function message(value: unknown, field: string, reading: Reading): Message {
  if (!isBag(value)) throw wrong(field, "a message with role and content", value);
  const [roleKey, contentKey] = "from" in value ? ["from", "value"] : ["role", "content"];
  const said = value[roleKey];
  const role = isText(said) ? ROLES[said] : undefined;
  if (role === undefined)
    throw wrong(`${field}.${roleKey}`, `one of ${Object.keys(ROLES).join(", ")}`, said);
  for (const key in value)
    if (!MESSAGE_KEYS.has(key) && value[key] !== null)
      reading.notes.add(`"${key}" of messages is not kept.`);
  const calls: unknown = value.tool_calls ?? [];
  if (!Array.isArray(calls) || !calls.every(isBag))
    throw wrong(`${field}.tool_calls`, "a list of calls", calls);
  const content = contentOf(value[contentKey], `${field}.${contentKey}`, calls.length > 0);
  if (said === "function_call")
    return { role, content: "", tool_calls: callsOf(content, `${field}.value`) };
  return {
    role,
    content,
    ...(isText(value.name) && { name: value.name }),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => ({ ...call })) }),
    ...(isText(value.tool_call_id) && { tool_call_id: value.tool_call_id }),
  };
}

function keepStyle(style: "plain" | "chat", field: string, reading: Reading): void {
  reading.style ??= style;
  if (reading.style === style) return;
  const [texts, lists] = ["texts", "lists of messages"];
  throw new Problem("bad-input", "The row is of another kind than those before it", {
    expected: `${reading.style === "plain" ? texts : lists}, as above`,
    got: style === "plain" ? texts : lists,
    at: { field },
  });
}

/** A list of messages; a text is one message of `role`. Nothing in it may stand where no template can put it. */
export function messages(
  row: Bag,
  field: string,
  reading: Reading,
  role?: "user" | "assistant",
): Messages {
  const value = row[field];
  if (role !== undefined && isText(value)) {
    keepStyle("plain", field, reading);
    return [{ role, content: sound(value, field) }];
  }
  if (role !== undefined && isBag(value)) return [message(value, field, reading)];
  if (!Array.isArray(value))
    throw wrong(field, `${role === undefined ? "" : "a text or "}a list of messages`, value);
  if (role !== undefined) keepStyle("chat", field, reading);
  return inPlace(
    value.map((entry: unknown, at) => message(entry, `${field}.${at}`, reading)),
    field,
  );
}

/** Refuses a conversation that has a message where none of its kind can be. */
export function inPlace(conversation: Messages, field: string): Messages {
  const fault = misplaced(conversation);
  if (fault === undefined) return conversation;
  throw wrong(`${field}.${fault.at}`, fault.expected, conversation[fault.at]);
}

/** Functions that can be called: a list, or one as text. */
export function toolsOf(row: Bag): Pick<Draft, "tools"> {
  const { tools } = row;
  if (tools === undefined || tools === null || tools === "") return {};
  let list: unknown = tools;
  if (isText(tools))
    try {
      list = JSON.parse(tools);
    } catch {
      throw wrong("tools", "a list of JSON schemas", tools);
    }
  if (!Array.isArray(list) || !list.every(isBag))
    throw wrong("tools", "a list of JSON schemas", tools);
  return list.length === 0 ? {} : { tools: list.map((tool) => ({ ...tool })) };
}

export const BY_NOBODY = { annotator: null, atMs: null } as const;

export const completion = (id: string, said: Messages) => ({ id, messages: [...said] });

/** A prompt and one reply to it, with what was said of that. */
export const draft = (
  prompt: Messages,
  reply: Messages,
  judgement: Judgement,
  more: Pick<Draft, "tools"> = {},
): Draft => ({
  ...more,
  prompt: [...prompt],
  completions: [completion("a", reply)],
  judgement,
});

export const demo = (prompt: Messages, reply: Messages, more: Pick<Draft, "tools"> = {}): Draft =>
  draft(prompt, reply, { kind: "demo", chosen: "a", ...BY_NOBODY }, more);

export const pair = (
  prompt: Messages,
  chosen: Messages,
  rejected: Messages,
  { margin, tools }: { readonly margin?: number | undefined; tools?: Draft["tools"] } = {},
): Draft => ({
  ...(tools !== undefined && { tools }),
  prompt: [...prompt],
  completions: [completion("a", chosen), completion("b", rejected)],
  judgement: {
    kind: "pair",
    chosen: "a",
    rejected: "b",
    ...(margin !== undefined && { margin }),
    ...BY_NOBODY,
  },
});

/** Two whole conversations: alike but for what the assistant says last. */
export function pairOfConversations(
  chosen: Messages,
  rejected: Messages,
  more: { readonly margin?: number | undefined } = {},
): Draft {
  const { prompt, a, b } = commonPrompt(chosen, rejected);
  for (const [field, rest] of [
    ["chosen", a],
    ["rejected", b],
  ] as const) {
    const asked = rest.find(({ role }) => role !== "assistant" && role !== "tool");
    if (asked !== undefined || prompt.length === 0)
      throw new Problem("bad-input", "The two conversations have not the same context", {
        expected: "chosen and rejected alike but for the last reply",
        got: quoted(asked ?? rest[0]),
        at: { field },
      });
  }
  return pair(prompt, a, b, more);
}

/** A conversation that ends with what the model is to say, cut before it. */
export function cutLast(
  conversation: Messages,
  field: string,
): { readonly prompt: Messages; readonly reply: Messages } {
  const last = conversation.at(-1);
  if (last?.role !== "assistant")
    throw wrong(field, "a conversation that ends with the assistant", last);
  return { prompt: conversation.slice(0, -1), reply: conversation.slice(-1) };
}

export const withSystem = (system: string | undefined, prompt: Messages): Messages =>
  system === undefined ? prompt : [{ role: "system", content: system }, ...prompt];
