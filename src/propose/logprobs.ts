import { z } from "zod";

/** Where OpenAI's protocol has the log probability of each token of the answer. */
const Body = z.object({
  choices: z
    .array(
      z.object({
        logprobs: z.object({
          content: z.array(z.object({ token: z.string(), logprob: z.number() })),
        }),
      }),
    )
    .min(1),
});

/**
 * The model's probability of the label it wrote: the product over the tokens that make up the label's value in the
 * answer. Tokens before it are given, tokens after it do not matter. Undefined when the server sent none.
 */
export function labelProbability(text: string, label: string, body: unknown): number | undefined {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return undefined;
  const key = /"label"\s*:\s*"/.exec(text);
  if (key === null) return undefined;
  const start = key.index + key[0].length;
  const end = start + JSON.stringify(label).length - 2;
  const tokens = parsed.data.choices[0]?.logprobs.content ?? [];
  let at = 0;
  let sum = 0;
  let covered = 0;
  for (const { token, logprob } of tokens) {
    const overlap = Math.min(at + token.length, end) - Math.max(at, start);
    if (overlap > 0) {
      sum += logprob;
      covered += overlap;
    }
    at += token.length;
  }
  // Tokens that do not add up to the text tell nothing of the label.
  return covered === end - start ? Math.min(1, Math.exp(sum)) : undefined;
}
