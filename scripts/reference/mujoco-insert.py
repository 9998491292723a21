"""Where native MuJoCo leads on a fixed sequence of controls: src/worlds/manipulation/mujoco.reference.json.

Run: pip install mujoco==3.14.0 && python scripts/reference/mujoco-insert.py

Scene and controls come from the code under test, as `npx tsx` prints them; the positions come from the
native engine alone. The peg is grasped, lifted, carried and pressed on the board.
"""

import json
import pathlib
import subprocess

import mujoco

SCENE = """
import { armAngles, insertScene } from "#worlds/manipulation/mujoco-insert-scene.ts";
import { fingerprintOf } from "#worlds/manipulation/mujoco-snapshot.ts";
const xml = insertScene({ timestep: 0.002, slotHalf: 0.016, boardFriction: 0.5 });
const at = (x: number, z: number, finger: number) => [...armAngles(x, z), finger, finger];
const start = at(-0.1, 0.06, 0.03);
const controls = [at(-0.1, 0.05, 0.03), at(-0.1, 0.05, 0), at(-0.1, 0.05, 0)];
for (let i = 1; i <= 4; i++) controls.push(at(-0.1, 0.05 + 0.01 * i, 0));
for (let i = 1; i <= 15; i++) controls.push(at(-0.1 + 0.012 * i, 0.09, 0));
for (let i = 1; i <= 3; i++) controls.push(at(0.08, 0.09 - 0.007 * i, 0));
const qpos = [...start, -0.1, 0, 0.035, 1, 0, 0, 0];
console.log(JSON.stringify({ xml, fingerprint: fingerprintOf(xml), qpos, controls }));
"""
STEPS = 50


def scene():
    run = subprocess.run(
        ["npx", "tsx", "--input-type=module", "-e", SCENE], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def trajectory(xml, qpos, controls):
    model = mujoco.MjModel.from_xml_string(xml)
    data = mujoco.MjData(model)
    data.qpos[:] = qpos
    places = []
    for control in controls:
        data.ctrl[:] = control
        for _ in range(STEPS):
            mujoco.mj_step(model, data)
        places.append([float(value) for value in data.qpos])
    return places


def main():
    given = scene()
    places = trajectory(given["xml"], given["qpos"], given["controls"])
    case = {
        "name": "grasp, carry, press",
        "fingerprint": given["fingerprint"],
        "qpos": given["qpos"],
        "steps": STEPS,
        "controls": given["controls"],
        "expected": places,
    }
    report = {
        "source": "mujoco.mj_step of the Python package",
        "version": mujoco.__version__,
        "script": "scripts/reference/mujoco-insert.py",
        "seed": None,
        "dtype": "float64",
        "rtol": 1e-6,
        "cases": [case],
    }
    path = pathlib.Path("src/worlds/manipulation/mujoco.reference.json")
    path.write_text(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
