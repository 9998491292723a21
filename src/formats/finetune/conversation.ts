/** What can be said of a conversation by itself: its hash, its length, and whether its messages follow one another. */
import { createHash } from "node:crypto";
import type { Message } from "#core/comparison.ts";

export type Messages = readonly Message[];

const isSystem = ({ role }: Message): boolean => role === "system" || role === "developer";
const calls = ({ tool_calls }: Message): boolean => (tool_calls?.length ?? 0) > 0;

/** Same messages, same hash, whatever the order of their keys. */
export function hashOf(messages: Messages): string {
  const said = messages.map(({ role, content, name, tool_calls, tool_call_id }) => [
    role,
    content,
    name ?? null,
    tool_calls ?? null,
    tool_call_id ?? null,
  ]);
  return createHash("sha256").update(JSON.stringify(said)).digest("hex").slice(0, 32);
}

/**
 * A rough count of tokens: four ASCII characters make one, any other character is one of its own, and each message
 * costs four for its frame. Within a third of common vocabularies on prose; a limit needs that much room.
 */
export function tokensOf(messages: Messages): number {
  let tokens = 0;
  for (const { content, tool_calls } of messages) {
    const text = tool_calls === undefined ? content : content + JSON.stringify(tool_calls);
    let other = 0;
    for (const character of text) if (character > "\u007f") other++;
    tokens += 4 + other + Math.ceil((text.length - other) / 4);
  }
  return tokens;
}

/** Words of a message, tool calls included: what must not be empty. */
export const isEmpty = (messages: Messages): boolean =>
  messages.length === 0 ||
  messages.some((message) => message.content.trim() === "" && !calls(message));

/** Contents alike but for white space at their ends, call by call. */
export const sameText = (a: Messages, b: Messages): boolean =>
  a.length === b.length &&
  a.every((message, at) => {
    const other = b[at];
    return (
      other !== undefined &&
      message.role === other.role &&
      message.content.trim() === other.content.trim() &&
      JSON.stringify(message.tool_calls ?? null) === JSON.stringify(other.tool_calls ?? null)
    );
  });

/** What no chat template can render, as what was expected; undefined where all is well. */
export function misplaced(messages: Messages): { expected: string; at: number } | undefined {
  for (const [at, message] of messages.entries()) {
    const before = messages[at - 1];
    if (at > 0 && isSystem(message)) return { expected: "a system message at the start alone", at };
    const answersCall = before !== undefined && (before.role === "tool" || calls(before));
    if (message.role === "tool" && !answersCall)
      return { expected: "a tool's result after the call it answers", at };
    if (before !== undefined && calls(before) && message.role !== "tool")
      return { expected: "the result of a tool call after it", at };
  }
  return undefined;
}

/** Whether user and assistant take turns; what was expected where they do not. */
export function outOfTurn(messages: Messages): { expected: string; at: number } | undefined {
  const first = messages.findIndex((message) => !isSystem(message));
  if (first < 0) return { expected: "a message from the user", at: 0 };
  for (let at = first; at < messages.length; at++) {
    const message = messages[at];
    const before = at === first ? undefined : messages[at - 1];
    if (message === undefined || message.role === "tool") continue;
    const expected = before === undefined || before.role === "assistant" ? "user" : "assistant";
    if (message.role !== expected) return { expected: `a message from the ${expected}`, at };
  }
  return undefined;
}

/** The prompt two conversations share, and where each goes on. */
export function commonPrompt(
  a: Messages,
  b: Messages,
): { readonly prompt: Messages; readonly a: Messages; readonly b: Messages } {
  let shared = 0;
  const most = Math.min(a.length, b.length) - 1;
  while (shared < most && JSON.stringify(a[shared]) === JSON.stringify(b[shared])) shared++;
  // What is continued is asked for: the prompt ends before the last turn of the assistant begins.
  while (shared > 0 && a[shared - 1]?.role === "assistant") shared--;
  return { prompt: a.slice(0, shared), a: a.slice(shared), b: b.slice(shared) };
}
