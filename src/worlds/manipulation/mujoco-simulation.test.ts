import fc from "fast-check";
import { expect, test } from "vitest";
import reference from "./mujoco.reference.json" with { type: "json" };
import { ARM, armAngles, insertScene } from "./mujoco-insert-scene.ts";
import { mujocoInNode } from "./mujoco-node.ts";
import { openSimulation, quaternionOf } from "./mujoco-simulation.ts";
import { fingerprintOf } from "./mujoco-snapshot.ts";

const module = await mujocoInNode();

test("a fixed sequence of controls leads where it leads in native MuJoCo of the same version", () => {
  for (const given of reference.cases) {
    const xml = insertScene({ timestep: 0.002, slotHalf: 0.016, boardFriction: 0.5 });
    expect(fingerprintOf(xml), "the scene has changed: run the script again").toBe(
      given.fingerprint,
    );
    const simulation = openSimulation(module, xml, () => "robot");
    const { model, data } = simulation;
    data.qpos.set(given.qpos);
    given.controls.forEach((control, tick) => {
      data.ctrl.set(control);
      for (let step = 0; step < given.steps; step++) module.mj_step(model, data);
      const expected = given.expected[tick] ?? [];
      expected.forEach((value, i) => {
        const error = Math.abs(data.qpos[i] - value);
        expect(error).toBeLessThanOrEqual(reference.rtol * (1 + Math.abs(value)));
      });
    });
    simulation.dispose();
  }
});

test("a quaternion turns as its matrix does", () => {
  const part = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, d) => {
      const norm = Math.hypot(a, b, c, d);
      fc.pre(norm > 0.1);
      const [w, x, y, z] = [a / norm, b / norm, c / norm, d / norm];
      const matrix = Float64Array.of(
        ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
      );
      const got = quaternionOf(matrix);
      const along = got[0] * w + got[1] * x + got[2] * y + got[3] * z; // ±q is one rotation
      expect(Math.abs(along)).toBeCloseTo(1, 10);
    }),
    { seed: 1 },
  );
});

test("the arm's angles put the pads where they are asked for, pointing down", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -0.25, max: 0.25, noNaN: true }),
      fc.double({ min: 0.045, max: 0.295, noNaN: true }),
      (x, z) => {
        const [shoulder, elbow, wrist] = armAngles(x, z);
        const fore = shoulder + elbow;
        const atX = ARM.x + ARM.upper * Math.cos(shoulder) + ARM.fore * Math.cos(fore);
        const atZ = ARM.z + ARM.upper * Math.sin(shoulder) + ARM.fore * Math.sin(fore) - ARM.hand;
        expect(atX).toBeCloseTo(x, 12);
        expect(atZ).toBeCloseTo(z, 12);
        expect(shoulder + elbow + wrist).toBeCloseTo(0, 12);
        expect(elbow).toBeLessThanOrEqual(0);
      },
    ),
    { seed: 2 },
  );
  expect(armAngles(5, 0).every(Number.isFinite)).toBe(true);
});
