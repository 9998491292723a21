import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { MujocoModule } from "#worlds/manipulation/mujoco-module.ts";
import { withoutEval } from "./without-eval.ts";

const packaged = (name: string) =>
  readFileSync(fileURLToPath(import.meta.resolve(`@mujoco/mujoco${name}`)));
const XML = `<mujoco><worldbody><body name="ball" pos="0 0 1"><freejoint/><geom size="0.1"/></body></worldbody></mujoco>`;

test("the engine runs without functions made from text, and falls as before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "emend-engine-"));
  try {
    const file = join(folder, "engine.mjs");
    writeFileSync(file, withoutEval(packaged("").toString()));
    const { default: create } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    const module: MujocoModule = await create({ wasmBinary: packaged("/mujoco.wasm") });
    const model = module.MjModel.from_xml_string(XML);
    const data = new module.MjData(model);
    for (let step = 0; step < 100; step++) module.mj_step(model, data);
    // Semi-implicit Euler in 100 steps of 2 ms: 1 - g h² n (n + 1) / 2.
    expect(data.qpos[2]).toBeCloseTo(1 - 9.81 * 0.002 ** 2 * 5_050, 6);
    expect(module.mj_name2id(model, module.mjtObj.mjOBJ_BODY.value, "ball")).toBe(1);
    data.delete();
    model.delete();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("other glue code is refused rather than left as it is", () => {
  expect(() => withoutEval("var nothing = 1;")).toThrow("glue code");
});
