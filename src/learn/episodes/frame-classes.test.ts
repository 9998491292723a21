import fc from "fast-check";
import { expect, test } from "vitest";
import { classCounts, type FrameClass, frameClasses, windowSteps } from "./frame-classes.ts";
import { takeOvers } from "./take-overs.ts";
import { scripted } from "./testing.ts";

const LETTERS: Readonly<Record<FrameClass, string>> = {
  demo: "d",
  robot: "p",
  intervention: "h",
  "pre-intervention": "x",
};
const labelled = (...[episode, rules]: Parameters<typeof frameClasses>) =>
  frameClasses(episode, rules)
    .map((one) => LETTERS[one])
    .join("");
const steps = (count: number) => ({ preWindow: { steps: count } });

test("the policy's steps just before a take-over are held against it, 15 of them by default", () => {
  expect(labelled(scripted("pppphhpp"), steps(2))).toBe("ppxxhhpp");
  expect(labelled(scripted(`${"p".repeat(20)}h`))).toBe(`${"p".repeat(5)}${"x".repeat(15)}h`);
});

test("a window ends at an older take-over and never reaches its steps", () => {
  expect(labelled(scripted("ppphhpphh"), steps(4))).toBe("xxxhhxxhh");
  expect(labelled(scripted("pphh hhpp"), steps(4))).toBe("xxhhhhpp");
});

test("a window ends at the episode's start; a take-over at the first step has none", () => {
  expect(labelled(scripted("ph"), steps(9))).toBe("xh");
  expect(labelled(scripted("hhpp"), steps(3))).toBe("hhpp");
  expect(labelled(scripted("pph"), steps(0))).toBe("pph");
});

test("a window never covers a demonstration", () => {
  expect(labelled(scripted("ddph"), steps(3))).toBe("ddxh");
  expect(labelled(scripted("dddd"), steps(3))).toBe("dddd");
});

test("an episode a person did from start to end is a demonstration only if the user says so", () => {
  expect(labelled(scripted("hhh"))).toBe("hhh");
  expect(labelled(scripted("hhh"), { allHumanIsDemo: true })).toBe("ddd");
  expect(labelled(scripted("phh"), { allHumanIsDemo: true })).toBe("xhh");
});

test("take-overs marked as not real are the policy's own steps and cast no window", () => {
  const episode = scripted("pphhppphh", { notReal: [0] });
  expect(labelled(episode, steps(2))).toBe("pppppxxhh");
  // The older one no longer stops the window of the next: its steps are the policy's now.
  expect(labelled(episode, steps(5))).toBe("ppxxxxxhh");
  expect(labelled(scripted("pphh", { notReal: [0, 7] }), steps(2))).toBe("pppp");
});

test("a window a person moved goes before the project's", () => {
  const episode = scripted("pppphhpppphh", { preWindows: { "0": 3, "1": 0 } });
  expect(labelled(episode, steps(1))).toBe("pxxxhhpppphh");
});

test("windows in seconds follow the control rate", () => {
  expect(windowSteps({ seconds: 0.75 }, 20)).toBe(15);
  const window = { preWindow: { seconds: 0.2 } };
  expect(labelled(scripted("pppph"), window)).toBe("ppxxh");
  expect(labelled(scripted("pppph", { controlHz: 20 }), window)).toBe("xxxxh");
  expect(() => windowSteps({ steps: 1.5 }, 10)).toThrow("pre-intervention window");
  expect(() => windowSteps({ seconds: Number.NaN }, 10)).toThrow("pre-intervention window");
});

test("take-overs without ids are counted from 0 as they come", () => {
  const { rows, ...rest } = scripted("phphhp");
  const episode = { ...rest, rows: rows.map(({ interventionId: _, ...row }) => row) };
  expect(takeOvers(episode)).toEqual([
    { id: 0, start: 1, end: 2, real: true },
    { id: 1, start: 3, end: 5, real: true },
  ]);
  expect(labelled({ ...episode, notReal: [1] }, steps(1))).toBe("xhpppp");
});

test("for any recording: only the policy's steps change class, and each window is unbroken", () => {
  const script = fc.string({ unit: fc.constantFrom("d", "p", "p", "p", "h"), minLength: 1 });
  fc.assert(
    fc.property(script, fc.nat(6), (letters, window) => {
      const out = labelled(scripted(letters), steps(window));
      expect(out.replaceAll("x", "p")).toBe(letters);
      expect(out).not.toMatch(/x(?![xh])/); // ends at a take-over
      expect(out).not.toMatch(new RegExp(`x{${window + 1}}`));
      // As long as it may be: what stands before a shorter window is not the policy's.
      for (const { 0: run, index } of out.matchAll(/x+(?=h)/g))
        if (run.length < window && index > 0) expect(out[index - 1]).not.toBe("p");
    }),
    { seed: 1 },
  );
});

test("classes are counted over all episodes", () => {
  const classes = ["ppph", "dd"].map((script) => frameClasses(scripted(script), steps(1)));
  const counts = { demo: 2, robot: 2, "pre-intervention": 1, intervention: 1 };
  expect(classCounts(classes)).toEqual(counts);
  expect(classCounts([])).toEqual({ demo: 0, robot: 0, "pre-intervention": 0, intervention: 0 });
});
