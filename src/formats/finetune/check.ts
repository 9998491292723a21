/** What must hold of an example before anybody trains on it. */
import { isEmpty, type Messages, outOfTurn, sameText, tokensOf } from "./conversation.ts";
import type { Example } from "./example.ts";

/** What stands after the prompt: one conversation of a plain example, two of a pair, none of a prompt. */
export function continuations(example: Example): readonly Messages[] {
  switch (example.kind) {
    case "demonstration":
    case "labelled":
      return [example.completion];
    case "pair":
      return [example.chosen, example.rejected];
    case "principled":
      return [example.response];
    case "stepwise":
      return [[{ role: "assistant", content: example.steps.map(({ text }) => text).join("\n") }]];
    case "prompt":
      return [];
  }
}

/** Estimated tokens of the longest text a trainer would make of an example. */
export function tokensOfExample(example: Example): number {
  const prompt = tokensOf(example.prompt);
  return prompt + Math.max(0, ...continuations(example).map(tokensOf));
}

/** Why an example must not be trained on; undefined when it may be. */
export function faultOf(example: Example, tokensMax: number | undefined): string | undefined {
  const after = continuations(example);
  if (after.some(isEmpty)) return "an empty reply";
  if (example.kind === "stepwise" && example.steps.some(({ text }) => text.trim() === ""))
    return "an empty step";
  // Plain text to be continued has no prompt; everything else is an answer to something.
  if (example.prompt.length === 0 && example.kind !== "demonstration") return "no prompt";
  if (isEmpty(example.prompt) && example.prompt.length > 0) return "an empty message in the prompt";
  const asked = example.prompt.at(-1)?.role;
  if (asked !== undefined && asked !== "user" && asked !== "tool")
    return `the prompt ends with a message of the ${asked}`;
  for (const messages of after) {
    const last = messages.at(-1)?.role;
    if (last !== "assistant") return `the last message is one of the ${last ?? "user"}`;
    if (example.prompt.length === 0) continue;
    const wrong = outOfTurn([...example.prompt, ...messages]);
    if (wrong !== undefined)
      return `roles do not alternate: expected ${wrong.expected} as message ${wrong.at + 1}`;
  }
  if (after.length === 0) {
    const wrong = outOfTurn(example.prompt);
    if (wrong !== undefined)
      return `roles do not alternate: expected ${wrong.expected} as message ${wrong.at + 1}`;
  }
  if (example.kind === "pair" && sameText(example.chosen, example.rejected))
    return "chosen and rejected are the same text";
  const tokens = tokensMax === undefined ? 0 : tokensOfExample(example);
  if (tokensMax !== undefined && tokens > tokensMax)
    return `too long: more than ${tokensMax.toLocaleString("en")} tokens by estimate`;
  return undefined;
}
