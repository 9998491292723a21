import { expect, test } from "vitest";
import { flowsOf } from "./flows.ts";

const options = { edgesMax: 2, rowPx: 20, thinPx: 1, thickPx: 40 };

test("bands stand in rows, ends first and last, as thick as they are frequent", () => {
  const flows = flowsOf(
    {
      node: "play songs",
      edges: [
        { to: "play jazz", count: 10 },
        { to: "play some songs", count: 60 },
      ],
      absorption: { success: 20, failure: 10 },
    },
    options,
  );
  expect(flows.map(({ kind, label, count }) => [kind, label, count])).toEqual([
    ["success", "ended well here", 20],
    ["edge", "play some songs", 60],
    ["edge", "play jazz", 10],
    ["failure", "gave up here", 10],
  ]);
  expect(flows.map(({ share }) => share)).toEqual([0.2, 0.6, 0.1, 0.1]);
  // 4 rows of 20 px; the bands take 60 % of the 80 and stand in the middle.
  expect(flows.map(({ to }) => to)).toEqual([10, 30, 50, 70]);
  expect(flows.map(({ thick }) => thick)).toEqual(
    [9.6, 28.8, 4.8, 4.8].map((px) => expect.closeTo(px, 9)),
  );
  expect(flows[0]?.from).toBeCloseTo(16 + 4.8, 9);
  const last = flows.at(-1);
  expect((last?.from ?? 0) + (last?.thick ?? 0) / 2).toBeCloseTo(64, 9);
});

test("what has no row of its own is counted together; nothing is lost", () => {
  const edges = [5, 4, 3, 2].map((count, i) => ({ to: `way ${i}`, count }));
  const flows = flowsOf({ node: "x", edges, absorption: { success: 0, failure: 6 } }, options);
  expect(flows.map(({ kind, count }) => [kind, count])).toEqual([
    ["success", 0],
    ["edge", 5],
    ["edge", 4],
    ["others", 5],
    ["failure", 6],
  ]);
  expect(flows[3]?.label).toBe("2 other wordings");
  expect(flows.reduce((sum, { count }) => sum + count, 0)).toBe(20);
});

test("no band is thicker than its row allows; the others keep their proportion to it", () => {
  const graph = {
    node: "x",
    edges: [{ to: "y", count: 60 }],
    absorption: { success: 30, failure: 10 },
  };
  const thicks = flowsOf(graph, { ...options, thickPx: 12 }).map(({ thick }) => thick);
  expect(thicks).toEqual([6, 12, 2].map((px) => expect.closeTo(px, 9)));
});

test("a rare way stays visible, one never taken has no band, and nothing counted draws nothing", () => {
  const rare = flowsOf(
    { node: "x", edges: [{ to: "y", count: 1 }], absorption: { success: 99_999, failure: 0 } },
    options,
  );
  expect(rare.map(({ thick }) => thick)).toEqual([expect.closeTo(36, 1), 1, 0]);
  const empty = { node: "x", edges: [], absorption: { success: 0, failure: 0 } };
  expect(flowsOf(empty, options)).toEqual([]);
});
