import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { HEAD_TRAINING, trainRewardHead } from "#assess/reward/reward-head.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { type Example, tokenBatch } from "#learn/token-batch.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { ppoLoss, weightedNll } from "#num/decoder-losses.ts";
import type { TokenBatch } from "#num/decoder-pass.ts";
import { initialDecoder, initialHead } from "#num/decoder-shape.ts";
import { loadJax } from "#num/jax.ts";
import { liveBuffers } from "#num/live-buffers.fixture.ts";
import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { loadBase } from "#worlds/language/base.ts";
import { brief } from "#worlds/language/brief.ts";
import { type Bench, type Figure, mustHold, perSecond, repeat } from "./harness.ts";
import { TfjsTraining, tfjsScript } from "./language-tfjs.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";
import { runTfjs } from "./tfjs.ts";

const BATCH = 64;
const STEPS = 20;
const RATE = 3e-3;
const PROMPTS = 64;
const REPLIES = 16;
const PAIRS = 2_000;
/** Both in float32, summed in other orders, over twenty steps of Adam. */
const LOSS_TOLERANCE = 2e-3;
const MEMORY_STEPS = 10_000;
/** What the garbage collector has not come to yet. */
const MEMORY_MB_MAX = 16;
/** Steps a second that keep a base policy of 700 steps near a minute. */
const STEPS_TARGET = 10.7;
/** Replies a second that keep 16,384 of them at a quarter of a minute. */
const REPLIES_TARGET = 1090;

/** The same decoder, the same weights, the same batch; one thread, as ours. */
const script = `
import json, sys, time
import numpy as np, torch
from torch import nn
torch.set_num_threads(1)
V, D, L, H, T, B, STEPS, PROMPT, N = ${loadBase().shape.vocabulary}, 48, 2, 4, 28, ${BATCH}, ${STEPS}, ${brief.promptTokens}, ${REPLIES}
flat = torch.tensor(np.fromfile(sys.argv[1], dtype=np.float32))
shapes = [(V, D), (T, D)] + [(D,), (D, 3 * D), (D, D), (D,), (D, 4 * D), (4 * D, D)] * L + [(D,), (D, V)]
parts, at = [], 0
for shape in shapes:
    size = int(np.prod(shape))
    parts.append(nn.Parameter(flat[at:at + size].reshape(shape).clone()))
    at += size
inputs = torch.tensor(np.fromfile(sys.argv[2], dtype=np.uint8).reshape(B, T).astype(int))
targets = torch.tensor(np.fromfile(sys.argv[3], dtype=np.uint8).reshape(B, T).astype(int))
weights = torch.tensor(np.fromfile(sys.argv[4], dtype=np.float32).reshape(B, T))
prompts = torch.tensor(np.fromfile(sys.argv[5], dtype=np.uint8).reshape(-1, PROMPT).astype(int))
norm = lambda x, g: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * g
def forward(p, x, cache=None, start=0):
    it = iter(p)
    n = x.shape[1]
    h = next(it)[x] + next(it)[start:start + n]
    for layer in range(L):
        q, k, v = (norm(h, next(it)) @ next(it)).split(D, -1)
        q, k, v = [t.reshape(t.shape[0], n, H, D // H).transpose(1, 2) for t in (q, k, v)]
        if cache is not None:
            if layer in cache:
                k, v = torch.cat([cache[layer][0], k], 2), torch.cat([cache[layer][1], v], 2)
            cache[layer] = (k, v)
        a = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=n > 1)
        h = h + a.transpose(1, 2).reshape(x.shape[0], n, D) @ next(it)
        h = h + torch.relu(norm(h, next(it)) @ next(it)) @ next(it)
    return norm(h, next(it)) @ next(it)
@torch.no_grad()
def sample():
    x = prompts.repeat_interleave(N, 0)
    cache, done, start = {}, torch.zeros(len(x), dtype=bool), 0
    for _ in range(16):
        logits = forward(parts, x, cache, start)[:, -1]
        start += x.shape[1]
        x = torch.multinomial(torch.softmax(logits, -1), 1)
        done |= x[:, 0] == 3
        if done.all(): break
    return len(done)
def timed(run):
    run()
    times = []
    for _ in range(5):
        begin = time.perf_counter(); run(); times.append(time.perf_counter() - begin)
    return sorted(times)[2]
sampling = timed(sample)
optimiser = torch.optim.Adam(parts, lr=${RATE}, betas=(0.9, 0.99))
losses = []
def step():
    optimiser.zero_grad()
    logp = torch.log_softmax(forward(parts, inputs), -1)
    loss = -(logp.gather(-1, targets[..., None])[..., 0] * weights).sum()
    loss.backward()
    nn.utils.clip_grad_norm_(parts, 1)
    optimiser.step()
    losses.append(float(loss.detach()))
for _ in range(STEPS): step()
training = timed(lambda: [step() for _ in range(STEPS)])
print(json.dumps({"version": torch.__version__, "losses": losses[:STEPS],
                  "stepsPerSecond": STEPS / training, "repliesPerSecond": len(prompts) * N / sampling}))
`;
const Torch = z.object({
  version: z.string(),
  losses: z.array(z.number()),
  stepsPerSecond: z.number(),
  repliesPerSecond: z.number(),
});

function demonstrations(rng: Rng): Example[] {
  return Array.from({ length: BATCH }, () => {
    const prompt = brief.prompt(rng);
    return { prompt: brief.tokens(prompt), reply: brief.demonstrate(prompt, rng), weights: 1 };
  });
}

/** The same weights and batch, trained by others; PyTorch also samples. */
const peers = (
  { shape, parameters }: TinyLm,
  { batch, prompts }: { readonly batch: TokenBatch; readonly prompts: readonly number[][] },
) =>
  inTempFolder(async (folder) => {
    const put = (name: string, bytes: Uint8Array | Float32Array) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const args = [
      put("parameters.f32", parameters),
      put("inputs.u8", batch.inputs),
      put("targets.u8", batch.targets),
      put("weights.f32", batch.weights),
      put("prompts.u8", Uint8Array.from(prompts.flat())),
    ];
    const sizes = { ...shape, batch: BATCH, steps: STEPS, rate: RATE };
    return {
      // Snorkel brings PyTorch, which is gigabytes: one environment serves both.
      torch: runPeer("snorkel", ["snorkel"], { script, args, schema: Torch }),
      tfjs: runTfjs({ script: tfjsScript(sizes), args, schema: TfjsTraining }),
    };
  });

async function decoderFigures(rng: Rng): Promise<Figure[]> {
  const base = loadBase();
  const { shape, parameters } = base;
  const examples = demonstrations(rng.split("demonstrations"));
  const tokens = examples.reduce((sum, { reply }) => sum + reply.length, 0);
  const batch = tokenBatch(examples, { batch: BATCH, context: shape.context, scale: 1 / tokens });
  const draws = rng.split("prompts");
  const prompts = Array.from({ length: PROMPTS }, () => brief.tokens(brief.prompt(draws)));
  const { torch: peer, tfjs } = await peers(base, { batch, prompts });
  const jax = await loadJax();
  const settings = { learningRate: RATE, beta1: 0.9, beta2: 0.99, clipNorm: 1 };
  const trainer = decoderTrainer(jax, { shape, batch: BATCH, loss: weightedNll }, { parameters });
  const step = () => trainer.step({ tokens: batch, data: {} }, settings).loss;
  const train = () => Array.from({ length: STEPS }, step);
  const losses = train();
  for (const other of [peer, tfjs])
    if ("value" in other)
      losses.forEach((loss, step) => {
        const apart = Math.abs(loss - (other.value.losses[step] ?? Number.NaN));
        mustHold(apart < LOSS_TOLERANCE, `the losses of step ${step} part by ${apart}`);
      });
  const training = perSecond(STEPS, await repeat(train));
  trainer.dispose();
  const policy = policyOf(base);
  const options = { n: REPLIES, replyTokensMax: brief.replyTokensMax, rng };
  const replies = policy.sample(prompts, options);
  const groups = prompts.map((prompt, p) => ({ prompt, replies: replies[p] ?? [] }));
  const count = PROMPTS * REPLIES;
  const sampling = perSecond(count, await repeat(() => policy.sample(prompts, options)));
  const features = perSecond(count, await repeat(() => policy.features(groups)));
  const beside = (pick: (value: z.infer<typeof Torch>) => number) =>
    "value" in peer
      ? { peer: { name: `PyTorch ${peer.value.version}, one thread`, value: pick(peer.value) } }
      : { skipped: peer.skipped };
  return [
    {
      what: `train step, ${BATCH} sequences of ${shape.context} tokens`,
      ...training,
      unit: "steps/s",
      better: "more",
      target: STEPS_TARGET,
      ...beside(({ stepsPerSecond }) => stepsPerSecond),
      note: `63,024 parameters; the first ${STEPS} losses are the same to ${LOSS_TOLERANCE}`,
    },
    {
      what: "the same train step",
      ...training,
      unit: "steps/s",
      better: "more",
      ...("value" in tfjs
        ? {
            peer: {
              name: `TensorFlow.js ${tfjs.value.version}, WebAssembly, one thread`,
              value: tfjs.value.stepsPerSecond,
            },
          }
        : { skipped: tfjs.skipped }),
    },
    {
      what: `sampling, ${PROMPTS} prompts × ${REPLIES} replies`,
      ...sampling,
      unit: "replies/s",
      better: "more",
      target: REPLIES_TARGET,
      ...beside(({ repliesPerSecond }) => repliesPerSecond),
      note: "keys and values kept; PyTorch samples all replies as one batch",
    },
    {
      what: "features of those replies for reward heads",
      ...features,
      unit: "replies/s",
      better: "more",
      target: REPLIES_TARGET,
      skipped: "a pass as sampling's, without drawing",
    },
  ];
}

/** A small decoder by the loss that has most to hold: what is not given back adds up. */
async function memoryFigure(rng: Rng): Promise<Figure> {
  const shape = { vocabulary: 16, width: 8, layers: 1, heads: 2, context: 8 };
  const batch = 4;
  const places = batch * shape.context;
  const loss = ppoLoss({ clip: 0.2, valueCoefficient: 0.1 });
  const start = { parameters: initialDecoder(shape, rng), head: initialHead(shape) };
  const jax = await loadJax();
  const live = await liveBuffers();
  const before = live();
  const trainer = decoderTrainer(jax, { shape, batch, loss }, start);
  const ids = () => Uint8Array.from({ length: places }, () => rng.int(shape.vocabulary));
  const numbers = () => Float32Array.from({ length: places }, () => rng.normal());
  const weights = new Float32Array(places).fill(1 / places);
  const tokens = { inputs: ids(), targets: ids(), weights };
  const data = {
    old: numbers().map((x) => -Math.abs(x)),
    advantages: numbers(),
    returns: numbers(),
    oldValues: numbers(),
  };
  const settings = { learningRate: 1e-4, beta1: 0.9, beta2: 0.99, clipNorm: 1 };
  const step = () => {
    trainer.step({ tokens, data }, settings);
    trainer.read(tokens);
  };
  const megabytes = () => {
    const { external, arrayBuffers } = process.memoryUsage();
    return (external + arrayBuffers) / 2 ** 20;
  };
  step();
  const warm = live();
  for (let i = 1; i < MEMORY_STEPS / 10; i++) step();
  const early = megabytes();
  for (let i = MEMORY_STEPS / 10; i < MEMORY_STEPS; i++) step();
  const grown = live() - warm;
  trainer.dispose();
  mustHold(grown === 0 && live() === before, `${grown} buffers were not given back`);
  return {
    what: `memory of step ${MEMORY_STEPS} less that of step ${MEMORY_STEPS / 10}, PPO's loss`,
    ours: megabytes() - early,
    unit: "MB",
    better: "less",
    target: MEMORY_MB_MAX,
    skipped: "no peer: what matters is that it is flat",
    note: "as many buffers held after the last step as after the first, and none at the end",
  };
}

async function headFigure(rng: Rng): Promise<Figure> {
  const cols = 100;
  const values = Float32Array.from({ length: 2 * PAIRS * cols }, () => rng.normal());
  const chosen = Uint32Array.from({ length: PAIRS }, (_, p) => 2 * p);
  const comparisons = {
    features: { rows: 2 * PAIRS, cols, values },
    chosen,
    rejected: chosen.map((row) => row + 1),
  };
  const { epochs } = HEAD_TRAINING;
  const rounds = await repeat(() => trainRewardHead(comparisons, HEAD_TRAINING, rng));
  return {
    what: `one reward head 100-32-1, ${PAIRS} pairs × ${epochs} passes`,
    ...perSecond(PAIRS * epochs, rounds),
    unit: "pairs/s",
    better: "more",
    skipped: "plain vector kernels; the decoder is what others are compared by",
  };
}

export const bench: Bench = {
  name: "language",
  about: "Training and sampling of the tiny language model, and its reward heads",
  async run(log) {
    const rng = rngOf("bench/language");
    log("decoder");
    const figures = await decoderFigures(rng.split("decoder"));
    log("reward heads");
    const heads = await headFigure(rng.split("heads"));
    log("memory");
    return [...figures, heads, await memoryFigure(rng.split("memory"))];
  },
};
