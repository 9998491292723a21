import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Rng, rngOf } from "#core/rng.ts";
import { type Cloned, cloneBehaviour } from "#learn/imitation/clone.ts";
import type { CloneData } from "#learn/imitation/clone-data.ts";
import { PolicySpec } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { evaluate, rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { type Bench, type Figure, inSeconds, mustHold, perSecond, repeat } from "./harness.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";

const STEPS = 150_000;
const STEPS_TARGET = 250_000;
const TRAIN_SECONDS_TARGET = 3;
const FORWARD_US_TARGET = 40;
const FORWARDS = 20_000;
const DEMONSTRATIONS = 10;
const EPISODES = 150;
/** The last so many of the 2,000 losses; batches differ between the two, so their means do. */
const LAST = 200;
const LOSS_TOLERANCE = 0.01;

const script = `
import json, sys, time
import numpy as np, torch
torch.set_num_threads(1)
torch.manual_seed(1)
x, y = (torch.tensor(np.fromfile(f, dtype=np.float32).reshape(-1, k)) for f, k in ((sys.argv[1], 11), (sys.argv[2], 3)))
x = (x - x.mean(0)) / x.std(0, unbiased=False).where(x.std(0) > 1e-6, torch.tensor(1.0))
def train():
    net = torch.nn.Sequential(torch.nn.Linear(11, 64), torch.nn.Tanh(), torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 3))
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 2000)
    losses = []
    for step in range(2000):
        rows = torch.randint(len(x), (64,))
        loss = ((net(x[rows]) - y[rows]) ** 2).mean()
        optimiser.zero_grad(); loss.backward(); optimiser.step(); schedule.step()
        losses.append(float(loss.detach()))
    return net, losses
train()
start = time.perf_counter(); net, losses = train(); seconds = time.perf_counter() - start
with torch.inference_mode():
    one = x[:1]
    for _ in range(1000): net(one)
    start = time.perf_counter()
    for _ in range(5000): net(one)
    forward = (time.perf_counter() - start) / 5000 * 1e6
print(json.dumps({"version": torch.__version__, "seconds": seconds, "loss": float(np.mean(losses[-${LAST}:])), "forwardUs": forward}))
`;
const Torch = z.object({
  version: z.string(),
  seconds: z.number(),
  loss: z.number(),
  forwardUs: z.number(),
});

function demonstrations(rng: Rng): CloneData {
  const world = tabletop();
  const episodes = Array.from({ length: DEMONSTRATIONS }, (_, i) =>
    rollOut(world, null, demonstrator(world), { rng: rng.split(i) }),
  );
  const rows = episodes.flatMap((episode) => episode.rows);
  let start = 0;
  const starts = episodes.map((episode) => {
    start += episode.rows.length;
    return start - episode.rows.length;
  });
  return {
    observations: Float32Array.from(rows.flatMap(({ obs }) => obs)),
    actions: Float32Array.from(rows.flatMap(({ action }) => action)),
    weights: new Float32Array(rows.length).fill(1),
    episodes: Uint32Array.from(starts),
  };
}

/** Every action goes somewhere else, so that all of the plane is visited. */
async function worldFigure(): Promise<Figure> {
  const world = tabletop();
  const action = new Float64Array(3);
  const rounds = await repeat(() => {
    for (let step = 0; step < STEPS; step++) {
      if (step % world.stepsMax === 0) world.reset(rngOf(step));
      action[0] = Math.sin(step / 9);
      action[1] = Math.cos(step / 7);
      action[2] = 1;
      world.step(action);
      world.observe();
    }
  });
  return {
    what: "steps of the world, each observed",
    ...perSecond(STEPS, rounds),
    unit: "steps/s",
    better: "more",
    target: STEPS_TARGET,
    skipped: "the world is our own",
    note: "with a reset every 150 steps",
  };
}

type Beside = (
  pick: (value: z.infer<typeof Torch>) => number,
) => Pick<Figure, "peer"> | Pick<Figure, "skipped">;

async function policyFigures(kind: string, data: CloneData, beside: Beside): Promise<Figure[]> {
  const policy = PolicySpec.parse({ kind });
  const learned: Cloned[] = [];
  const training = await repeat(async () => {
    learned.push(await cloneBehaviour(data, { policy, rng: rngOf("bench") }));
  });
  const model = (learned.at(-1) as Cloned).model; // repeat calls it at least once
  const runner = policyRunner(model);
  const observation = data.observations.subarray(0, 11);
  const rng = rngOf("act");
  const acting = await repeat(() => {
    for (let i = 0; i < FORWARDS; i++) runner.act(observation, rng);
  });
  const seeds = Array.from({ length: EPISODES }, (_, i) => i);
  const { success } = evaluate(runner, () => tabletop(), { seeds, rng });
  const us = (ms: number) => (1000 * ms) / FORWARDS;
  const onlyMlp = kind === "mlp" ? beside : () => ({ skipped: "measured for the mlp" });
  return [
    {
      what: `cloning, ${kind} ${policy.hidden.join("-")}, 2,000 steps of 64`,
      ...inSeconds(training),
      unit: "s",
      better: "less",
      target: TRAIN_SECONDS_TARGET,
      ...onlyMlp(({ seconds }) => seconds),
      note: `from ${DEMONSTRATIONS} demonstrations; then succeeds alone in ${Math.round(100 * success)} % of ${EPISODES}`,
    },
    {
      what: `one action, ${kind}`,
      ours: us(acting.ours),
      range: [us(acting.range[0]), us(acting.range[1])],
      unit: "µs",
      better: "less",
      // The target is for one pass through the net.
      ...(kind !== "flow" && { target: FORWARD_US_TARGET }),
      ...onlyMlp(({ forwardUs }) => forwardUs),
      ...(kind === "flow" && { note: "10 Euler steps for every 4 actions, averaged over them" }),
    },
  ];
}

export const bench: Bench = {
  name: "tabletop",
  about: "The planar world, policies that act in it and learning them, on one core",
  async run(log) {
    const data = demonstrations(rngOf("demonstrations"));
    const peer = await inTempFolder(async (folder) => {
      const put = (name: string, values: Float32Array) => {
        writeFileSync(join(folder, name), values);
        return join(folder, name);
      };
      const args = [put("observations.f32", data.observations), put("actions.f32", data.actions)];
      // Snorkel brings PyTorch, which is gigabytes: one environment serves both.
      return runPeer("snorkel", ["snorkel"], { script, args, schema: Torch });
    });
    if ("value" in peer) {
      const policy = PolicySpec.parse({ kind: "mlp" });
      const { losses } = await cloneBehaviour(data, { policy, rng: rngOf("bench") });
      const ours = losses.slice(-LAST).reduce((sum, loss) => sum + loss, 0) / LAST;
      const apart = Math.abs(ours - peer.value.loss);
      mustHold(apart < LOSS_TOLERANCE, `the last losses part by ${apart}`);
    }
    const beside: Beside = (pick) =>
      "value" in peer
        ? { peer: { name: `PyTorch ${peer.value.version}, one thread`, value: pick(peer.value) } }
        : { skipped: peer.skipped };
    const figures = [await worldFigure()];
    for (const kind of ["mlp", "gmm", "flow"]) {
      log(kind);
      figures.push(...(await policyFigures(kind, data, beside)));
    }
    return figures;
  },
};
