import { expect, test } from "vitest";
import { projectToOpen, screenOf } from "./project-screen.ts";

const projects = [
  { id: "essay", taskKind: "text", system: "r3" },
  { id: "mails", taskKind: "label", system: "pareto-calibration" },
  { id: "more", taskKind: "label", system: "pareto-calibration" },
];
const open = (last: string | null, of = projects) =>
  // Ids are branded by the schema that the server parses with.
  projectToOpen(of as unknown as Parameters<typeof projectToOpen>[0], last)?.id;

test("each system has its screen, the Inbox is every other's", () => {
  const of = (taskKind: string, system: string) => screenOf({ taskKind, system });
  expect(of("text", "r3")).toContain("/writing/");
  expect(of("text", "markov-reformulation")).toContain("/rewrites/");
  expect(of("comparison", "reward-ensembles")).toContain("/language");
  expect(of("episode", "sirius")).toContain("/robot/");
  expect(of("label", "pareto-calibration")).toContain("/inbox/");
});

test("opened is what was last looked at, else the first queue, else the first of all", () => {
  expect(open("essay")).toBe("essay");
  expect(open(null)).toBe("mails");
  expect(open("gone")).toBe("mails");
  expect(open(null, projects.slice(0, 1))).toBe("essay");
  expect(open(null, [])).toBeUndefined();
});
