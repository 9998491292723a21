import { expect, test } from "vitest";
import { classPosterior, consensus, skillOf } from "./consensus.ts";

const classes = ["spam", "ham"];
const said = (...labels: string[]) => labels.map((label, i) => ({ by: `r${i}`, label }));

test("the posterior is Bayes' rule over the reviewers' skills", () => {
  const skill = (by: string) => (by === "r0" ? 0.9 : 0.7);
  // 0.9 x 0.3 against 0.1 x 0.7
  const [spam, ham] = classPosterior(said("spam", "ham"), { classes, skill });
  expect(spam).toBeCloseTo(0.27 / 0.34, 12);
  expect(ham).toBeCloseTo(0.07 / 0.34, 12);
});

test("with three classes a wrong answer is spread over the two others, and the prior counts", () => {
  const posterior = classPosterior(said("a"), {
    classes: ["a", "b", "c"],
    skill: () => 0.8,
    prior: [0.2, 0.5, 0.3],
  });
  expect([...posterior]).toEqual([0.16, 0.05, 0.03].map((mass) => expect.closeTo(mass / 0.24, 12)));
});

test("two who agree settle, one does not, and a reviewer's second answer replaces the first", () => {
  expect(consensus([], { classes })).toMatchObject({ kind: "open", leading: null });
  expect(consensus(said("spam"), { classes })).toMatchObject({ kind: "open", leading: "spam" });
  expect(consensus(said("spam", "spam"), { classes })).toMatchObject({
    kind: "settled",
    label: "spam",
  });
  const changed = [...said("spam", "spam"), { by: "r1", label: "ham" }];
  expect(consensus(changed, { classes }).kind).toBe("open");
});

test("a split that the last allowed answer does not end goes to somebody who decides", () => {
  const split = consensus(said("spam", "ham", "spam", "ham"), { classes, answersMax: 4 });
  expect(split.kind).toBe("adjudicate");
  expect(split.probability).toBeCloseTo(0.5, 12);
});

test("skill starts at the prior and follows what was judged", () => {
  expect(skillOf({ right: 0, judged: 0 })).toBe(0.9);
  expect(skillOf({ right: 50, judged: 100 })).toBeCloseTo(59 / 110, 12);
  expect(() => skillOf({ right: 3, judged: 2 })).toThrow("some of those judged");
});
