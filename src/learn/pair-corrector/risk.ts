import { logitOf } from "./decode.ts";

/** Risk that a pair is decided wrongly, [n · k] in [0, 0.5] around a threshold: 0.5 where the corrector cannot tell. */
export const riskOfPairs = (probabilities: Float64Array, threshold: number): Float64Array =>
  probabilities.map((p) => 1 / (1 + Math.exp(Math.abs(logitOf(p) - logitOf(threshold)))));

/** The riskiest open pairs of some topics, `risks` one list a topic; ties by place. */
export function riskiestPairs(
  risks: readonly Float64Array[],
  {
    count,
    isOpen,
  }: { readonly count: number; readonly isOpen: (topic: number, pair: number) => boolean },
): { topic: number; pair: number; risk: number }[] {
  return risks
    .flatMap((list, topic) => Array.from(list, (risk, pair) => ({ topic, pair, risk })))
    .filter(({ topic, pair }) => isOpen(topic, pair))
    .sort((a, b) => b.risk - a.risk || a.topic - b.topic || a.pair - b.pair)
    .slice(0, count);
}
