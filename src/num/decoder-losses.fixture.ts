import type { DecoderStart, LossBatch } from "./decoder.ts";
import reference from "./decoder-losses.reference.json" with { type: "json" };
import {
  bradleyTerryHead,
  type DecoderLoss,
  dpoLoss,
  grpoLoss,
  ktoLoss,
  ppoLoss,
  quarkLoss,
  weightedNll,
  yesNoLoss,
} from "./decoder-losses.ts";

export const { shape, batch } = reference;

export type Case = (typeof reference.cases)[number];

/** The loss of a case, by its name and options. */
export function lossOf({ name, options }: Case): DecoderLoss<string, string> {
  const number = (key: string) => (options as Record<string, number>)[key] ?? Number.NaN;
  const clip = number("clip");
  const losses: Record<string, () => unknown> = {
    weightedNll: () => weightedNll,
    dpo: () =>
      dpoLoss({
        beta: number("beta"),
        labelSmoothing: number("labelSmoothing"),
        nllWeight: number("nllWeight"),
      }),
    kto: () => ktoLoss({ beta: number("beta") }),
    ppo: () => ppoLoss({ clip, valueCoefficient: number("valueCoefficient") }),
    grpo: () => grpoLoss({ clip, klWeight: number("klWeight") }),
    quark: () => quarkLoss({ klWeight: number("klWeight") }),
    bradleyTerry: () => bradleyTerryHead,
    yesNo: () => yesNoLoss({ yes: number("yes"), no: number("no") }),
  };
  return losses[name]?.() as DecoderLoss<string, string>; // names of data are those of the case
}

export const startOf = ({ head, adapters }: Case): DecoderStart => ({
  parameters: Float32Array.from(reference.decoder),
  ...(head && { head: Float32Array.from(reference.head) }),
  ...(adapters && {
    adapters: { rank: reference.rank, values: Float32Array.from(reference.adapters) },
  }),
});

export const batchOf = ({ weights, data }: Case): LossBatch<string> => ({
  tokens: {
    inputs: Uint8Array.from(reference.inputs),
    targets: Uint8Array.from(reference.targets),
    weights: Float32Array.from(weights),
  },
  data: Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, Float32Array.from(values)]),
  ),
});

/** Every case with its title. */
export const titled = reference.cases.map((one, i): [string, Case] => [
  `${one.name}${one.adapters ? " by adapters" : ""} (case ${i + 1})`,
  one,
]);
