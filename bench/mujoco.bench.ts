import { z } from "zod";
import { rngOf } from "#core/rng.ts";
import { mujocoInsert } from "#worlds/manipulation/mujoco-insert.ts";
import { armAngles, insertScene } from "#worlds/manipulation/mujoco-insert-scene.ts";
import { mujocoInNode } from "#worlds/manipulation/mujoco-node.ts";
import { openSimulation } from "#worlds/manipulation/mujoco-simulation.ts";
import { demonstrator } from "#worlds/manipulation/sim-human.ts";
import { type Bench, mustHold, perSecond, repeat } from "./harness.ts";
import { runPeer } from "./python.ts";

const ENGINE_STEPS = 20_000;
const EPISODES = 10;
/** Where native MuJoCo and ours may be apart at the end, m and rad. */
const SAME = 1e-6;

/** The same scene, start and controls in native MuJoCo: milliseconds, median of 5, and where it ends. */
const PEER = `
import json, sys, time
import mujoco
xml, qpos, ctrl, steps = json.loads(sys.argv[1])
model = mujoco.MjModel.from_xml_string(xml)
data = mujoco.MjData(model)
def run():
    mujoco.mj_resetData(model, data)
    data.qpos[:] = qpos
    data.ctrl[:] = ctrl
    start = time.perf_counter()
    for _ in range(steps):
        mujoco.mj_step(model, data)
    return 1000 * (time.perf_counter() - start)
run()
print(json.dumps({"ms": sorted(run() for _ in range(5))[2], "qpos": data.qpos.tolist()}))
`;

export const bench: Bench = {
  name: "mujoco",
  about:
    "The peg-and-slot scene in Node: the engine's steps with a grasped peg, beside native MuJoCo of the same " +
    "version, and control steps of a whole episode driven by the simulated person.",
  async run(log) {
    const module = await mujocoInNode();
    const scene = insertScene({ timestep: 0.002, slotHalf: 0.016, boardFriction: 0.5 });
    const simulation = openSimulation(module, scene, () => "robot");
    const { model, data } = simulation;
    // Above the ground, the pads closing on the peg: contact with friction in every step.
    const angles = armAngles(-0.1, 0.05);
    const qpos = [...angles, 0.008, 0.008, -0.1, 0, 0.035, 1, 0, 0, 0];
    const ctrl = [...angles, 0, 0];
    const engine = await repeat(() => {
      module.mj_resetData(model, data);
      data.qpos.set(qpos);
      data.ctrl.set(ctrl);
      for (let step = 0; step < ENGINE_STEPS; step++) module.mj_step(model, data);
    });
    const end = Float64Array.from(data.qpos);
    simulation.dispose();
    log(`engine steps: ${engine.ours.toFixed(0)} ms`);

    const native = runPeer("mujoco", ["mujoco==3.14.0"], {
      script: PEER,
      args: [JSON.stringify([scene, qpos, ctrl, ENGINE_STEPS])],
      schema: z.strictObject({ ms: z.number().positive(), qpos: z.array(z.number()) }),
    });
    if ("value" in native)
      mustHold(
        native.value.qpos.every((value, i) => Math.abs(value - (end[i] ?? NaN)) < SAME),
        "native MuJoCo ends elsewhere",
      );

    const world = mujocoInsert(module);
    const person = demonstrator(world);
    let steps = 0;
    const episodes = await repeat(() => {
      steps = 0;
      for (let seed = 0; seed < EPISODES; seed++) {
        world.reset(rngOf(seed));
        person.reset(rngOf(seed).split("person"));
        for (let done = false; !done && steps < EPISODES * world.stepsMax; steps++) {
          const decision = person.decide();
          mustHold(decision.kind === "drive", "the person drives");
          done = world.step(decision.action).done;
        }
      }
    });
    world.dispose();
    return [
      {
        what: "engine steps, peg grasped",
        ...perSecond(ENGINE_STEPS, engine),
        unit: "steps/s",
        better: "more",
        ...("value" in native
          ? { peer: { name: "native MuJoCo", value: (1000 * ENGINE_STEPS) / native.value.ms } }
          : { skipped: native.skipped }),
      },
      {
        what: "control steps of whole episodes, 50 engine steps each",
        ...perSecond(steps, episodes),
        unit: "steps/s",
        better: "more",
        skipped: "no peer has this world",
      },
    ];
  },
};
