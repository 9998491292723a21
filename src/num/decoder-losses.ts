import type { Pass } from "./decoder-pass.ts";
import { fromF32, type Jax, type JaxArray } from "./jax.ts";

/** Extra data of a loss: a number for each place, sequence, pair, or place and token. */
export type DataShape = "places" | "sequences" | "pairs" | "distributions";

/**
 * What a decoder in training is pulled by, as a function of its pass. `data` are arrays that come
 * with each batch, by name; `meters` are means told beside the loss.
 */
export interface DecoderLoss<Data extends string = never, Meter extends string = never> {
  readonly data: Readonly<Record<Data, DataShape>>;
  readonly meters: readonly Meter[];
  /** Each call of `data` gives a reference to be consumed once, as those of the pass do. */
  of(
    jax: Jax,
    pass: Pass,
    data: (name: Data) => JaxArray,
  ): { readonly loss: JaxArray; readonly meters: Readonly<Record<Meter, JaxArray>> };
}

/** Σ weight · −log p(target): supervised where weights are positive, REINFORCE by advantages. */
export const weightedNll: DecoderLoss = {
  data: {},
  meters: [],
  of: ({ numpy: np }, pass) => ({
    loss: np.sum(pass.logProbs().mul(pass.weights())).mul(-1),
    meters: {},
  }),
};

/** [batch] Σ weight · log p over each sequence. */
const sequenceLogProbs = ({ numpy: np }: Jax, pass: Pass): JaxArray =>
  np.sum(pass.logProbs().mul(pass.weights()), -1);

/**
 * The first and the second half of [2n]. By a product, not by slices: where but one slice is used,
 * its gradient is padded, and the library then fuses the padding away (0.1.25).
 */
function halves(jax: Jax, array: JaxArray): [JaxArray, JaxArray] {
  const { numpy: np } = jax;
  const [rows = 0] = array.shape;
  const split = array.reshape([2, rows / 2]);
  const half = (first: number, second: number) =>
    np.sum(split.ref.mul(fromF32(jax, Float32Array.of(first, second), [2, 1])), 0);
  const both: [JaxArray, JaxArray] = [half(1, 0), half(0, 1)];
  split.dispose();
  return both;
}

/** Beyond it, e^x + 1 is e^x in float32. */
const LINEAR_FROM = 30;

/** log(1 + e^x); the library's own overflows from 88. */
function softplus({ numpy: np }: Jax, x: JaxArray): JaxArray {
  const curved = np.log(np.exp(np.minimum(x.ref, LINEAR_FROM)).add(1));
  return np.where(np.greater(x.ref, LINEAR_FROM), x, curved);
}

/** log σ(x) */
const logSigmoid = (jax: Jax, x: JaxArray): JaxArray => softplus(jax, x.mul(-1)).mul(-1);

/** Share above 0. */
const shareAbove = ({ numpy: np }: Jax, x: JaxArray): JaxArray =>
  np.mean(np.where(np.greater(x, 0), 1, 0));

/**
 * Direct preference optimisation (Rafailov et al. 2023, eq. 7), with label smoothing ε (Mitchell
 * 2023, "conservative DPO") and α times the mean negative log-likelihood of a token of the chosen
 * reply (Pang et al. 2024, eq. 2). Rows: the chosen replies of all pairs, then the rejected ones,
 * weight 1 on reply tokens. `reference`: log-probabilities of the replies under the start.
 */
export const dpoLoss = (how: {
  readonly beta: number;
  readonly labelSmoothing: number;
  readonly nllWeight: number;
}): DecoderLoss<"reference", "margin" | "accuracy"> => ({
  data: { reference: "sequences" },
  meters: ["margin", "accuracy"],
  of(jax, pass, data) {
    const { numpy: np } = jax;
    const logProbs = sequenceLogProbs(jax, pass);
    const [chosen, rejected] = halves(jax, logProbs.ref.sub(data("reference")).mul(how.beta));
    const margin = chosen.sub(rejected);
    const preferred = logSigmoid(jax, margin.ref).mul(how.labelSmoothing - 1);
    const smoothed = logSigmoid(jax, margin.ref.mul(-1)).mul(-how.labelSmoothing);
    const perToken = logProbs.div(np.sum(pass.weights(), -1));
    const [likelihood, unused] = halves(jax, perToken);
    unused.dispose();
    const pulled = np.mean(likelihood).mul(-how.nllWeight);
    const meters = { margin: np.mean(margin.ref), accuracy: shareAbove(jax, margin) };
    return { loss: np.mean(preferred.add(smoothed)).add(pulled), meters };
  },
});

/**
 * Kahneman-Tversky optimisation (Ethayarajh et al. 2024, eq. 8) as TRL has it. Rows: the replies,
 * then as many mismatched ones, whose mean log-ratio estimates the KL, not below 0 and without a
 * gradient. `side` is 1 for a desirable reply and −1 for an undesirable one, `worth` its weight;
 * both are 0 in the second half.
 */
export const ktoLoss = (how: {
  readonly beta: number;
}): DecoderLoss<"reference" | "side" | "worth", "kl"> => ({
  data: { reference: "sequences", side: "sequences", worth: "sequences" },
  meters: ["kl"],
  of(jax, pass, data) {
    const { numpy: np, nn, lax } = jax;
    const [rewards, mismatched] = halves(jax, sequenceLogProbs(jax, pass).sub(data("reference")));
    const kl = np.maximum(np.mean(lax.stopGradient(mismatched)), 0);
    const [side, noSide] = halves(jax, data("side"));
    const [worth, noWorth] = halves(jax, data("worth"));
    for (const array of [noSide, noWorth]) array.dispose();
    const value = nn.sigmoid(rewards.sub(kl.ref).mul(how.beta).mul(side));
    return { loss: np.mean(value.mul(-1).add(1).mul(worth)), meters: { kl } };
  },
});

/**
 * Σ weight · −min(ρ A, clip(ρ, 1 ± ε) A), ρ being how much likelier a token has become than when it
 * was sampled (Schulman et al. 2017, eq. 7), and the weighted share of places where the clip holds.
 */
function clippedSurrogate(
  { numpy: np }: Jax,
  pass: Pass,
  { old, advantages, clip }: { old: JaxArray; advantages: JaxArray; clip: number },
): { surrogate: JaxArray; clipped: JaxArray } {
  const ratio = np.exp(pass.logProbs().sub(old));
  const free = ratio.ref.mul(advantages.ref);
  const bound = np.clip(ratio, 1 - clip, 1 + clip).mul(advantages);
  const held = np.where(np.less(bound.ref, free.ref), 1, 0);
  return {
    surrogate: np.sum(np.minimum(free, bound).mul(pass.weights())).mul(-1),
    clipped: weightedMean(np, held, pass),
  };
}

/** Mean of [batch, T] by the places' weights. */
const weightedMean = (np: Jax["numpy"], values: JaxArray, pass: Pass): JaxArray =>
  np.sum(values.mul(pass.weights())).div(np.sum(pass.weights()));

/** [batch, T] entropy of what may follow, nats. */
function entropies({ numpy: np }: Jax, pass: Pass): JaxArray {
  const distributions = pass.distributions();
  return np.sum(np.exp(distributions.ref).mul(distributions), -1).mul(-1);
}

/**
 * Proximal policy optimisation: the clipped surrogate and ½ c times the squared error of the values,
 * which are clipped around the old ones by the same ε. `old` are log-probabilities when sampled.
 */
export const ppoLoss = (how: {
  readonly clip: number;
  readonly valueCoefficient: number;
}): DecoderLoss<
  "old" | "advantages" | "returns" | "oldValues",
  "clipped" | "valueLoss" | "entropy"
> => ({
  data: { old: "places", advantages: "places", returns: "places", oldValues: "places" },
  meters: ["clipped", "valueLoss", "entropy"],
  of(jax, pass, data) {
    const { numpy: np, lax } = jax;
    const { clip, valueCoefficient } = how;
    const [old, advantages] = [data("old"), data("advantages")];
    const { surrogate, clipped } = clippedSurrogate(jax, pass, { old, advantages, clip });
    const moved = np.clip(pass.scalars().sub(data("oldValues")), -clip, clip);
    const near = moved.add(data("oldValues"));
    const error = (values: JaxArray) => np.square(values.sub(data("returns")));
    const worst = np.maximum(error(pass.scalars()), error(near)).mul(0.5);
    const valueLoss = np.sum(worst.mul(pass.weights()));
    const entropy = weightedMean(np, lax.stopGradient(entropies(jax, pass)), pass);
    return {
      loss: surrogate.add(valueLoss.ref.mul(valueCoefficient)),
      meters: { clipped, valueLoss, entropy },
    };
  },
});

/**
 * Group-relative policy optimisation (Shao et al. 2024, eq. 3): the clipped surrogate and β times
 * the estimate exp(d) − d − 1 of the KL, d being how much likelier a token is under the reference.
 */
export const grpoLoss = (how: {
  readonly clip: number;
  readonly klWeight: number;
}): DecoderLoss<"old" | "advantages" | "reference", "clipped" | "entropy"> => ({
  data: { old: "places", advantages: "places", reference: "places" },
  meters: ["clipped", "entropy"],
  of(jax, pass, data) {
    const { numpy: np, lax } = jax;
    const [old, advantages] = [data("old"), data("advantages")];
    const { surrogate, clipped } = clippedSurrogate(jax, pass, { old, advantages, ...how });
    const entropy = weightedMean(np, lax.stopGradient(entropies(jax, pass)), pass);
    const likelier = data("reference").sub(pass.logProbs());
    const estimate = np.exp(likelier.ref).sub(likelier).sub(1);
    const kl = np.sum(estimate.mul(pass.weights()));
    return { loss: surrogate.add(kl.mul(how.klWeight)), meters: { clipped, entropy } };
  },
});

/**
 * Quark (Lu et al. 2022, eq. 4): weighted negative log-likelihood and, over the whole vocabulary,
 * KL(π‖reference) at each place that counts. `reference`: [batch, T, V] log-probabilities.
 */
export const quarkLoss = (how: {
  readonly klWeight: number;
}): DecoderLoss<"reference", "kl" | "entropy"> => ({
  data: { reference: "distributions" },
  meters: ["kl", "entropy"],
  of(jax, pass, data) {
    const { numpy: np, lax } = jax;
    const distributions = pass.distributions();
    const apart = distributions.ref.sub(data("reference"));
    const perPlace = np.sum(np.exp(distributions).mul(apart), -1);
    const kl = np.sum(perPlace.mul(pass.weights()));
    const nll = np.sum(pass.logProbs().mul(pass.weights())).mul(-1);
    const entropy = weightedMean(np, lax.stopGradient(entropies(jax, pass)), pass);
    return { loss: nll.add(kl.ref.mul(how.klWeight)), meters: { kl, entropy } };
  },
});

/**
 * Bradley-Terry: mean of −log σ(r_chosen − r_rejected − margin) (margins as Touvron et al. 2023,
 * eq. 2). Rows as of `dpoLoss`; a reward is what the scalar head says where the weight is 1.
 */
export const bradleyTerryHead: DecoderLoss<"margins", "accuracy"> = {
  data: { margins: "pairs" },
  meters: ["accuracy"],
  of(jax, pass, data) {
    const { numpy: np } = jax;
    const [chosen, rejected] = halves(jax, np.sum(pass.scalars().mul(pass.weights()), -1));
    const apart = chosen.sub(rejected);
    const accuracy = shareAbove(jax, apart.ref);
    return {
      loss: np.mean(logSigmoid(jax, apart.sub(data("margins")))).mul(-1),
      meters: { accuracy },
    };
  },
};

/**
 * Binary cross-entropy of a judgement given as one of two tokens: its log-odds are log p(yes) −
 * log p(no) where the weight is not 0, one place a sequence. `truth`: probability of yes.
 */
export const yesNoLoss = (how: {
  readonly yes: number;
  readonly no: number;
}): DecoderLoss<"truth"> => ({
  data: { truth: "sequences" },
  meters: [],
  of(jax, pass, data) {
    const { numpy: np } = jax;
    const distributions = pass.distributions();
    const contrast = new Float32Array(distributions.shape.at(-1) ?? 0);
    contrast[how.yes] = 1;
    contrast[how.no] = -1;
    const odds = np.sum(distributions.mul(fromF32(jax, contrast, [contrast.length])), -1);
    // Cross-entropy of logits x with truth y is softplus(x) − y x.
    const truth = data("truth");
    const [rows = 0] = truth.shape;
    const loss = softplus(jax, odds.ref).sub(odds.mul(truth.reshape([rows, 1])));
    return { loss: np.sum(loss.mul(pass.weights())), meters: {} };
  },
});
