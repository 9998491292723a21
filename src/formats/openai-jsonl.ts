/** Chat fine-tuning rows as OpenAI and its many likes read them: one `{"messages": […]}` a line, the answer last. */
import type { AnswerRow, ExportFormat, ExportOptions } from "./format.ts";

/** What the model should have said: the right label where it is known, else the person's answer. */
const rightOf = (row: AnswerRow): string | null => row.gold ?? row.answer?.label ?? null;

const defaultSystem = (classes: readonly string[]): string =>
  `Label the text with one of: ${classes.join(", ")}. Answer with the label alone.`;

/** What the model is shown: the named fields, then the text. */
function userContent({ fields, text }: AnswerRow): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return lines.length === 0 ? text : `${lines.join("\n")}\n\n${text}`;
}

function lineOf(row: AnswerRow, { classes, system }: ExportOptions): string {
  const right = rightOf(row);
  if (right === null) return "";
  const messages = [
    { role: "system", content: system ?? defaultSystem(classes) },
    { role: "user", content: userContent(row) },
    { role: "assistant", content: right },
  ];
  return `${JSON.stringify({ messages })}\n`;
}

export const openaiJsonl: ExportFormat = {
  id: "openai-jsonl",
  mediaType: "application/jsonl",
  fileName: "fine-tuning.jsonl",
  loss: [
    "Items without a gold label or an answer are left out: there is nothing to learn from them.",
    "Ids, proposals, votes, risks, who answered and how long it took are left out.",
    "It cannot be read back as a project's items.",
  ],
  async *write(rows, options) {
    for await (const batch of rows) {
      const lines = batch.map((row) => lineOf(row, options)).join("");
      if (lines !== "") yield lines;
    }
  },
};
