import { expect, test } from "vitest";
import { humanParts } from "./episode-format.ts";
import { readEpisodeLines, writeEpisodeLines } from "./episode-lines.ts";
import { EPISODES, gathered, streamed } from "./episodes.fixture.ts";

const bytes = (text: string) => streamed([Buffer.from(text)]);
const read = (text: string) => gathered(readEpisodeLines(bytes(text), { file: "a.jsonl" }));
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

test("what is written comes back, field by field", async () => {
  let text = "";
  for await (const part of writeEpisodeLines(streamed(EPISODES))) text += part;
  expect(await read(text)).toEqual({ episodes: EPISODES, problems: [] });
});

test("bad lines are named and the good ones go through", async () => {
  const [demo, shift] = EPISODES;
  const text =
    line(demo) +
    "not json\n" +
    line({ ...shift, id: "copy", rows: demo?.rows }) +
    line(demo) +
    '{"id":"n","world":"w","seed":null,"round":0,"policyId":null,"controlHz":20,"end":"success",' +
    '"rows":[{"t":0,"obs":[1],"action":[NaN],"source":"demo"}]}\n' +
    line({ ...shift, controlHz: 0 }) +
    line(shift);
  const { episodes, problems } = await read(text);
  expect(episodes.map(({ id }) => id)).toEqual(["demo", "shift"]);
  expect(problems).toEqual([
    expect.stringContaining("a.jsonl, line 2"),
    expect.stringContaining('the same steps as "demo"'),
    expect.stringContaining("line 4"),
    expect.stringContaining("rows.0.action.0"),
    expect.stringContaining("controlHz"),
  ]);
});

test("an empty file and a JSON array are problems of their own", async () => {
  await expect(read("")).rejects.toThrow("no episode");
  await expect(read("[]")).rejects.toThrow("JSON array");
});

test("a person's steps alone: each stretch is an episode, what was no take-over is left out", () => {
  const parts = EPISODES.flatMap(humanParts);
  expect(parts.map(({ id, rows }) => [id, rows.map(({ t }) => t)])).toEqual([
    ["demo", [0, 1, 2]],
    ["shift/steps-1-3", [0, 1]],
  ]);
});
