/** Texts that judges of replies are trained on: by a principle, and of two replies which is better. */
import type { Message } from "#core/comparison.ts";
import type { Messages } from "./conversation.ts";
import { hashOf } from "./conversation.ts";
import type { Pair, Principled } from "./example.ts";

const turns = (messages: Messages): string =>
  messages.map(({ role, content }) => `<${role}>\n${content}`).join("\n\n");

/** A question that is answered with Yes or No (binary flexible feedback). */
export const judgeRequest = ({ prompt, response, principle }: Principled): string =>
  [
    `[PROMPT]\n${turns(prompt)}`,
    `[RESPONSE]\n${turns(response)}`,
    `[PRINCIPLE]\n${principle}`,
    "Does the response keep to the principle? Answer Yes or No.",
  ].join("\n\n");

export const judgeReply = (fulfilled: boolean): "Yes" | "No" => (fulfilled ? "Yes" : "No");

/** The template of RLHFlow's pairwise preference model; a turn is marked as its plain chat template marks it. */
const context = (prompt: Messages): string =>
  prompt.map(({ role, content }) => `<turn> ${role}\n ${content}`).join("\n\n\n");

/** A coin that the example itself tosses, so that a file is the same each time and sides are not. */
const isSwapped = ({ hash, chosen, rejected }: Pair): boolean =>
  Number.parseInt(hashOf([...chosen, ...rejected, { role: "user", content: hash }])[0] ?? "0", 16) %
    2 ===
  1;

/** A pair as a question of which reply is better, answered with A or B. */
export function pairwiseMessages(pair: Pair): Message[] {
  const [chosen, rejected] = [pair.chosen, pair.rejected].map((m) => m.at(-1)?.content ?? "");
  const swapped = isSwapped(pair);
  const [a, b] = swapped ? [rejected, chosen] : [chosen, rejected];
  return [
    {
      role: "user",
      content: `[CONTEXT] ${context(pair.prompt)} [RESPONSE A] ${a} [RESPONSE B] ${b} \n`,
    },
    { role: "assistant", content: swapped ? "B" : "A" },
  ];
}
