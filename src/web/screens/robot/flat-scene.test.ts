import { expect, test } from "vitest";
import type { Shape } from "#worlds/manipulation/world.ts";
import { outlineOf } from "./flat-scene.tsx";

const shape = (more: Partial<Shape>): Shape => ({
  ...{ id: "a", kind: "box", role: "object", size: [1, 2, 3], position: [4, 5, 6] },
  rotation: [1, 0, 0, 0],
  ...more,
});
/** About the y axis, which points away from who looks. */
const about = (degrees: number): Shape["rotation"] => {
  const half = (degrees * Math.PI) / 360;
  return [Math.cos(half), 0, Math.sin(half), 0];
};

test("a box is as wide as its x and as high as its z", () => {
  expect(outlineOf(shape({}))).toEqual({ x: 4, z: 6, degrees: 0, half: [1, 3], round: false });
});

test("a turn about the depth is a turn in the picture, the other way round", () => {
  expect(outlineOf(shape({ rotation: about(30) })).degrees).toBeCloseTo(-30);
});

test("a cylinder is long along its own z; towards the viewer it is a disc", () => {
  const upright = outlineOf(shape({ kind: "cylinder", size: [0.1, 0.5, 0] }));
  expect(upright).toMatchObject({ degrees: 90, half: [0.5, 0.1] });
  const facing = shape({
    kind: "capsule",
    size: [0.1, 0.5, 0],
    rotation: [Math.SQRT1_2, Math.SQRT1_2, 0, 0],
  });
  expect(outlineOf(facing)).toMatchObject({ half: [0.1, 0.1], round: true });
});
